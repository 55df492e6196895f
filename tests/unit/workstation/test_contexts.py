from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._workstation.contexts import Context, ContextError, decide

MARK = "dockyard fleet shop"


def contexts(*items: tuple[str, str, str]) -> dict[str, Context]:
    return {name: Context(name, description, endpoint) for name, description, endpoint in items}


def test_each_host_gets_a_context() -> None:
    plan = decide("shop", ["a", "b"], contexts(("default", "", "unix:///var/run/docker.sock")))
    assert [(item.name, item.endpoint) for item in plan.create] == [("a", "ssh://a"), ("b", "ssh://b")]
    assert not plan.remove


def test_as_it_is_to_be_is_no_change() -> None:
    assert not decide("shop", ["a"], contexts(("a", MARK, "ssh://a"))).changed


def test_a_context_that_leads_elsewhere_is_corrected() -> None:
    plan = decide("shop", ["a"], contexts(("a", MARK, "ssh://ops@192.0.2.1")))
    assert [item.endpoint for item in plan.update] == ["ssh://a"]


def test_hosts_that_are_no_more_are_forgotten_and_nobody_elses() -> None:
    there = contexts(
        ("old", MARK, "ssh://old"), ("theirs", "", "ssh://x"), ("other", "dockyard fleet shop-two", "ssh://y")
    )
    assert decide("shop", [], there).remove == ("old",)


def test_a_name_of_somebody_elses_context_is_refused() -> None:
    with pytest.raises(ContextError, match="contexts a exist"):
        decide("shop", ["a"], contexts(("a", "mine", "ssh://x")))
