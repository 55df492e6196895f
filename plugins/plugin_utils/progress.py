# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Progress messages while a module waits for services: which ones are not ready yet."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.recorded import addresses_asked_by, recorded_engine
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.judge import service_reasons
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import NAMESPACE, short_name
from ansible_collections.dockyard.swarm.plugins.plugin_utils.unchanged_stack import probe_of

Json = dict[str, Any]

_SHOWN = 6
_LAST_LOOK_SECONDS = 1


def progress_probe(python: str, options: Mapping[str, Any], own_address: bool) -> str:
    """The command that records the progress of a stack's services; arguments: see `unchanged_stack.stack_probe`."""
    addresses = addresses_asked_by(lambda engine: _seen(engine, options["name"]))
    return probe_of(python, options, own_address, addresses)


@dataclass(frozen=True)
class Seen:
    """A stack at one moment: its services with their status, its tasks and the nodes."""

    services: list[Json]
    tasks: list[Json] = field(default_factory=list)
    nodes: list[Json] = field(default_factory=list)


def recorded(text: str, stack: str) -> Seen:
    """The stack from the output of the command of `progress_probe`.

    Raises:
        ValueError, KeyError, NotRecordedError: the output is incomplete.
    """
    return _seen(recorded_engine(text), stack)


def _seen(engine: Engine, stack: str) -> Seen:
    label = {"label": f"{NAMESPACE}={stack}"}
    fresh = {task["ID"] for task in engine.tasks({**label, "_up-to-date": "true"})}
    tasks = [{**task, "UpToDate": task["ID"] in fresh} for task in engine.tasks(label)]
    return Seen(engine.services(label, status=True), tasks, engine.nodes())


def unfinished(stack: str, seen: Seen, now: datetime | None = None) -> str:
    """`stack shop: waiting for post (1/2, updating), ui (0/3: preparing on w1)`; empty when all services run.

    Args:
        now: the current time, to tell how long tasks have been waiting.
    """
    nodes = {node["ID"]: node for node in seen.nodes}
    waiting = []
    for service in sorted(seen.services, key=lambda item: str(item["Spec"]["Name"])):
        status = service.get("ServiceStatus") or {}
        jobs = any(mode in service["Spec"].get("Mode", {}) for mode in ("ReplicatedJob", "GlobalJob"))
        running = status.get("CompletedTasks", 0) if jobs else status.get("RunningTasks", 0)
        wanted = status.get("DesiredTasks", 0)
        state = (service.get("UpdateStatus") or {}).get("State", "")
        update = state.removesuffix("_started") if state in ("updating", "rollback_started", "paused") else ""
        if update or running < wanted:
            name = short_name(service["Spec"]["Name"], stack)
            tasks = [task for task in seen.tasks if task["ServiceID"] == service["ID"]]
            reasons = "; ".join(service_reasons(service["Spec"], tasks, nodes, now))
            counts = f"{running}/{wanted}{', ' if update else ''}{update}"
            waiting.append(f"{name} ({counts}{': ' if reasons else ''}{reasons})")
    more = [f"{len(waiting) - _SHOWN} more"] if len(waiting) > _SHOWN else []
    return f"stack {stack}: waiting for {', '.join([*waiting[:_SHOWN], *more])}" if waiting else ""


@contextmanager
def shown(look: Callable[[], str], show: Callable[[str], None], every: float) -> Iterator[None]:
    """In a thread, call `look` repeatedly, and show its line when it has changed.

    Args:
        look: returns one line, or "". An exception ends the thread and nothing else.
        every: seconds between calls.
    """
    done = threading.Event()

    def watch() -> None:
        last = ""
        while not done.wait(every):
            try:
                line = look()
            except Exception:  # progress messages must never disturb the deploy
                return
            if line and line != last and not done.is_set():
                show(line)
            last = line

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(_LAST_LOOK_SECONDS)
