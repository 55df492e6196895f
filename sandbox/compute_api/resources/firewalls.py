"""Firewall rules."""

from __future__ import annotations

import ipaddress
from typing import Any

from sandbox.compute_api.calls import Call, handles
from sandbox.compute_api.errors import invalid
from sandbox.compute_api.resources.collections import change, delete, fetch, insert, new, register, require

Json = dict[str, Any]

register("firewalls", "firewall", ("global",))


def _check_ranges(field: str, ranges: list[str]) -> None:
    try:
        for cidr in ranges:
            ipaddress.ip_network(cidr)
    except ValueError as error:
        raise invalid(f"Invalid value for field 'resource.{field}': {error}.") from error


def _checked(call: Call, rule: Json) -> Json:
    for field in ("sourceRanges", "destinationRanges"):
        _check_ranges(field, rule.get(field, []))
    if not rule.get("allowed") and not rule.get("denied"):
        raise invalid("Invalid value for field 'resource.allowed': Either allowed or denied must be specified.")
    if rule.get("direction", "INGRESS") == "INGRESS" and not any(
        rule.get(field) for field in ("sourceRanges", "sourceTags", "sourceServiceAccounts")
    ):
        rule = {**rule, "sourceRanges": ["0.0.0.0/0"]}
    network = require(call, rule.get("network", "global/networks/default"), "networks", "global")
    defaults: Json = {
        "direction": "INGRESS",
        "priority": 1000,
        "disabled": False,
        "logConfig": {"enable": False},
    }
    return {**defaults, **rule, "network": network["selfLink"]}


@handles("firewalls.insert")
def _insert(call: Call) -> Json:
    return insert(call, "firewalls", _checked(call, new(call, "firewalls", "compute#firewall")))


@handles("firewalls.patch", "firewalls.update")
def _patch(call: Call) -> Json:
    body = fetch(call, "firewalls", call.path["firewall"])
    own = {key: body[key] for key in ("kind", "id", "name", "creationTimestamp", "selfLink", "network")}
    old = body if call.method.id.endswith(".patch") else {}
    merged = _checked(call, {**old, **call.body, **own})
    gone = {key: None for key in body if key not in merged}
    return change(call, "firewalls", body, call.method.id.rsplit(".", 1)[1], {**merged, **gone})


@handles("firewalls.delete")
def _delete(call: Call) -> Json:
    return delete(call, "firewalls", fetch(call, "firewalls", call.path["firewall"]))
