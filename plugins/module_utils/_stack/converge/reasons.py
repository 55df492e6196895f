# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Why tasks do not run yet, in the engine's words or, where it has none, the likely reason. No I/O.

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

_LONG = 5.0  # seconds after which a state that passes quickly is worth a word
_SHOWN = 3

# States that pass quickly, if nothing is in the way, and what it is likely to be.
_QUICK = ("new", "pending", "assigned", "accepted", "ready")
_LASTING = {
    "new": "most likely no address is left in one of its networks",
    "assigned": "the node has not begun; see whether its engine is well",
    "accepted": "the node has not begun; see whether its engine is well",
    "preparing": "most likely the image is being pulled",
}

# What engines say of a task that ended, and what is likely behind it.
_LIKELY = (
    (
        "No such image",
        "the node could not pull it: it has no way to the registry, no credentials, or no room on its disk; "
        "docker pull on that node says which",
    ),
    ("no space left on device", "the node's disk is full; docker system df on that node says of what"),
    ("missing plugin", "install the plugin on a node"),
    ("host-mode port already in use", "each node has one task for a host port; write mode: ingress, or fewer replicas"),
    ("insufficient resources", "no node has so much left; reserve less, or make room"),
    ("unhealthy container", "its health check failed"),
)


def waiting_reasons(tasks: Iterable[Json], nodes: Mapping[str, Json], now: datetime | None, checked: bool) -> list[str]:
    """One phrase for each reason why tasks are not running yet, the commonest first.

    Args:
        tasks: those that are to run and do not.
        nodes: by id.
        now: the present; None where ages are not told.
        checked: whether the tasks have a health check.
    """
    counts: dict[str, int] = {}
    for task in tasks:
        reason = _reason(task, nodes, now, checked)
        if reason:
            counts[reason] = counts.get(reason, 0) + 1
    ordered = sorted(counts, key=lambda reason: (-counts[reason], reason))
    told = [f"{counts[reason]} tasks {reason}" if counts[reason] > 1 else reason for reason in ordered[:_SHOWN]]
    return [*told, *([f"{len(ordered) - _SHOWN} more reasons"] if len(ordered) > _SHOWN else [])]


def likely(error: str) -> str:
    """What is likely behind an engine's error, and what to do; empty where its own words say it."""
    return next((advice for words, advice in _LIKELY if words in error), "")


def with_likely(error: str) -> str:
    """An engine's error, followed by what is likely behind it."""
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
    """An engine's time, such as `2026-11-20T22:14:11.123456789Z`, in UTC."""
    base = _FRACTION.sub("", text).rstrip("Z")
    fraction = _FRACTION.search(text)
    moment = datetime.strptime(base, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    return moment.replace(microsecond=int(fraction.group(1).ljust(6, "0"))) if fraction else moment
