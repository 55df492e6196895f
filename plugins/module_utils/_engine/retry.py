# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Refusals of an engine that pass: ask again, with growing pauses."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.errors import EngineError

T = TypeVar("T")

_ATTEMPTS = 8
_PAUSE = 0.1


def from_fresh_version(attempt: Callable[[], T], attempts: int = _ATTEMPTS, pause: float = _PAUSE) -> T:
    """Update an object that others may write at the same time.

    Args:
        attempt: reads the object, with its version, and updates it. It is called again, and so reads afresh, while
            the engine answers that the version is out of date.

    Raises:
        EngineError: any other refusal, or the last of these.
    """
    return retried(attempt, lambda error: error.out_of_sequence, attempts, pause)


def when_there_is_a_leader(attempt: Callable[[], T], attempts: int = _ATTEMPTS, pause: float = 0.25) -> T:
    """Try again while the managers elect a leader: until then, none of them carries anything out."""
    return retried(attempt, lambda error: error.leaderless, attempts, pause)


def retried(
    attempt: Callable[[], T],
    passes: Callable[[EngineError], bool],
    attempts: int = _ATTEMPTS,
    pause: float = _PAUSE,
) -> T:
    """Try again, with pauses that double, as long as the refusal is one that passes.

    Args:
        attempts: how many there are at most.
        pause: seconds before the second one.
    """
    for _refused in range(attempts - 1):
        try:
            return attempt()
        except EngineError as error:
            if not passes(error):
                raise
        time.sleep(pause)
        pause *= 2
    return attempt()
