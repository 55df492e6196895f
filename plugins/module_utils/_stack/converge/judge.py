# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Decide whether services have converged: (service, tasks, nodes) -> Verdict. No I/O.

The state of each task counts, not only the service's update status: that is empty right after an update, and is
"completed" for services that crash a moment later.
Source of the states: Engine API, "Task" and "Service.UpdateStatus"; swarmkit/design/task_model.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.service_words import ENDED, is_job
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.canonical import spec_at
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.reasons import (
    timestamp,
    waiting_reasons,
    with_likely,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.placement.nodes import (
    hostname,
    is_available,
    satisfies_constraints,
    unavailability,
)

Json = dict[str, Any]

CONVERGED = "converged"
SETTLING = "settling"
WAITING = "waiting"
EXHAUSTED = "exhausted"
FAILED = "failed"

# swarmkit's default for UpdateConfig.Monitor, in seconds.
_MONITOR = 5.0
# swarmkit's default for RestartPolicy.Delay, and the time a replacement may take in addition, in seconds.
_RESTART_DELAY = 5.0
_GRACE = 3.0
# Agents reject a task repeatedly (no such image, no such volume driver); this many rejections count as permanent.
_REJECTIONS = 3

# Errors with which nodes reject a task while they remove an older network of the same name.
_NETWORK_REFUSALS = ("invalid config for network", "no such network", "could not find network")

_STATES = (
    "new pending assigned accepted preparing ready starting running complete shutdown failed rejected remove orphaned"
).split()
_RANK = {state: rank for rank, state in enumerate(_STATES)}
_BROKEN = frozenset({"failed", "rejected", "orphaned"})


@dataclass(frozen=True)
class Verdict:
    """The state of one service.

    Attributes:
        state: `converged`; `settling` (all tasks run, and are watched for `window` seconds more); `waiting`;
            `exhausted` (tasks failed and, if nothing changes within `window` seconds, will not be retried); `failed`.
        running: number of tasks in their desired state; `desired`: number of tasks there should be.
        reason: why it has not converged, in one line.
        window: seconds for which a settling or exhausted service must stay unchanged.
        watched: ids of the tasks that must stay.
    """

    state: str
    running: int
    desired: int
    reason: str = ""
    window: float = 0.0
    watched: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TaskFailure:
    """A task that failed or cannot be placed, with the engine's message."""

    service: str
    task: str
    slot: str
    node: str
    state: str
    error: str

    def __str__(self) -> str:
        where = f" on {self.node}" if self.node else ""
        return f"{self.service}{self.slot} ({self.task[:12]}){where}: {self.state}: {with_likely(self.error)}"


def judge(
    service: Json,
    tasks: Iterable[Json],
    nodes: Mapping[str, Json],
    *,
    submitted: bool,
    known: Collection[str] = (),
    now: datetime | None = None,
    allow_empty: bool = True,
) -> Verdict:
    """Judge one service.

    Args:
        service: from `GET /services`.
        tasks: its tasks, each with `UpToDate` true if the engine lists it under `_up-to-date`.
        nodes: the cluster's nodes by id.
        submitted: whether this deploy created or updated the service, so that its update status is about this deploy.
        known: ids of tasks that had failed before the deploy began.
        now: the current time, to tell how long tasks have been running or waiting.
        allow_empty: whether a global service without eligible node counts as converged.
    """
    mode = service["Spec"]["Mode"]
    tasks = list(tasks)
    update = (service.get("UpdateStatus") or {}).get("State") or ""
    if submitted and (update == "paused" or update.startswith("rollback")):
        message = (service.get("UpdateStatus") or {}).get("Message") or update
        return Verdict(FAILED, 0, _desired_count(mode), f"{update.replace('_', ' ')}: {message}")
    if _is_global(mode) and nodes and not allow_empty:
        empty = _judge_empty(service["Spec"], tasks, nodes)
        if empty is not None:
            return empty
    if is_job(service["Spec"]):
        verdict = _judge_job(service, tasks, nodes)
    else:
        verdict = _judge_service(service, tasks, nodes, submitted, known, update, now)
    return _with_reasons(verdict, service, tasks, nodes, now)


def _with_reasons(
    verdict: Verdict, service: Json, tasks: Iterable[Json], nodes: Mapping[str, Json], now: datetime | None
) -> Verdict:
    """Add the reasons why its tasks are waiting to a waiting verdict."""
    if verdict.state != WAITING:
        return verdict
    reasons = service_reasons(service["Spec"], tasks, nodes, now)
    return replace(verdict, reason="; ".join([verdict.reason, *reasons]))


def service_reasons(
    spec: Json, tasks: Iterable[Json], nodes: Mapping[str, Json], now: datetime | None = None
) -> list[str]:
    """Why the newest task of each slot or node is not running yet; arguments: see `judge`."""
    slots = _slots([task for task in tasks if task.get("UpToDate")], _is_global(spec["Mode"]))
    missing = [task for members in slots.values() for task in [_newest(members)] if not _is_there(task)]
    test = (spec_at(spec, ("TaskTemplate", "ContainerSpec", "Healthcheck")) or {}).get("Test") or []
    return waiting_reasons(missing, nodes, now, checked=bool(test) and test[0] != "NONE")


def _newest(members: Iterable[Json]) -> Json:
    return max(members, key=lambda task: task["CreatedAt"])


def _is_there(task: Json) -> bool:
    return task["Status"]["State"] in ("running", "complete", "shutdown")


def _is_global(mode: Json) -> bool:
    return mode.get("Global") is not None or mode.get("GlobalJob") is not None


def _judge_empty(spec: Json, tasks: Iterable[Json], nodes: Mapping[str, Json]) -> Verdict | None:
    """The verdict for a global service without node for its tasks; None if there is a node, or a task."""
    fit = [node for node in nodes.values() if satisfies_constraints(spec, node)]
    if any(is_available(node) for node in fit) or any(_is_there(task) and task.get("UpToDate") for task in tasks):
        return None
    if not fit:
        return Verdict(FAILED, 0, 0, "no node satisfies its constraints (set allow_empty: true to accept this)")
    away = ", ".join(f"{hostname(node)} ({unavailability(node)})" for node in fit)
    return Verdict(WAITING, 0, 0, f"its eligible nodes accept no tasks: {away}")


def failures(
    service: Json, tasks: Iterable[Json], nodes: Mapping[str, Json], known: Collection[str] = ()
) -> list[TaskFailure]:
    """The newest failure of each slot (or node) since the deploy began, ordered by slot."""
    latest: dict[tuple[int, str], Json] = {}
    for task in sorted(tasks, key=lambda item: item["CreatedAt"]):
        if task["ID"] not in known and _error_of(task):
            latest[(task.get("Slot", 0), _place_of(task))] = task
    name = service["Spec"]["Name"]
    return [_failure(name, task, nodes) for _key, task in sorted(latest.items())]


def has_given_up(service: Json, tasks: Iterable[Json]) -> bool:
    """Whether a job has ended without completing, and will not be retried by swarm."""
    current = _of_this_iteration(service, tasks)
    complete = sum(1 for task in current if task["Status"]["State"] == "complete")
    ended = all(task["Status"]["State"] in ENDED for task in current)
    broken = any(_is_broken(task) for task in current)
    mode = service["Spec"]["Mode"]
    return ended and broken and (mode.get("GlobalJob") is not None or complete < _desired_count(mode))


def rejected_by_stale_network(service: Json, tasks: Iterable[Json]) -> bool:
    """Whether all failed tasks were rejected by nodes that were still removing an older network of the same name.

    None of them has run, so the service can be submitted again, even a job.
    """
    current = [task for task in _of_this_iteration(service, tasks) if task.get("UpToDate")]
    failed = [task for task in current if has_failed(task)]
    return bool(failed) and all(_met_stale_network(task) for task in failed)


def _met_stale_network(task: Json) -> bool:
    error = _error_of(task)
    return task["Status"]["State"] == "rejected" and any(words in error for words in _NETWORK_REFUSALS)


def _of_this_iteration(job: Json, tasks: Iterable[Json]) -> list[Json]:
    iteration = spec_at(job, ("JobStatus", "JobIteration", "Index")) or 0
    return [task for task in tasks if (spec_at(task, ("JobIteration", "Index")) or 0) == iteration]


# -- replicated and global -----------------------------------------------------------------------


def _judge_service(
    service: Json,
    tasks: list[Json],
    nodes: Mapping[str, Json],
    submitted: bool,
    known: Collection[str],
    update: str,
    now: datetime | None,
) -> Verdict:
    mode = service["Spec"]["Mode"]
    is_global = mode.get("Global") is not None
    slots = _slots([task for task in tasks if task.get("UpToDate") and not _is_down(task, nodes)], is_global)
    chosen = [_representative(members) for members in slots.values()]
    desired_tasks = [task for task in chosen if _rank(task["DesiredState"]) <= _RANK["running"] or _is_done(task)]
    desired = len(_global_places(service["Spec"], desired_tasks, nodes)) if is_global else _desired_count(mode)
    present = [task for task in desired_tasks if task["Status"]["State"] == "running" or _is_done(task)]
    running = len(present)
    watched = frozenset(task["ID"] for task in present)
    if running == desired and update == "updating" and not _waits_for_a_dead_node(tasks, nodes):
        return Verdict(WAITING, running, desired, "the update is still under way", watched=watched)
    if running == desired:
        window = _monitor(service)
        if desired == 0 and not is_global:
            return Verdict(CONVERGED, 0, 0)
        if not submitted and now is not None and _have_run(present, window, now):
            return Verdict(CONVERGED, running, desired)
        return Verdict(SETTLING, running, desired, "watching that it stays up", window, watched)
    reason = f"{running} of {desired} running"
    if update == "paused":
        return Verdict(FAILED, running, desired, f"{reason}, and an earlier update is paused")
    return _judge_missing(service, tasks, slots, known, Verdict(WAITING, running, desired, reason, watched=watched))


def _global_places(spec: Json, desired_tasks: Iterable[Json], nodes: Mapping[str, Json]) -> set[str]:
    """The nodes that have, or will get, a task of a global service."""
    fit = {node_id for node_id, node in nodes.items() if is_available(node) and satisfies_constraints(spec, node)}
    return fit | {_place_of(task) for task in desired_tasks}


def _waits_for_a_dead_node(tasks: Iterable[Json], nodes: Mapping[str, Json]) -> bool:
    """Whether an update has lost a task with its node: swarm's updater keeps waiting for it, even after it was
    replaced."""
    return any(
        task.get("UpToDate") and _is_down(task, nodes) and task["Status"]["State"] not in ENDED for task in tasks
    )


def _judge_missing(
    service: Json, tasks: list[Json], slots: Mapping[object, list[Json]], known: Collection[str], waiting: Verdict
) -> Verdict:
    """Distinguish a state that may still improve from one that cannot."""
    rejections: dict[object, int] = {}
    for task in tasks:
        if task["Status"]["State"] == "rejected" and task["ID"] not in known and _is_final(task):
            slot = task.get("Slot") or task.get("NodeID")
            rejections[slot] = rejections.get(slot, 0) + 1
    worst = max(rejections.values(), default=0)
    if worst >= _REJECTIONS:
        return Verdict(FAILED, waiting.running, waiting.desired, f"{waiting.reason}, tasks rejected {worst} times")
    if _restarts_for_ever(service):
        return waiting
    return _given_up(service, slots.values(), waiting)


def _is_final(rejected: Json) -> bool:
    """Whether a rejected task counts against the service.

    A node that is still removing an older network of the same name rejects tasks for the new one only temporarily.
    """
    return bool(rejected.get("UpToDate")) and not _met_stale_network(rejected)


def _restarts_for_ever(service: Json) -> bool:
    policy = spec_at(service, ("Spec", "TaskTemplate", "RestartPolicy")) or {}
    return policy.get("Condition") != "none" and not policy.get("MaxAttempts")


def _given_up(service: Json, slots: Iterable[list[Json]], waiting: Verdict) -> Verdict:
    """`exhausted` if there are slots whose tasks have all ended unsuccessfully; otherwise still `waiting`."""
    broken = [members for members in slots if all(_is_broken(task) for task in members)]
    if not broken:
        return waiting
    reason = f"{waiting.reason}, {len(broken)} failed and are not retried because of the restart policy"
    watched = frozenset(task["ID"] for members in broken for task in members)
    return Verdict(EXHAUSTED, waiting.running, waiting.desired, reason, _restart_delay(service) + _GRACE, watched)


def _is_broken(task: Json) -> bool:
    return task["Status"]["State"] in ENDED and task["Status"]["State"] != "complete"


def _restart_delay(service: Json) -> float:
    nanoseconds = spec_at(service, ("Spec", "TaskTemplate", "RestartPolicy", "Delay"))
    return _RESTART_DELAY if nanoseconds is None else nanoseconds / 1e9


def _slots(tasks: Iterable[Json], by_node: bool) -> dict[object, list[Json]]:
    slots: dict[object, list[Json]] = {}
    for task in tasks:
        slots.setdefault(_place_of(task) if by_node else task.get("Slot", 0), []).append(task)
    return slots


def _representative(members: list[Json]) -> Json:
    """The task that represents its slot: the one with the earliest desired state, then the newest."""
    lowest = min(_rank(task["DesiredState"]) for task in members)
    return max((task for task in members if _rank(task["DesiredState"]) == lowest), key=lambda task: task["CreatedAt"])


def _is_done(task: Json) -> bool:
    """Completed, with a restart policy that does not restart it."""
    condition = spec_at(task, ("Spec", "RestartPolicy", "Condition")) or "any"
    return task["Status"]["State"] == "complete" and condition in ("none", "on-failure")


def _monitor(service: Json) -> float:
    nanoseconds = spec_at(service, ("Spec", "UpdateConfig", "Monitor"))
    return nanoseconds / 1e9 if nanoseconds else _MONITOR


def _have_run(tasks: Iterable[Json], seconds: float, now: datetime) -> bool:
    return all(
        _is_done(task) or (now - timestamp(task["Status"]["Timestamp"])).total_seconds() >= seconds for task in tasks
    )


# -- jobs ----------------------------------------------------------------------------------------


def _judge_job(service: Json, tasks: list[Json], nodes: Mapping[str, Json]) -> Verdict:
    mode = service["Spec"]["Mode"]
    current = _of_this_iteration(service, tasks)
    is_global = mode.get("GlobalJob") is not None
    if is_global:
        current = [task for task in current if not _is_down(task, nodes)]
    slots = _slots(current, is_global)
    complete = sum(1 for members in slots.values() if any(task["Status"]["State"] == "complete" for task in members))
    desired = len(slots) if is_global else _desired_count(mode)
    if complete >= desired and (desired or not is_global):
        return Verdict(CONVERGED, complete, desired)
    reason = f"{complete} of {desired} complete"
    if is_global and not desired:
        # The orchestrator has not placed it yet, or no node is eligible for it.
        return Verdict(SETTLING, 0, 0, "no node has a task of it", _MONITOR)
    waiting = Verdict(WAITING, complete, desired, reason)
    return waiting if _restarts_for_ever(service) else _given_up(service, slots.values(), waiting)


def _desired_count(mode: Json) -> int:
    job = mode.get("ReplicatedJob")
    if job is not None:
        concurrent = job.get("MaxConcurrent")
        total = job.get("TotalCompletions")
        return int(total if total is not None else 1 if concurrent is None else concurrent)
    replicas = (mode.get("Replicated") or {}).get("Replicas")
    return 1 if replicas is None else int(replicas)


# -- tasks ---------------------------------------------------------------------------------------


def has_failed(task: Json) -> bool:
    """Whether a task ended unsuccessfully."""
    return task["Status"]["State"] in _BROKEN


def _error_of(task: Json) -> str:
    status = task["Status"]
    if status.get("Err"):
        return str(status["Err"])
    return f"{status.get('Message') or 'no reason given'}" if has_failed(task) else ""


def _failure(name: str, task: Json, nodes: Mapping[str, Json]) -> TaskFailure:
    node_id = task.get("NodeID") or ""
    node = spec_at(nodes.get(node_id, {}), ("Description", "Hostname")) or node_id
    slot = f".{task['Slot']}" if task.get("Slot") else ""
    return TaskFailure(name, task["ID"], slot, node, task["Status"]["State"], _error_of(task))


def _place_of(task: Json) -> str:
    """The node of a global task; a task that is not assigned yet represents itself."""
    if task.get("Slot"):
        return ""
    return task.get("NodeID") or task["ID"]


def _is_down(task: Json, nodes: Mapping[str, Json]) -> bool:
    return spec_at(nodes.get(task.get("NodeID") or "", {}), ("Status", "State")) == "down"


def _rank(state: str) -> int:
    return _RANK.get(state, 0)
