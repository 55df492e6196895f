# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The last output of failing health checks, for tasks on the engine that is asked (other engines cannot be reached)."""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.canonical import spec_at
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.wait import Outcome

Json = dict[str, Any]

_LONGEST = 300
_TASKS = 5


def health_notes(engine: Engine, outcome: Outcome) -> list[str]:
    """One line for each of the newest tasks, in services that have not converged, whose health check has failed."""
    tasks = [
        (name, task)
        for name in sorted(outcome.unfinished())
        for task in sorted(outcome.view.tasks.get(name, []), key=lambda item: item["CreatedAt"], reverse=True)[:_TASKS]
        if _container_of(task)
    ]
    if not tasks:
        return []
    try:
        here = spec_at(engine.info(), ("Swarm", "NodeID"))
        found = ((name, _last_output(engine, task)) for name, task in tasks if task.get("NodeID") == here)
        return list(dict.fromkeys(f"health check of {name}: {output}" for name, output in found if output))
    except EngineError:
        return []


def _container_of(task: Json) -> str:
    return str(spec_at(task, ("Status", "ContainerStatus", "ContainerID")) or "")


def _last_output(engine: Engine, task: Json) -> str:
    """The output of a task's last failed check; empty if there is none, or the container no longer exists."""
    try:
        log = spec_at(engine.container(_container_of(task)), ("State", "Health", "Log")) or []
    except EngineError as error:
        if error.not_found:
            return ""
        raise
    failed = [item for item in log if item.get("ExitCode")]
    if not failed:
        return ""
    text = " ".join(str(failed[-1].get("Output") or "no output").split())
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return f'exit code {failed[-1]["ExitCode"]}, "{shown}"'
