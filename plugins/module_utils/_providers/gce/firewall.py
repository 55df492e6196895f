# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Plan the firewall rules of a fleet: (declared, current) -> Plan. No I/O.

Firewall rules have no labels: their names begin with the fleet's name, and their description identifies the fleet.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.bodies import network_link
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import (
    DeclarationError,
    Owner,
    check_name,
    last_part,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.plan import Plan, Step

Json = dict[str, Any]

_PROTOCOLS_WITH_PORTS = ("tcp", "udp", "sctp")


def decide_rules(declared: Sequence[Json], current: Sequence[Json], owner: Owner, network: str) -> Plan:
    """Plan exactly the declared rules; other rules of the fleet are deleted. Raises DeclarationError.

    Args:
        declared: rules in the form of the module `gce_firewall`.
        current: Firewall bodies of the project.
        network: the network's name or link.
    """
    existing = {body["name"]: body for body in current}
    lanes: dict[str, tuple[Step, ...]] = {}
    for rule in declared:
        name = check_name("the rule", f"{owner.fleet}-{rule['name']}")
        if name in lanes:
            raise DeclarationError(f"the rule {rule['name']} is declared twice")
        body = rule_body(name, rule, owner, network)
        lanes[name] = tuple(_rule_steps(name, body, existing.get(name), owner))
    for name, shown in rules_of(current, owner).items():
        if name not in lanes:
            lanes[name] = (Step("delete_firewall", "firewall", name, "global", shown, None),)
    return Plan(lanes)


def rule_body(name: str, rule: Json, owner: Owner, network: str) -> Json:
    """A Firewall of the API. Raises DeclarationError."""
    body: Json = {
        "name": name,
        "description": owner.description,
        "network": network_link(network),
        "direction": "INGRESS",
        "priority": rule["priority"],
        "logConfig": {"enable": rule["log"]},
        "disabled": False,
        "allowed": [_allowed(rule["name"], item) for item in rule["allowed"]],
    }
    ranges = [_range(rule["name"], cidr) for cidr in rule.get("source_ranges") or []]
    if not ranges and not rule.get("source_tags"):
        # Compute would interpret this as 0.0.0.0/0.
        raise DeclarationError(
            f"the rule {rule['name']} has no source: set source_ranges or source_tags; "
            "to allow all sources, set 0.0.0.0/0"
        )
    if not body["allowed"]:
        raise DeclarationError(f"the rule {rule['name']} allows nothing: set protocols and ports in allowed")
    if ranges:
        body["sourceRanges"] = sorted(set(ranges))
    for field, key in (("source_tags", "sourceTags"), ("target_tags", "targetTags")):
        if rule.get(field):
            body[key] = sorted(set(rule[field]))
    return body


def terms(body: Json) -> Json:
    """The properties of a rule in a form that can be compared and shown."""
    return {
        "network": last_part(body.get("network")),
        "direction": body.get("direction", "INGRESS"),
        "priority": body.get("priority", 1000),
        "disabled": bool(body.get("disabled")),
        "log": bool(body.get("logConfig", {}).get("enable")),
        "allowed": sorted(
            f"{item['IPProtocol']}:{','.join(sorted(item.get('ports', [])))}".rstrip(":")
            for item in body.get("allowed", [])
        ),
        "denied": [item["IPProtocol"] for item in body.get("denied", [])],
        "source_ranges": sorted(body.get("sourceRanges", [])),
        "source_tags": sorted(body.get("sourceTags", [])),
        "target_tags": sorted(body.get("targetTags", [])),
    }


def rules_of(current: Sequence[Json], owner: Owner) -> dict[str, Json]:
    """The fleet's rules by name, in the form of `terms`."""
    return {body["name"]: terms(body) for body in current if _owned(body, owner)}


def _rule_steps(name: str, body: Json, existing: Json | None, owner: Owner) -> list[Step]:
    after = terms(body)
    if existing is None:
        return [Step("create_firewall", "firewall", name, "global", None, after, body)]
    if not _owned(existing, owner):
        raise DeclarationError(
            f"a firewall rule named {name} exists and its description is not '{owner.description}': set this "
            "description to "
            "let the fleet manage it, or delete it"
        )
    before = terms(existing)
    if before["network"] != after["network"]:
        # The network of a rule cannot be changed.
        return [
            Step("delete_firewall", "firewall", name, "global", before, None),
            Step("create_firewall", "firewall", name, "global", None, after, body),
        ]
    if before == after:
        return []
    return [Step("update_firewall", "firewall", name, "global", before, after, body)]


def _owned(body: Json, owner: Owner) -> bool:
    return bool(body.get("description") == owner.description and body["name"].startswith(f"{owner.fleet}-"))


def _allowed(rule: str, item: Json) -> Json:
    protocol = item["protocol"].lower()
    ports = [str(port) for port in item.get("ports") or []]
    if ports and protocol not in _PROTOCOLS_WITH_PORTS:
        raise DeclarationError(f"the rule {rule} sets ports for {protocol}, which has none")
    for port in ports:
        ends = port.split("-")
        if len(ends) > 2 or not all(end.isdigit() and int(end) <= 65535 for end in ends):
            raise DeclarationError(
                f"the rule {rule} has the invalid port '{port}': write 22 for a port, 30000-32767 for a range"
            )
    return {"IPProtocol": protocol, **({"ports": ports} if ports else {})}


def _range(rule: str, cidr: str) -> str:
    try:
        return str(ipaddress.ip_network(cidr))
    except ValueError as error:
        raise DeclarationError(f"the rule {rule} has the invalid source range '{cidr}': {error}") from error
