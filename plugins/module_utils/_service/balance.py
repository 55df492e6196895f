# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Whether a service's replicas are spread over the nodes as evenly as its placement allows. No I/O.

Swarm does not move running replicas when nodes join; only new tasks are scheduled, to the node with the fewest tasks of
the service (swarmkit, manager/scheduler). Reservations and published ports are not considered here: they may keep
replicas off a node that counts as eligible.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import Any

Json = dict[str, Any]

_CONSTRAINT = re.compile(r"\s*([a-z].*?)\s*(==|!=)\s*(.*?)\s*")
# Architecture names of the kernel, and the names that images use.
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_LABELS = ("node.labels.", "engine.labels.")


def counts(service: Json, tasks: Iterable[Json], nodes: Iterable[Json]) -> dict[str, int]:
    """The number of the service's tasks on each eligible node, by node id."""
    found = {node["ID"]: 0 for node in nodes if is_fit(service, node)}
    for task in tasks:
        if task.get("DesiredState") == "running" and task.get("NodeID") in found:
            found[task["NodeID"]] += 1
    return found


def is_fit(service: Json, node: Json) -> bool:
    """Whether the scheduler may place a task of the service on the node, according to its placement."""
    if (node.get("Status") or {}).get("State") != "ready" or node["Spec"].get("Availability") != "active":
        return False
    placement = service["Spec"]["TaskTemplate"].get("Placement") or {}
    if not all(_satisfies(node, text) for text in placement.get("Constraints") or []):
        return False
    platforms = placement.get("Platforms") or []
    return not platforms or any(_runs(node, platform) for platform in platforms)


def is_even(service: Json, found: Mapping[str, int], nodes: Iterable[Json]) -> bool:
    """Whether the numbers of tasks on any two nodes (or preferred groups of nodes) differ by at most one.

    Args:
        found: see `counts`.
    """
    by_id = {node["ID"]: node for node in nodes}
    placement = service["Spec"]["TaskTemplate"].get("Placement") or {}
    preferences = [
        (item.get("Spread") or {}).get("SpreadDescriptor", "") for item in placement.get("Preferences") or []
    ]
    known = [text for text in preferences if text.startswith(_LABELS)]
    return _groups_are_even([by_id[node_id] for node_id in found], found, known)


def _groups_are_even(nodes: list[Json], found: Mapping[str, int], preferences: list[str]) -> bool:
    if not preferences:
        return _within_one([found[node["ID"]] for node in nodes])
    groups: dict[str, list[Json]] = {}
    for node in nodes:
        groups.setdefault(_attribute(node, preferences[0]) or "", []).append(node)
    totals = [sum(found[node["ID"]] for node in members) for members in groups.values()]
    return _within_one(totals) and all(_groups_are_even(members, found, preferences[1:]) for members in groups.values())


def _within_one(numbers: list[int]) -> bool:
    return not numbers or max(numbers) - min(numbers) <= 1


def _satisfies(node: Json, constraint: str) -> bool:
    match = _CONSTRAINT.fullmatch(constraint)
    if match is None:
        return False
    key, operator, wanted = match.groups()
    if key == "node.ip":
        same = _has_address(node, wanted)
    else:
        value = _attribute(node, key)
        if value is None:
            return False
        same = value.lower() == wanted.lower()
    return same is (operator == "==")


def _attribute(node: Json, key: str) -> str | None:
    """The value that a constraint or preference refers to; empty for a missing label, None for an unknown key."""
    spec, description = node["Spec"], node.get("Description") or {}
    platform = description.get("Platform") or {}
    if key.startswith("node.labels."):
        return str((spec.get("Labels") or {}).get(key[len("node.labels.") :], ""))
    if key.startswith("engine.labels."):
        labels = (description.get("Engine") or {}).get("Labels") or {}
        return str(labels.get(key[len("engine.labels.") :], ""))
    known = {
        "node.id": node["ID"],
        "node.hostname": description.get("Hostname", ""),
        "node.role": spec.get("Role", ""),
        "node.platform.os": platform.get("OS", ""),
        "node.platform.arch": platform.get("Architecture", ""),
    }
    return str(known[key]) if key in known else None


def _has_address(node: Json, wanted: str) -> bool:
    try:
        address = ipaddress.ip_address((node.get("Status") or {}).get("Addr", ""))
        return address in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


def _runs(node: Json, platform: Json) -> bool:
    own = (node.get("Description") or {}).get("Platform") or {}
    system, architecture = platform.get("OS", ""), platform.get("Architecture", "")
    return (not system or system == own.get("OS")) and (
        not architecture or _named(architecture) == _named(own.get("Architecture", ""))
    )


def _named(architecture: str) -> str:
    return _ARCHITECTURES.get(architecture, architecture)
