# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""What has to change about a node of a swarm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.quorum import (
    quorum_of,
    refusal_to_demote,
    refusal_to_stop,
    warning_about_count,
)

Json = dict[str, Any]


#: Keeps, in the swarm itself, the availability that a node under maintenance is to have again: whoever was to give
#: it back may be gone by then.
FORMER_AVAILABILITY = "dockyard.swarm.former-availability"


class NodeError(UserError):
    """The node that is meant cannot be told, or must not be changed as wanted."""


def find_node(nodes: list[Json], node_id: str | None, hostname: str | None) -> Json | None:
    """The node of that id, or the only one of that hostname; None when there is none.

    Args:
        nodes: nodes as of `views.node_view`.
        node_id: its full id; wins over the hostname.
        hostname: its hostname as the engine gave it when it joined.

    Raises:
        NodeError: several nodes have that hostname.
    """
    if node_id is not None:
        return next((node for node in nodes if node["id"] == node_id), None)
    namesakes = [node for node in nodes if node["hostname"] == hostname]
    if len(namesakes) > 1:
        listed = ", ".join(f"{node['id']} ({node['state']})" for node in namesakes)
        raise NodeError(f"several nodes have the hostname {hostname}: {listed}. Name the one you mean by its id")
    return namesakes[0] if namesakes else None


def named(node: Json) -> str:
    """What to call a node in a sentence: people know its hostname, and only the id is its own."""
    return f"{node['hostname']} ({node['id']})"


def label_texts(labels: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Labels as the engine keeps them: text. YAML's booleans become `true` and `false`, as in compose files."""
    if labels is None:
        return None
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in labels.items()}


def labels_after(current: Mapping[str, str], wanted: Mapping[str, str] | None, exact: bool) -> dict[str, str]:
    """The labels a node is to have: those wanted, over or instead of those it has."""
    if wanted is None:
        return dict(current)
    if not exact:
        return {**current, **wanted}
    return {**{key: value for key, value in current.items() if key == FORMER_AVAILABILITY}, **wanted}


def maintenance_changes(node: Json, begin: bool) -> dict[str, tuple[Any, Any]]:
    """What differs, as of `node_changes`, to take a node out of service or to give it back what it had.

    Beginning what has begun, or ending what has not, changes nothing.
    """
    former = node["labels"].get(FORMER_AVAILABILITY)
    if begin:
        labels = {**node["labels"], FORMER_AVAILABILITY: former or node["availability"]}
        return node_changes(node, labels, True, "drain")
    if former is None:
        return {}
    rest = {key: value for key, value in node["labels"].items() if key != FORMER_AVAILABILITY}
    changes = node_changes(node, None, False, former)
    return {**changes, "labels": (node["labels"], rest)}


def node_changes(
    node: Json,
    labels: Mapping[str, str] | None,
    labels_exact: bool,
    availability: str | None,
    role: str | None = None,
) -> dict[str, tuple[Any, Any]]:
    """What differs: the field's name to its value before and after. Empty when nothing does.

    Args:
        node: as of `views.node_view`.
        labels, availability, role: as wanted; None: nobody's business.
        labels_exact: labels that are not wanted shall go.
    """
    after = {
        "labels": labels_after(node["labels"], labels, labels_exact),
        "availability": availability or node["availability"],
        "role": role or node["role"],
    }
    return {key: (node[key], value) for key, value in after.items() if node[key] != value}


def refusal_to_change(node: Json, changes: Mapping[str, tuple[Any, Any]], nodes: list[Json]) -> str | None:
    """Why these changes of the node must not be made; None when they may."""
    if "role" in changes and changes["role"][1] == "worker":
        return refusal_to_demote(quorum_of(nodes), {node["id"]: node["hostname"]})
    return None


def refusal_to_maintain(node: Json, nodes: list[Json]) -> str | None:
    """Why the node's engine must not be stopped now; None when it may."""
    return refusal_to_stop(quorum_of(nodes), {node["id"]: node["hostname"]})


def refusal_to_remove(node: Json, nodes: list[Json], force: bool) -> str | None:
    """Why the node must not be removed from the list; None when it may."""
    if node["state"] == "ready" and not force:
        return (
            f"{named(node)} is ready: its engine has to leave first "
            "(dockyard.swarm.member with state=absent on its host), or set force=true to cut it off"
        )
    return refusal_to_demote(quorum_of(nodes), {node["id"]: node["hostname"]})


def warning_about_loss(node: Json, nodes: list[Json]) -> str | None:
    """Why the managers that are left without this one are a poor number; None when they are not, or it is none."""
    managers = quorum_of(nodes).managers
    return warning_about_count(len(managers) - 1) if node["id"] in managers else None


def changed_spec(spec: Json, changes: Mapping[str, tuple[Any, Any]]) -> Json:
    """The engine's NodeSpec with these changes, all else as it was."""
    names = {"labels": "Labels", "availability": "Availability", "role": "Role"}
    return {**spec, **{names[key]: after for key, (_before, after) in changes.items()}}
