# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Operations of the Compute API: start one, wait for it within a time limit, report all of its errors.

Source: https://cloud.google.com/compute/docs/api/how-tos/api-requests-responses
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any, Protocol

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.errors import GceError
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import last_part

Json = dict[str, Any]

# `operations.wait` answers after at most two minutes, whether or not the operation has ended.
_LONGEST_WAIT = 120.0
# Additional seconds to wait for that answer.
_GRACE = 10.0


class Caller(Protocol):
    """Sends requests; implemented by session.Session."""

    def call(
        self, http_method: str, path: str, query: Any = None, body: Any = None, timeout: float | None = None
    ) -> Json:
        """Send one request, retrying it if that may help. Raises GceError."""


class Operations:
    """Starts operations in one project and waits until they have ended.

    Args:
        timeout: seconds to wait for one operation.
    """

    def __init__(
        self, caller: Caller, project: str, timeout: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._caller = caller
        self._project = project
        self._timeout = timeout
        self._clock = clock

    def run(self, http_method: str, path: str, body: Json | None = None, query: Json | None = None) -> Json:
        """Send a request that starts an operation, and wait until it has ended. Returns the operation.

        The request has a unique id, so that repeating it after a lost answer does nothing twice.

        Args:
            path: within the project, such as `zones/z/instances`.
            query: parameters; `requestId: None` for methods without request ids.

        Raises:
            GceError: the operation failed (with all of its errors) or did not end in time.
        """
        deadline = self._clock() + self._timeout
        request = {"requestId": str(uuid.uuid4()), **(query or {})}
        operation = self._caller.call(http_method, f"projects/{self._project}/{path}", request, body)
        while operation.get("status") != "DONE":
            left = deadline - self._clock()
            if left <= 0:
                raise GceError(_endless(operation, self._timeout), reason="operationTimeout")
            operation = self._wait(operation, left)
        problems = operation.get("error", {}).get("errors", [])
        if problems:
            raise GceError(
                f"{_what(operation)} failed: " + "; ".join(_problem(item) for item in problems),
                int(operation.get("httpErrorStatusCode", 0)),
                str(problems[0].get("code", "")),
            )
        return operation

    def _wait(self, operation: Json, left: float) -> Json:
        path = f"projects/{self._project}/{scope_of(operation)}/operations/{operation['name']}"
        try:
            if left > _LONGEST_WAIT + _GRACE:
                return self._caller.call("POST", f"{path}/wait", timeout=_LONGEST_WAIT + _GRACE)
            time.sleep(min(1.0, left))
            return self._caller.call("GET", path)
        except GceError as error:
            if error.status == 404:
                raise GceError(
                    f"{_what(operation)}: Google no longer knows the operation {operation['name']}"
                ) from error
            raise


def scope_of(resource: Json) -> str:
    """`zones/Z`, `regions/R` or `global`."""
    for key in ("zone", "region"):
        if resource.get(key):
            return f"{key}s/{last_part(resource[key])}"
    return "global"


def _what(operation: Json) -> str:
    return f"{operation.get('operationType', 'the operation')} of {last_part(operation.get('targetLink'))}"


def _problem(item: Json) -> str:
    return f"{item.get('code', 'unknown')}: {str(item.get('message', '')).strip() or 'no explanation'}"


def _endless(operation: Json, timeout: float) -> str:
    return (
        f"{_what(operation)} has not ended within {timeout:g} s (operation_timeout); it continues at Google as "
        f"{operation['name']}. Run again later"
    )
