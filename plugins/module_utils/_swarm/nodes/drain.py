# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""What has not left a node yet that is being drained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.service_words import ENDED, is_job

Json = dict[str, Any]


def still_running(task: Json) -> bool:
    """The task has not ended."""
    return _state(task) not in ENDED


def services_moving(tasks: Iterable[Json], node_id: str) -> set[str]:
    """Ids of services that still have a task on the node, or one whose replacement is not running yet.

    Args:
        tasks: of all nodes. Tasks that ended on the node before the drain, and whose slot is empty or has a running
            task, are ignored.
    """
    listed = list(tasks)
    on_node = [task for task in listed if task.get("NodeID") == node_id]
    underway = {_place(task) for task in listed if still_running(task) and _state(task) != "running"}
    return {task["ServiceID"] for task in on_node if still_running(task) or _place(task) in underway}


def tasks_left(tasks: Iterable[Json], services: Mapping[str, Json]) -> list[str]:
    """The remaining tasks as sentences, such as `demo_ui.2 is running`."""
    return sorted(
        f"{_task_name(task, services)} is {(task.get('Status') or {}).get('State', 'unknown')}" for task in tasks
    )


def services_incomplete(moving: Iterable[str], services: Mapping[str, Json]) -> list[str]:
    """The moving services that do not have all their tasks running, as sentences."""
    sentences = []
    for service in filter(None, map(services.get, moving)):
        status = service.get("ServiceStatus") or {}
        running, desired = status.get("RunningTasks", 0), status.get("DesiredTasks", 0)
        # Tasks of a job end by themselves and are not replaced.
        if running < desired and not is_job(service["Spec"]):
            sentences.append(f"{service['Spec']['Name']} has {running} of {desired} tasks running")
    return sorted(sentences)


def _place(task: Json) -> tuple[str, Any]:
    """What a task and its replacement share: the slot or, for a global service, the node."""
    return task["ServiceID"], task.get("Slot") or task.get("NodeID")


def _state(task: Json) -> str:
    return str((task.get("Status") or {}).get("State", "unknown"))


def _task_name(task: Json, services: Mapping[str, Json]) -> str:
    service = services.get(task.get("ServiceID", ""))
    name = service["Spec"]["Name"] if service else task.get("ServiceID", "a task")
    return f"{name}.{task['Slot']}" if task.get("Slot") else str(name)
