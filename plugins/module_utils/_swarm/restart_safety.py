# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Check whether a swarm can spare a node, and whether it has recovered after the node's restart."""

from __future__ import annotations

import time
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.quorum import quorum_of
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.views import node_view

Json = dict[str, Any]

_POLL = 0.5


def wait_until_safe(engine: Engine, params: Json) -> Json:
    """Wait until a node's engine may be restarted or, given a baseline, until the swarm has recovered from the restart.

    Args:
        engine: of a manager.
        params: options of the module `engine_health`.

    Returns:
        The result of the module.
    """
    node_id, baseline, timeout = params["node_id"], params["baseline"], params["timeout"]
    deadline = time.monotonic() + timeout
    while problems := _problems(engine, params):
        if time.monotonic() >= deadline:
            when = "after its restart" if baseline is not None else "its engine was not restarted"
            listed = "\n".join(f"  - {problem}" for problem in problems)
            raise UserError(f"Node {node_id} is not ready after {timeout} s, {when}:\n{listed}")
        time.sleep(_POLL)
    tasks = engine.tasks()
    return {"baseline": {"running": running(tasks), "tasks": tasks_on(tasks, node_id)}}


def _problems(engine: Engine, params: Json) -> list[str]:
    try:
        nodes = engine.nodes()
        if params["baseline"] is not None:
            services, tasks = engine.services(status=True), engine.tasks()
            return shortfalls(nodes, services, tasks, params["node_id"], params["baseline"])
        return [] if params["allow_quorum_loss"] else objections(nodes, params["node_id"])
    except EngineError as error:
        return [error.message]  # right after a restart the managers may still be electing a leader


def running(tasks: list[Json], without: set[str] | frozenset[str] = frozenset()) -> dict[str, int]:
    """Running tasks of each service, by service id, without the given task ids."""
    counts: dict[str, int] = {}
    for task in tasks:
        if task["ID"] not in without and _runs(task):
            counts[task["ServiceID"]] = counts.get(task["ServiceID"], 0) + 1
    return counts


def tasks_on(tasks: list[Json], node_id: str) -> list[str]:
    """Ids of the tasks that run on a node."""
    return sorted(task["ID"] for task in tasks if task.get("NodeID") == node_id and _runs(task))


def objections(nodes: list[Json], node_id: str) -> list[str]:
    """Why this node's engine must not be restarted now; empty if it may."""
    node = _find(nodes, node_id)
    if node is None:
        return [f"the swarm has no node {node_id}"]
    absent = [_name(other) for other in nodes if other["ID"] != node_id and _unreachable(other)]
    reasons = [f"manager {name} is not reachable" for name in absent]
    quorum = quorum_of([node_view(other) for other in nodes])
    during = quorum.stopping([node_id])
    if node_id in quorum.managers and len(quorum.managers) > 1 and not during.held:
        left, total = len(during.reachable), len(during.managers)
        reasons.append(f"{left} of {total} managers would remain reachable, and the quorum needs {during.needed}")
    return reasons


def shortfalls(nodes: list[Json], services: list[Json], tasks: list[Json], node_id: str, baseline: Json) -> list[str]:
    """What has not recovered yet after the restart of this node's engine; empty if everything has.

    Args:
        baseline: `running` (see above) and `tasks` (ids of those on the node) from before the restart. These tasks do
        not count: their containers ended with the engine, even if the managers do not know it yet.
    """
    node = _find(nodes, node_id)
    if node is None:
        return [f"the swarm has no node {node_id}"]
    reasons = []
    if node["Status"]["State"] != "ready":
        reasons.append(f"node {_name(node)} is {node['Status']['State']}")
    if _unreachable(node):
        reasons.append(f"manager {_name(node)} is not reachable")
    now = running(tasks, set(baseline["tasks"]))
    for service in services:
        before = baseline["running"].get(service["ID"], 0)
        desired = (service.get("ServiceStatus") or {}).get("DesiredTasks", before)
        expected = min(before, desired)
        count = now.get(service["ID"], 0)
        if count < expected:
            reasons.append(f"service {service['Spec']['Name']} runs {count} of {expected} tasks")
    return reasons


def _runs(task: Json) -> bool:
    return task.get("DesiredState") == "running" and task["Status"]["State"] == "running"


def _find(nodes: list[Json], node_id: str) -> Json | None:
    return next((node for node in nodes if node["ID"] == node_id), None)


def _unreachable(node: Json) -> bool:
    status = node.get("ManagerStatus") or {}
    return bool(status) and status.get("Reachability") != "reachable"


def _name(node: Json) -> str:
    return f"{node['Description']['Hostname']} ({node['ID']})"
