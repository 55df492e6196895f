"""How many requests a project may make in a while: the API's rate quota."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from sandbox.compute_api.errors import ApiError

Json = dict[str, Any]


class RateQuota:
    """A window that slides over each project's requests.

    Source: https://cloud.google.com/compute/api-quota (over quota is 403 with the reason rateLimitExceeded).
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._moments: dict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def spend(self, project: str, record: Json) -> None:
        """Count one request. Raises ApiError (403) when the project's quota is used up.

        Args:
            record: the project's; `rate` is {"requests": how many, "seconds": in how long}, absent for no limit.
        """
        rate = record.get("rate")
        if not rate:
            return
        with self._lock:
            moments, now = self._moments[project], self._clock()
            while moments and moments[0] <= now - rate["seconds"]:
                moments.popleft()
            if len(moments) >= rate["requests"]:
                limit = f"{rate['requests']} requests in {rate['seconds']} seconds"
                raise ApiError(403, "rateLimitExceeded", f"Quota exceeded for project '{project}': {limit}.")
            moments.append(now)
