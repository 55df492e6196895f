# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Wait until services have converged, within a time limit."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.judge import (
    CONVERGED,
    EXHAUSTED,
    FAILED,
    SETTLING,
    TaskFailure,
    Verdict,
    failures,
    has_failed,
    judge,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import NAMESPACE

Json = dict[str, Any]

_PAUSE = 0.5
_SHORTEST = 0.05
# Seconds for which errors of an engine that answered before are tolerated.
_TROUBLE = 30.0


@dataclass(frozen=True)
class View:
    """The state of the cluster at one moment: services and their tasks by service name, and the nodes by id."""

    services: dict[str, Json] = field(default_factory=dict)
    tasks: dict[str, list[Json]] = field(default_factory=dict)
    nodes: dict[str, Json] = field(default_factory=dict)


@dataclass
class Outcome:
    """The result of waiting: the last view, a verdict for each service, the errors of failed tasks, and further
    notes."""

    view: View = field(default_factory=View)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    failed_tasks: list[TaskFailure] = field(default_factory=list)
    timed_out: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def converged(self) -> bool:
        """Whether every service has converged."""
        return all(verdict.state == CONVERGED for verdict in self.verdicts.values())

    def unfinished(self) -> dict[str, Verdict]:
        """The services that have not converged."""
        return {name: item for name, item in self.verdicts.items() if item.state != CONVERGED}


@dataclass
class _Memory:
    """How long each service has been in a state that must last before it counts."""

    since: dict[str, tuple[tuple[bool, frozenset[str]], float]] = field(default_factory=dict)

    def lasted(self, name: str, verdict: Verdict, now: float) -> float:
        """Seconds for which the watched tasks have been the same."""
        state = (verdict.state == EXHAUSTED, verdict.watched)
        before, start = self.since.get(name, (state, now))
        if before != state:
            start = now
        self.since[name] = (state, start)
        return now - start


def look(engine: Engine, stack: str, names: Collection[str]) -> View:
    """Read the given services of a stack, their tasks and the nodes."""
    label = f"{NAMESPACE}={stack}"
    services = {
        item["Spec"]["Name"]: item for item in engine.services({"label": label}) if item["Spec"]["Name"] in names
    }
    by_id = {item["ID"]: name for name, item in services.items()}
    tasks: dict[str, list[Json]] = {name: [] for name in services}
    if services:
        fresh = {task["ID"] for task in engine.tasks({"label": label, "_up-to-date": "true"})}
        for task in engine.tasks({"label": label}):
            if task["ServiceID"] in by_id:
                tasks[by_id[task["ServiceID"]]].append({**task, "UpToDate": task["ID"] in fresh})
    return View(services, tasks, {node["ID"]: node for node in engine.nodes()})


def failed_task_ids(view: View) -> frozenset[str]:
    """The tasks that failed before the deploy; they do not count against it."""
    return frozenset(task["ID"] for tasks in view.tasks.values() for task in tasks if has_failed(task))


def settle(name: str, verdict: Verdict, memory: _Memory, now: float) -> Verdict:
    """Turn a state that has lasted long enough into a final one."""
    lasted = memory.lasted(name, verdict, now)
    if verdict.state == SETTLING and lasted >= verdict.window:
        return Verdict(CONVERGED, verdict.running, verdict.desired)
    if verdict.state == EXHAUSTED and lasted >= verdict.window:
        return Verdict(FAILED, verdict.running, verdict.desired, verdict.reason)
    return verdict


def wait_for(
    view_of: Callable[[], View],
    names: Collection[str],
    *,
    submitted: Collection[str],
    known_failures: Collection[str],
    timeout: float,
    started: Collection[str] = (),
    allow_empty: bool = True,
    tell: Callable[[str], None] = lambda _progress: None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Outcome:
    """Poll until all services have converged, one has failed, or the time is up.

    Args:
        view_of: reads the state of the cluster.
        names: full names of the services to wait for.
        submitted: the services that this deploy created or updated.
        known_failures: ids of tasks that had failed before.
        timeout: seconds.
        tell: called with one line about what is missing, at each poll.
        allow_empty: see `judge`.
        started: services that only need to have started, and are not watched afterwards.

    Raises:
        EngineError: the cluster could not be read for longer than an election of managers takes.
    """
    memory = _Memory()
    deadline = clock() + timeout
    trouble_since: float | None = None
    while True:
        try:
            view = view_of()
        except EngineError as error:
            trouble_since = clock() if trouble_since is None else trouble_since
            if not _may_pass(error) or clock() >= min(deadline, trouble_since + _TROUBLE):
                raise
            sleep(min(_PAUSE, max(_SHORTEST, deadline - clock())))
            continue
        trouble_since = None
        outcome = _judge_all(view, names, submitted, known_failures, memory, clock(), started, allow_empty)
        states = {verdict.state for verdict in outcome.verdicts.values()}
        tell(progress(outcome))
        outcome.timed_out = clock() >= deadline and not outcome.converged
        if outcome.converged:
            return outcome
        if FAILED in states or outcome.timed_out:
            outcome.failed_tasks = _failures_of(view, outcome.unfinished(), known_failures)
            return outcome
        sleep(min(_PAUSE, max(0.0, deadline - clock())))


def progress(outcome: Outcome) -> str:
    """What is still missing, in one line."""
    return "; ".join(f"{name}: {verdict.reason}" for name, verdict in sorted(outcome.unfinished().items()))


def _judge_all(
    view: View,
    names: Collection[str],
    submitted: Collection[str],
    known: Collection[str],
    memory: _Memory,
    now: float,
    started: Collection[str],
    allow_empty: bool,
) -> Outcome:
    outcome = Outcome(view)
    present = datetime.now(timezone.utc)
    for name in sorted(names):
        service = view.services.get(name)
        if service is None:
            outcome.verdicts[name] = Verdict(FAILED, 0, 0, "the service was removed while it was waited for")
            continue
        verdict = judge(
            service,
            view.tasks[name],
            view.nodes,
            submitted=name in submitted,
            known=known,
            now=present,
            allow_empty=allow_empty,
        )
        if name in started and verdict.state == SETTLING and verdict.running:
            verdict = Verdict(CONVERGED, verdict.running, verdict.desired)
        outcome.verdicts[name] = settle(name, verdict, memory, now)
    return outcome


def _may_pass(error: EngineError) -> bool:
    """Whether an error of the engine may be temporary: it restarts, or the managers elect a leader."""
    return error.status == 0 or error.status >= 500


def _failures_of(view: View, unfinished: Mapping[str, Verdict], known: Collection[str]) -> list[TaskFailure]:
    found = []
    for name in sorted(unfinished):
        if name in view.services:
            found += failures(view.services[name], view.tasks[name], view.nodes, known)
    return found
