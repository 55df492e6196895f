# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""What the Engine API's words for services and tasks mean: the modes of a service, the states a task ends in."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

#: A ServiceSpec has one of these keys in `Mode`; compose files call it so.
MODES = {
    "Replicated": "replicated",
    "Global": "global",
    "ReplicatedJob": "replicated-job",
    "GlobalJob": "global-job",
}

_JOBS = ("ReplicatedJob", "GlobalJob")

#: States of a task that does not run any more, and will not again.
#: Source: https://docs.docker.com/engine/swarm/how-swarm-mode-works/swarm-task-states/
ENDED = frozenset({"complete", "failed", "shutdown", "rejected", "orphaned", "remove"})


def mode_of(spec: Json) -> str:
    """The mode of a ServiceSpec in the words of compose files; an engine that leaves it out means `replicated`."""
    mode = spec.get("Mode") or {}
    return next((word for key, word in MODES.items() if mode.get(key) is not None), "replicated")


def is_job(spec: Json) -> bool:
    """Whether the tasks of a ServiceSpec are to end."""
    mode = spec.get("Mode") or {}
    return any(mode.get(key) is not None for key in _JOBS)
