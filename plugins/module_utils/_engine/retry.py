# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Retry requests that the engine refused for a temporary reason, with growing pauses."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.errors import EngineError

T = TypeVar("T")

_ATTEMPTS = 8
_PAUSE = 0.1


def from_fresh_version(attempt: Callable[[], T], attempts: int = _ATTEMPTS, pause: float = _PAUSE) -> T:
    """Update an object that other clients may update at the same time.

    Args:
        attempt: reads the object with its version, then updates it. It is called again, so that it reads the new
            version, as long as the engine answers that the version is out of date.

    Raises:
        EngineError: any other refusal, or the last of these.
    """
    return retried(attempt, lambda error: error.out_of_sequence, attempts, pause)


def when_there_is_a_leader(attempt: Callable[[], T], attempts: int = _ATTEMPTS, pause: float = 0.25) -> T:
    """Retry while the managers elect a leader: without one, managers reject every request."""
    return retried(attempt, lambda error: error.leaderless, attempts, pause)


def retried(
    attempt: Callable[[], T],
    passes: Callable[[EngineError], bool],
    attempts: int = _ATTEMPTS,
    pause: float = _PAUSE,
) -> T:
    """Retry, doubling the pause each time, while the refusal is a temporary one.

    Args:
        passes: whether a refusal is temporary.
        attempts: how often to try at most.
        pause: seconds before the second attempt.
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
