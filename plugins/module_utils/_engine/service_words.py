# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Vocabulary of the Engine API for services and tasks: the modes of a service, the final states of a task."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

#: The key that a ServiceSpec has in `Mode`, and its name in compose files.
MODES = {
    "Replicated": "replicated",
    "Global": "global",
    "ReplicatedJob": "replicated-job",
    "GlobalJob": "global-job",
}

_JOBS = ("ReplicatedJob", "GlobalJob")

#: States of a task that has stopped and will not run again.
#: Source: https://docs.docker.com/engine/swarm/how-swarm-mode-works/swarm-task-states/
ENDED = frozenset({"complete", "failed", "shutdown", "rejected", "orphaned", "remove"})


def mode_of(spec: Json) -> str:
    """The mode of a ServiceSpec as compose files name it; a spec without a mode is `replicated`."""
    mode = spec.get("Mode") or {}
    return next((word for key, word in MODES.items() if mode.get(key) is not None), "replicated")


def is_job(spec: Json) -> bool:
    """Whether the service is a job, whose tasks are expected to end."""
    mode = spec.get("Mode") or {}
    return any(mode.get(key) is not None for key in _JOBS)
