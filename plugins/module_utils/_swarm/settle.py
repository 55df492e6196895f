# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Wait until a condition in a swarm is met."""

from __future__ import annotations

import time
from collections.abc import Callable

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError


class NotSettledError(UserError):
    """The condition was not met in time."""


def wait_until(
    happened: Callable[[], bool], timeout: float, unless: str, reason: Callable[[], str] | None = None
) -> None:
    """Poll until a condition is met.

    Errors of the engine count as "not yet": managers refuse requests while they elect a leader.

    Args:
        happened: the condition.
        timeout: seconds to wait.
        unless: the error message if it is not met in time.
        reason: returns details for that message.

    Raises:
        NotSettledError: the condition was not met in time.
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
    raise NotSettledError(": ".join(filter(None, [f"{unless} after {timeout:g} s", refusal or _details(reason)])))


def _details(reason: Callable[[], str] | None) -> str:
    try:
        return reason() if reason else ""
    except EngineError as error:
        return error.message
