# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sign of life while a module waits for services: what is not there yet, now and then."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.recorded import addresses_asked_by, recorded_engine
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import NAMESPACE, short_name
from ansible_collections.dockyard.swarm.plugins.plugin_utils.unchanged_stack import probe_of

Json = dict[str, Any]

_SHOWN = 6
_LAST_LOOK_SECONDS = 1


def progress_probe(python: str, options: Mapping[str, Any], own_address: bool) -> str:
    """The command that records how far a stack's services are; arguments as of `unchanged_stack.stack_probe`."""
    addresses = addresses_asked_by(lambda engine: _services(engine, options["name"]))
    return probe_of(python, options, own_address, addresses)


def recorded_services(text: str, stack: str) -> list[Json]:
    """The services, with their status, that the command of `progress_probe` printed.

    Raises:
        ValueError, KeyError, NotRecordedError: it did not.
    """
    return _services(recorded_engine(text), stack)


def _services(engine: Engine, stack: str) -> list[Json]:
    return engine.services({"label": f"{NAMESPACE}={stack}"}, status=True)


def unfinished(stack: str, services: Iterable[Json]) -> str:
    """`stack shop: waiting for post (1/2, updating), ui (0/3)`; empty where all run.

    Args:
        services: as `GET /services?status=true` tells them.
    """
    waiting = []
    for service in sorted(services, key=lambda item: str(item["Spec"]["Name"])):
        status = service.get("ServiceStatus") or {}
        jobs = any(mode in service["Spec"].get("Mode", {}) for mode in ("ReplicatedJob", "GlobalJob"))
        there = status.get("CompletedTasks", 0) if jobs else status.get("RunningTasks", 0)
        wanted = status.get("DesiredTasks", 0)
        state = (service.get("UpdateStatus") or {}).get("State", "")
        under_way = state.removesuffix("_started") if state in ("updating", "rollback_started", "paused") else ""
        if under_way or there < wanted:
            name = short_name(service["Spec"]["Name"], stack)
            waiting.append(f"{name} ({there}/{wanted}{', ' if under_way else ''}{under_way})")
    more = [f"{len(waiting) - _SHOWN} more"] if len(waiting) > _SHOWN else []
    return f"stack {stack}: waiting for {', '.join([*waiting[:_SHOWN], *more])}" if waiting else ""


@contextmanager
def shown(look: Callable[[], str], show: Callable[[str], None], every: float) -> Iterator[None]:
    """Look again and again beside what is done meanwhile, and show what has changed since the last look.

    Args:
        look: one line, or nothing; whatever it raises ends the looking and nothing else.
        every: seconds between looks.
    """
    done = threading.Event()

    def watch() -> None:
        last = ""
        while not done.wait(every):
            try:
                line = look()
            except Exception:  # whatever ends the looking, what is done meanwhile goes on
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
