# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Remove objects of a stack, and wait until they are gone."""

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

# Parts of the error messages for a config, secret or network that is used by a task which is still shutting down.
_IN_USE = ("is in use by", "has active endpoints", "in use")


class RemovalError(UserError):
    """Something could not be removed, or was not gone in time."""


def remove_steps(engine: Engine, stack: str, steps: Iterable[Step], deadline: float) -> None:
    """Remove services, wait for their tasks to end, then remove everything else.

    Args:
        stack: the stack's name.
        steps: steps whose action is `remove`.
        deadline: value of `time.monotonic()` at which to give up.

    Raises:
        RemovalError: something still exists at the deadline; the message says what and why.
        EngineError: the engine refused for another reason than that the object is in use.
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
    """Wait for the tasks of services that another client has just removed, for example with `docker stack rm`.

    Until they have ended, their nodes have the old network, and reject tasks for a new one with the same name.

    Args:
        services: ids of the stack's existing services.

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
    """Try to remove an object; returns the engine's message if it is still in use."""
    try:
        _ignore_missing(remove, str(step.object_id))
    except EngineError as error:
        if any(word in error.message for word in _IN_USE):
            return error.message
        raise
    return None


def _wait_for_tasks(engine: Engine, stack: str, is_removed: Callable[[str], bool], deadline: float) -> None:
    """Wait until the tasks of removed services have ended; until then they use the stack's networks.

    Swarm deletes each task after it has stopped. Tasks on nodes that are down are not waited for, because nothing can
    stop them; nor are tasks without a node: they use nothing, and Docker 20.10 keeps those of jobs for ever.
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
