# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Remove objects of a stack, and wait until they are really gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import NAMESPACE
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import (
    CONFIG,
    NETWORK,
    SECRET,
    SERVICE,
    Step,
)

_PAUSE = 0.5

# Swarm's word for a config, secret or network that a task which is still shutting down uses.
_IN_USE = ("is in use by", "has active endpoints", "in use")


class RemovalError(UserError):
    """Something could not be removed, or was not gone in time."""


def remove_steps(engine: Engine, stack: str, steps: Iterable[Step], deadline: float) -> None:
    """Remove services and wait for their tasks to end, then all else.

    Args:
        stack: the stack's name.
        steps: steps whose action is `remove`.
        deadline: value of `time.monotonic()` at which to give up.

    Raises:
        RemovalError: something is still there at the deadline; the message says what and why.
        EngineError: the engine refused for another reason than use.
    """
    steps = list(steps)
    services = [step for step in steps if step.kind == SERVICE]
    for step in services:
        _ignore_missing(engine.service_remove, str(step.object_id))
    gone = {step.object_id for step in services}
    if gone:
        _wait_for_tasks(engine, stack, lambda service_id: service_id in gone, deadline)
    for kind, remove in (
        (SECRET, engine.secret_remove),
        (CONFIG, engine.config_remove),
        (NETWORK, engine.network_remove),
    ):
        for step in steps:
            if step.kind == kind:
                _remove_when_free(remove, step, deadline)
    _wait_for_networks(engine, [step for step in steps if step.kind == NETWORK], deadline)


def wait_for_leftovers(engine: Engine, stack: str, services: Collection[str], deadline: float) -> None:
    """Wait for the tasks of services that somebody else has just removed, such as `docker stack rm`.

    Until they have ended, their nodes know the old network, and refuse tasks for a new one of the same name.

    Args:
        services: ids of the stack's services that exist.

    Raises:
        RemovalError: some have not ended at the deadline.
    """
    _wait_for_tasks(engine, stack, lambda service_id: service_id not in services, deadline)


def _ignore_missing(remove: Callable[[str], None], object_id: str) -> None:
    try:
        remove(object_id)
    except EngineError as error:
        if not error.not_found:
            raise


def _remove_when_free(remove: Callable[[str], None], step: Step, deadline: float) -> None:
    while (used := _use_of(remove, step)) is not None:
        if time.monotonic() >= deadline:
            raise RemovalError(f"{step.kind} {step.name} is still in use: {used}")
        time.sleep(_PAUSE)


def _use_of(remove: Callable[[str], None], step: Step) -> str | None:
    """Remove an object; the engine's words if it is still in use."""
    try:
        _ignore_missing(remove, str(step.object_id))
    except EngineError as error:
        if any(word in error.message for word in _IN_USE):
            return error.message
        raise
    return None


def _wait_for_tasks(engine: Engine, stack: str, is_removed: Callable[[str], bool], deadline: float) -> None:
    """A removed service's tasks stop on their nodes at their own pace, and hold its networks until then.

    Swarm forgets each once it has stopped. One on a node that is down is not waited for, as nobody can stop it, nor
    is one that no node was found for: it holds nothing, and Docker 20.10 remembers those of jobs for good.
    """
    while True:
        down = {node["ID"] for node in engine.nodes() if node["Status"]["State"] == "down"}
        tasks = engine.tasks({"label": f"{NAMESPACE}={stack}"})
        placed = [task for task in tasks if is_removed(task["ServiceID"]) and task.get("NodeID")]
        left = [task for task in placed if task["NodeID"] not in down]
        if not left:
            return
        if time.monotonic() >= deadline:
            states = ", ".join(sorted({f"{task['ID'][:12]} is {task['Status']['State']}" for task in left}))
            raise RemovalError(f"{len(left)} task(s) of removed services have not ended: {states}")
        time.sleep(_PAUSE)


def _wait_for_networks(engine: Engine, networks: list[Step], deadline: float) -> None:
    ids = {step.object_id for step in networks}
    while ids:
        left = [item["Name"] for item in engine.networks() if item["Id"] in ids]
        if not left:
            return
        if time.monotonic() >= deadline:
            raise RemovalError(f"network(s) {', '.join(sorted(left))} have been removed but are still listed")
        time.sleep(_PAUSE)
