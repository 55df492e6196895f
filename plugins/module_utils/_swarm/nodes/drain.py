# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""What is still to leave a node that is being drained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.service_words import ENDED, is_job

Json = dict[str, Any]


def still_running(task: Json) -> bool:
    """The task has not come to its end."""
    return _state(task) not in ENDED


def services_moving(tasks: Iterable[Json], node_id: str) -> set[str]:
    """Ids of services that have a task on the node still, or one that took its place and does not run yet.

    Args:
        tasks: of all nodes. Those that ended on the node before it was drained, and whose place is taken by one that
            runs or by none, are history.
    """
    listed = list(tasks)
    there = [task for task in listed if task.get("NodeID") == node_id]
    underway = {_place(task) for task in listed if still_running(task) and _state(task) != "running"}
    return {task["ServiceID"] for task in there if still_running(task) or _place(task) in underway}


def tasks_left(tasks: Iterable[Json], services: Mapping[str, Json]) -> list[str]:
    """The tasks still there, in words: `demo_ui.2 is running`."""
    return sorted(
        f"{_called(task, services)} is {(task.get('Status') or {}).get('State', 'unknown')}" for task in tasks
    )


def services_incomplete(moving: Iterable[str], services: Mapping[str, Json]) -> list[str]:
    """Services, of those that have to move, that do not have all their tasks running, in words."""
    told = []
    for service in filter(None, map(services.get, moving)):
        status = service.get("ServiceStatus") or {}
        running, desired = status.get("RunningTasks", 0), status.get("DesiredTasks", 0)
        # A job's tasks end by themselves and are not missed.
        if running < desired and not is_job(service["Spec"]):
            told.append(f"{service['Spec']['Name']} has {running} of {desired} tasks running")
    return sorted(told)


def _place(task: Json) -> tuple[str, Any]:
    """What a task and the one that replaces it have in common: the slot, or of a global service the node."""
    return task["ServiceID"], task.get("Slot") or task.get("NodeID")


def _state(task: Json) -> str:
    return str((task.get("Status") or {}).get("State", "unknown"))


def _called(task: Json, services: Mapping[str, Json]) -> str:
    service = services.get(task.get("ServiceID", ""))
    name = service["Spec"]["Name"] if service else task.get("ServiceID", "a task")
    return f"{name}.{task['Slot']}" if task.get("Slot") else str(name)
