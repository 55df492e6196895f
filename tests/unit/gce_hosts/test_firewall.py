from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.firewall import (
    decide_rules,
    rule_body,
    terms,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import DeclarationError, Owner

OWNER = Owner("shop")


def rule(**changes: Any) -> dict[str, Any]:
    ssh = {"name": "ssh", "allowed": [{"protocol": "tcp", "ports": ["22"]}], "source_ranges": ["192.0.2.0/24"]}
    return {**ssh, "priority": 1000, "log": False, **changes}


def there(**changes: Any) -> dict[str, Any]:
    """A Firewall as Compute returns what `rule()` made."""
    body = rule_body("shop-ssh", rule(), OWNER, "default")
    link = "https://www.googleapis.com/compute/v1/projects/p/global/networks/default"
    return {**body, "network": link, "id": "1", **changes}


def actions(*rules: dict[str, Any], current: list[dict[str, Any]], network: str = "default") -> list[tuple[str, str]]:
    return [(step.action, step.name) for step in decide_rules(rules, current, OWNER, network).steps]


def test_as_declared_is_no_change() -> None:
    assert actions(rule(), current=[there()]) == []


def test_the_order_of_lists_is_no_difference() -> None:
    wanted = rule(source_ranges=["10.0.0.0/8", "192.0.2.0/24"], allowed=[{"protocol": "tcp", "ports": ["22", "80"]}])
    body = rule_body("shop-ssh", wanted, OWNER, "default")
    swapped = {
        **body,
        "sourceRanges": ["192.0.2.0/24", "10.0.0.0/8"],
        "allowed": [{"IPProtocol": "tcp", "ports": ["80", "22"]}],
    }
    assert actions(wanted, current=[swapped]) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"source_ranges": ["198.51.100.0/24"]},
        {"source_tags": ["web"]},
        {"target_tags": ["web"]},
        {"priority": 900},
        {"log": True},
        {"allowed": [{"protocol": "udp", "ports": ["22"]}]},
        {"allowed": [{"protocol": "tcp"}]},
    ],
)
def test_each_field_is_brought_to_what_is_declared(changes: dict[str, Any]) -> None:
    assert actions(rule(**changes), current=[there()]) == [("update_firewall", "shop-ssh")]


def test_what_somebody_disabled_is_enabled_again() -> None:
    assert actions(rule(), current=[there(disabled=True)]) == [("update_firewall", "shop-ssh")]


def test_a_rule_moves_to_another_network_by_being_made_anew() -> None:
    expected = [("delete_firewall", "shop-ssh"), ("create_firewall", "shop-ssh")]
    assert actions(rule(), current=[there()], network="shop-net") == expected


def test_only_the_fleets_own_rules_are_removed() -> None:
    current = [
        there(),
        there(name="shop-old"),
        there(name="shop-theirs", description="by hand"),
        there(name="shop-two-ssh", description="Fleet shop-two"),
        there(name="default-allow-ssh", description="Fleet shop"),
    ]
    assert actions(rule(), current=current) == [("delete_firewall", "shop-old")]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source_ranges": []}, "has no source"),
        ({"allowed": []}, "allows nothing"),
        ({"source_ranges": ["192.0.2.1/24"]}, "host bits"),
        ({"source_ranges": ["office"]}, "office"),
        ({"allowed": [{"protocol": "icmp", "ports": ["8"]}]}, "has none"),
        ({"allowed": [{"protocol": "tcp", "ports": ["ssh"]}]}, "'ssh'"),
        ({"allowed": [{"protocol": "tcp", "ports": ["70000"]}]}, "'70000'"),
        ({"name": "SSH"}, "lower-case"),
    ],
)
def test_rules_that_are_none(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(DeclarationError, match=words):
        actions(rule(**changes), current=[])


def test_a_rule_declared_twice_is_refused() -> None:
    with pytest.raises(DeclarationError, match="declared twice"):
        actions(rule(), rule(), current=[])


def test_a_rule_of_others_under_that_name_is_refused() -> None:
    with pytest.raises(DeclarationError, match="shop-ssh exists"):
        actions(rule(), current=[there(description="")])


def test_what_a_rule_says_is_shown_in_words() -> None:
    shown = terms(there())
    assert (shown["allowed"], shown["source_ranges"], shown["network"]) == (["tcp:22"], ["192.0.2.0/24"], "default")
