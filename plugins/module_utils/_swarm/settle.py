# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Wait for a swarm to come to rest."""

from __future__ import annotations

import time
from collections.abc import Callable

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError


class NotSettledError(UserError):
    """What was waited for did not happen in time."""


def wait_until(
    happened: Callable[[], bool], timeout: float, unless: str, reason: Callable[[], str] | None = None
) -> None:
    """Ask again and again until something is so.

    An engine that refuses to answer meanwhile, as managers do while they elect a leader, is asked again.

    Args:
        happened: the question.
        timeout: seconds to go on asking.
        unless: what is wrong if it never is.
        reason: tells more about that.

    Raises:
        NotSettledError: it was not so in time.
    """
    deadline = time.monotonic() + timeout
    pause = 0.2
    while True:
        refusal = ""
        try:
            if happened():
                return
        except EngineError as error:
            refusal = error.message
        if time.monotonic() >= deadline:
            break
        time.sleep(pause)
        pause = min(pause * 1.5, 2)
    raise NotSettledError(": ".join(filter(None, [f"{unless} after {timeout:g} s", refusal or _told(reason)])))


def _told(reason: Callable[[], str] | None) -> str:
    try:
        return reason() if reason else ""
    except EngineError as error:
        return error.message
