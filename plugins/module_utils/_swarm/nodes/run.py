# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Run the module `node`: read the node, plan the change, refuse it or apply it."""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.nodes.change import NodeChange
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.nodes.plan import (
    NodeError,
    find_node,
    label_texts,
    maintenance_changes,
    node_changes,
    refusal_to_change,
    refusal_to_maintain,
    refusal_to_remove,
    warning_about_loss,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.views import node_view

Json = dict[str, Any]


def run_node(engine: Engine, params: Json, check_mode: bool) -> Json:
    """Change or remove a node.

    Args:
        engine: of a manager.
        params: options of the module `node`.

    Returns:
        The result of the module.

    Raises:
        NodeError: the node is not unique or does not exist, or the change is refused.
    """
    nodes = [node_view(node) for node in engine.nodes()]
    node = find_node(nodes, params["id"], params["hostname"])
    if params["state"] == "absent":
        return _remove(engine, params, check_mode, nodes, node)
    if node is None:
        raise NodeError(f"the cluster has no node {params['id'] or params['hostname']}")
    return _change(engine, params, check_mode, nodes, node)


def _change(engine: Engine, params: Json, check_mode: bool, nodes: list[Json], node: Json) -> Json:
    changes, refusal = _changes(params, node, nodes)
    if refusal:
        raise NodeError(refusal)
    demoted = changes.get("role", ("", ""))[1] == "worker"
    after = {**node, **{key: value for key, (_before, value) in changes.items()}}
    if not check_mode:
        # If the node does not become ready after maintenance, the label with its former availability is kept.
        ready_first = params["maintenance"] is False and bool(changes)
        after = NodeChange(engine, params["wait_timeout"]).apply(node, changes, params["wait"], ready_first) or after
    return {
        "changed": bool(changes),
        "node": after,
        "warnings": _warnings(node, nodes) if demoted else [],
        "diff": {
            "before": {key: before for key, (before, _after) in changes.items()},
            "after": {key: value for key, (_before, value) in changes.items()},
        },
    }


def _changes(params: Json, node: Json, nodes: list[Json]) -> tuple[dict[str, tuple[Any, Any]], str | None]:
    """The changes, and why they are refused (None if they are not)."""
    if params["maintenance"] is not None:
        changes = maintenance_changes(node, params["maintenance"])
        return changes, refusal_to_maintain(node, nodes) if params["maintenance"] else None
    labels = label_texts(params["labels"])
    changes = node_changes(node, labels, params["labels_exact"], params["availability"], params["role"])
    return changes, refusal_to_change(node, changes, nodes)


def _remove(engine: Engine, params: Json, check_mode: bool, nodes: list[Json], node: Json | None) -> Json:
    if node is None:
        return {"changed": False, "node": None, "diff": {"before": {}, "after": {}}}
    refusal = refusal_to_remove(node, nodes, params["force"])
    if refusal:
        raise NodeError(refusal)
    if not check_mode:
        NodeChange(engine, params["wait_timeout"]).remove(node, params["force"])
    return {
        "changed": True,
        "node": None,
        "warnings": _warnings(node, nodes),
        "diff": {"before": node, "after": {}},
    }


def _warnings(node: Json, nodes: list[Json]) -> list[str]:
    warning = warning_about_loss(node, nodes)
    return [warning] if warning else []
