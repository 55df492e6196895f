"""What a hosts provider reports, and what is said of a report that does not keep the contract."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.contract import (
    PROVIDERS,
    ContractError,
    Fleet,
    fleet_of,
    released_of,
    report_variable,
    role_of,
)

ROLE = "acme.cloud.my_hosts"
INVENTORY = ["a", "b", "c"]


def test_a_provider_is_ours_by_its_short_name_or_any_role_by_its_full_one() -> None:
    assert role_of("gce") == "dockyard.swarm.gce_hosts"
    assert role_of("static") == "dockyard.swarm.static_hosts"
    assert role_of(ROLE) == ROLE
    assert report_variable(ROLE) == "my_hosts_report"
    assert report_variable(role_of("gce")) == "gce_hosts_report"


@pytest.mark.parametrize("provider", ["", "gec", "GCE", "my_hosts", "acme.cloud", "acme.cloud.", "../evil", "a b.c.d"])
def test_any_other_provider_is_refused_with_those_there_are(provider: str) -> None:
    with pytest.raises(ContractError, match=f"set it to {', '.join(sorted(PROVIDERS))}, or to the full name of a role"):
        role_of(provider)


def test_a_near_miss_is_told() -> None:
    with pytest.raises(ContractError, match="Did you mean 'static'"):
        role_of("statc")


def test_surplus_hosts_leave_only_when_the_fleet_shrinks() -> None:
    report = {"booted": ["new"], "surplus": ["c"], "changes": []}
    assert fleet_of(ROLE, report, INVENTORY) == Fleet(("new",), ("c",), ())
    assert fleet_of(ROLE, report, INVENTORY, shrink=True) == Fleet(("new",), ("c",), ("c",))


def test_what_a_provider_says_it_changed_and_what_follows_where_it_does_not_say() -> None:
    made = {"kind": "host", "name": "new", "action": "create", "details": []}
    assert fleet_of(ROLE, {"booted": ["new"], "surplus": []}, INVENTORY).changes == (made,)
    told = {"name": "a", "action": "change", "details": ["grows"]}
    reported = fleet_of(ROLE, {"booted": ["new"], "surplus": [], "changes": [told]}, INVENTORY)
    assert reported.changes == ({"kind": "host", **told},)


def test_new_hosts_need_not_be_in_the_inventory_yet_and_those_that_leave_do() -> None:
    gone = {"booted": [], "surplus": ["gone"]}
    assert fleet_of(ROLE, gone, INVENTORY).surplus == ("gone",)
    with pytest.raises(ContractError, match="surplus has gone, which are not in the inventory"):
        fleet_of(ROLE, gone, INVENTORY, shrink=True)


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (None, "my_hosts_report is not set"),
        ([], "must be a mapping with the lists booted and surplus, not a list"),
        ("a", "must be a mapping .*, not the string 'a'"),
        ({}, "lacks the list booted"),
        ({"booted": []}, "lacks the list surplus"),
        ({"booted": "a", "surplus": []}, r"my_hosts_report\.booted must be a list of host names, not the string 'a'"),
        ({"booted": [{"name": "a"}], "surplus": []}, "must contain host names, not a mapping"),
        ({"booted": [""], "surplus": []}, "not an empty string"),
        ({"booted": [], "surplus": [7]}, "not a number"),
        ({"booted": [], "surplus": {"a": 1}}, "not a mapping"),
        ({"booted": ["a", "a"], "surplus": []}, "has a more than once"),
        ({"booted": ["a"], "surplus": ["a"]}, "has a both as booted and as surplus"),
        ({"booted": [], "surplus": [], "leaving": []}, "has the unknown keys leaving"),
        ({"booted": [], "surplus": [], "changes": "a"}, "changes must be a list, not the string 'a'"),
        ({"booted": [], "surplus": [], "changes": [{"name": "a", "action": "grow"}]}, "one of create, change, delete"),
        ({"booted": [], "surplus": [], "changes": [{"action": "create"}]}, "a name and an action"),
    ],
)
def test_a_report_that_does_not_keep_the_contract_names_role_fact_and_field(report: Any, words: str) -> None:
    with pytest.raises(ContractError, match=words) as refused:
        fleet_of(ROLE, report, INVENTORY)
    assert f"the hosts provider {ROLE}: my_hosts_report" in str(refused.value)


def test_only_hosts_that_were_to_leave_and_have_left_are_released() -> None:
    assert released_of(["a", "b"], {"b", "c"}) == ("b",)
    assert released_of([], {"b"}) == ()
