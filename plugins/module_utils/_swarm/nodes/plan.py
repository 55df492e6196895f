# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Plan the changes of one node of a swarm."""

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


#: A node label with the availability that a node under maintenance gets back. It is kept in the swarm, because the run
#: that began the maintenance may not be the one that ends it.
FORMER_AVAILABILITY = "dockyard.swarm.former-availability"


class NodeError(UserError):
    """The node is not unique, or the change is refused."""


def find_node(nodes: list[Json], node_id: str | None, hostname: str | None) -> Json | None:
    """The node with this id, or the only one with this hostname; None if there is none.

    Args:
        nodes: see `views.node_view`.
        node_id: the full id; it takes precedence over the hostname.
        hostname: as reported by the node's engine.

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
    """The name of a node in messages: hostnames are readable, and only the id is unique."""
    return f"{node['hostname']} ({node['id']})"


def label_texts(labels: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Labels as the engine stores them: as strings. YAML's booleans become `true` and `false`, as in compose files."""
    if labels is None:
        return None
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in labels.items()}


def labels_after(current: Mapping[str, str], wanted: Mapping[str, str] | None, exact: bool) -> dict[str, str]:
    """The labels that a node should have: the declared ones, added to the current ones or (`exact`) replacing them."""
    if wanted is None:
        return dict(current)
    if not exact:
        return {**current, **wanted}
    return {**{key: value for key, value in current.items() if key == FORMER_AVAILABILITY}, **wanted}


def maintenance_changes(node: Json, begin: bool) -> dict[str, tuple[Any, Any]]:
    """The changes (see `node_changes`) that begin or end the maintenance of a node.

    Beginning a maintenance that has begun, or ending one that has not, changes nothing.
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
    """The fields that differ: name to (value before, value after).

    Args:
        node: see `views.node_view`.
        labels, availability, role: the declared values; None: not managed.
        labels_exact: remove labels that are not declared.
    """
    after = {
        "labels": labels_after(node["labels"], labels, labels_exact),
        "availability": availability or node["availability"],
        "role": role or node["role"],
    }
    return {key: (node[key], value) for key, value in after.items() if node[key] != value}


def refusal_to_change(node: Json, changes: Mapping[str, tuple[Any, Any]], nodes: list[Json]) -> str | None:
    """Why these changes must not be made; None if they may."""
    if "role" in changes and changes["role"][1] == "worker":
        return refusal_to_demote(quorum_of(nodes), {node["id"]: node["hostname"]})
    return None


def refusal_to_maintain(node: Json, nodes: list[Json]) -> str | None:
    """Why the node's engine must not be stopped now; None if it may."""
    return refusal_to_stop(quorum_of(nodes), {node["id"]: node["hostname"]})


def refusal_to_remove(node: Json, nodes: list[Json], force: bool) -> str | None:
    """Why the node must not be removed from the swarm; None if it may."""
    if node["state"] == "ready" and not force:
        return (
            f"{named(node)} is ready: its engine must leave the swarm first "
            "(dockyard.swarm.member with state=absent on its host), or set force=true to remove it all the same"
        )
    return refusal_to_demote(quorum_of(nodes), {node["id"]: node["hostname"]})


def warning_about_loss(node: Json, nodes: list[Json]) -> str | None:
    """Why the remaining number of managers is a poor choice; None if it is not, or the node is not a manager."""
    managers = quorum_of(nodes).managers
    return warning_about_count(len(managers) - 1) if node["id"] in managers else None


def changed_spec(spec: Json, changes: Mapping[str, tuple[Any, Any]]) -> Json:
    """A copy of the NodeSpec with these changes; everything else is kept."""
    names = {"labels": "Labels", "availability": "Availability", "role": "Role"}
    return {**spec, **{names[key]: after for key, (_before, after) in changes.items()}}
