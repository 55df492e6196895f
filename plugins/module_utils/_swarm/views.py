# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The engine's answers about a swarm, in the form that the rest of the collection uses."""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._host.node_certificate import NodeIdentity

Json = dict[str, Any]


def node_view(node: Json) -> Json:
    """A node from `GET /nodes`, as the modules return it.

    Returns:
        `id`, `hostname`, `role` (manager, worker), `availability` (active, pause, drain), `state`
        (unknown, down, ready, disconnected), `message`, `address`, `engine_version`, `labels`, and of managers
        `leader`, `reachability` (unknown, unreachable, reachable) and `manager_address` (host:port).
    """
    spec = node.get("Spec") or {}
    description = node.get("Description") or {}
    status = node.get("Status") or {}
    manager = node.get("ManagerStatus") or {}
    return {
        "id": node["ID"],
        "hostname": description.get("Hostname", ""),
        "role": spec.get("Role", ""),
        "availability": spec.get("Availability", ""),
        "state": status.get("State", "unknown"),
        "message": status.get("Message", ""),
        "address": status.get("Addr", ""),
        "engine_version": (description.get("Engine") or {}).get("EngineVersion", ""),
        "labels": dict(spec.get("Labels") or {}),
        "leader": bool(manager.get("Leader", False)),
        "reachability": manager.get("Reachability"),
        "manager_address": manager.get("Addr"),
    }


def member_view(info: Json, identity: NodeIdentity | None) -> Json:
    """An engine's own membership.

    Args:
        info: from `GET /info`.
        identity: from the node's certificate, if it can be read. Only an engine that is or was in a swarm has one, and
            only an active manager reports its cluster's id itself.

    Returns:
        `state` (inactive, pending, active, error, locked), `role` (manager, worker, or None outside a swarm),
        `node_id`, `node_address`, `cluster_id` (None if unknown), `remote_managers` (list of `node_id` and `address`),
        `error`, `hostname`.
    """
    swarm = info.get("Swarm") or {}
    state = swarm.get("LocalNodeState") or "inactive"
    member = state != "inactive"
    known = identity if member else None
    return {
        "hostname": info.get("Name", ""),
        "state": state,
        "role": _role(swarm, state, known),
        "node_id": swarm.get("NodeID") or (known.node_id if known else "") or None,
        "node_address": swarm.get("NodeAddr") or None,
        "cluster_id": (swarm.get("Cluster") or {}).get("ID") or (known.cluster_id if known else None),
        "remote_managers": [
            {"node_id": peer["NodeID"], "address": peer["Addr"]} for peer in swarm.get("RemoteManagers") or []
        ],
        "error": swarm.get("Error") or "",
    }


def _role(swarm: Json, state: str, identity: NodeIdentity | None) -> str | None:
    if state == "inactive":
        return None
    if swarm.get("ControlAvailable"):
        return "manager"
    if state == "active":
        return "worker"
    # An engine that is locked or still starting does not report its role; its certificate has it.
    return identity.role if identity else "worker"
