# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Why tasks are not running yet: the engine's message or, if there is none, the likely reason. No I/O.

Source of the states: https://docs.docker.com/engine/swarm/how-swarm-mode-works/swarm-task-states/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.service_words import ENDED
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.placement.nodes import hostname

Json = dict[str, Any]

_LONG = 5.0  # seconds after which a short-lived state is reported
_SHOWN = 3

# States that normally pass quickly, and the likely reason if they do not.
_QUICK = ("new", "pending", "assigned", "accepted", "ready")
_LASTING = {
    "new": "most likely one of its networks has no free address",
    "assigned": "the node has not started it; check its engine",
    "accepted": "the node has not started it; check its engine",
    "preparing": "most likely the image is being pulled",
}

# Engine errors of ended tasks, and their likely reason.
_LIKELY = (
    (
        "No such image",
        "the node could not pull it: it cannot reach the registry, has no credentials, or its disk is full; "
        "docker pull on that node shows the reason",
    ),
    ("no space left on device", "the node's disk is full; docker system df on that node shows the usage"),
    ("missing plugin", "install the plugin on a node"),
    (
        "host-mode port already in use",
        "only one task on each node can use a host port; use mode: ingress, or fewer replicas",
    ),
    ("insufficient resources", "no node has enough left; reserve less, or free resources"),
    ("unhealthy container", "its health check failed"),
)


def waiting_reasons(tasks: Iterable[Json], nodes: Mapping[str, Json], now: datetime | None, checked: bool) -> list[str]:
    """One phrase for each reason why tasks are not running yet, the most frequent first.

    Args:
        tasks: those that should run and do not.
        nodes: by id.
        now: the current time; None to leave out how long they have waited.
        checked: whether the tasks have a health check.
    """
    counts: dict[str, int] = {}
    for task in tasks:
        reason = _reason(task, nodes, now, checked)
        if reason:
            counts[reason] = counts.get(reason, 0) + 1
    ordered = sorted(counts, key=lambda reason: (-counts[reason], reason))
    shown = [f"{counts[reason]} tasks {reason}" if counts[reason] > 1 else reason for reason in ordered[:_SHOWN]]
    return [*shown, *([f"{len(ordered) - _SHOWN} more reasons"] if len(ordered) > _SHOWN else [])]


def likely(error: str) -> str:
    """The likely reason of an engine's error, with advice; empty if the error is clear by itself."""
    return next((advice for words, advice in _LIKELY if words in error), "")


def with_likely(error: str) -> str:
    """An engine's error, followed by its likely reason."""
    advice = likely(error)
    return f"{error} ({advice})" if advice else error


def _reason(task: Json, nodes: Mapping[str, Json], now: datetime | None, checked: bool) -> str:
    status = task["Status"]
    state, error = status["State"], str(status.get("Err") or "")
    age = _age(status, now)
    there = f" on {hostname(nodes[task['NodeID']])}" if task.get("NodeID") in nodes else ""
    lasting = f" for {age:.0f} s" if age is not None and age >= _LONG else ""
    if error and state in ("pending", "rejected", "failed"):
        return f"{state}{there}: {with_likely(error)}"
    if state == "running" or state in ENDED or (state in _QUICK and not lasting):
        return ""
    why = "its health check has not passed yet" if state == "starting" and checked else _LASTING.get(state, "")
    return f"{state}{there}{lasting}" + (f": {why}" if why else "")


def _age(status: Json, now: datetime | None) -> float | None:
    """Seconds for which a task has been in its state."""
    text = status.get("Timestamp")
    return (now - timestamp(text)).total_seconds() if now is not None and text else None


_FRACTION = re.compile(r"\.(\d{1,6})\d*")


def timestamp(text: str) -> datetime:
    """An engine's timestamp, such as `2026-11-20T22:14:11.123456789Z`, in UTC."""
    base = _FRACTION.sub("", text).rstrip("Z")
    fraction = _FRACTION.search(text)
    moment = datetime.strptime(base, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    return moment.replace(microsecond=int(fraction.group(1).ljust(6, "0"))) if fraction else moment
