"""Faults on demand: what goes wrong, for which calls, how often.

A fault is declared as JSON: `{"kind": ..., "method": GLOB, "project": GLOB, "times": N, "after": N, ...}`.
`times` is how many calls it strikes (absent: all), `after` how many matching calls it lets pass first.

    error              answers `status` with `reason` (503 `backendError` unless told)
    rate_limit         403 with the reason rateLimitExceeded, as Compute says it
    latency            waits `seconds`, then serves the call
    stall              sends nothing for `seconds`, then closes the connection
    drop               resets the connection before the call is served
    lose_answer        serves the call, then resets the connection
    forbidden          403: the caller lacks the permission
    unreachable_zone   the zone `zone` does not answer
    operation_error    the operation ends with an error of `code` and changes nothing
    operation_stuck    the operation never ends
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

Json = dict[str, Any]

KINDS = frozenset(
    {
        "drop",
        "error",
        "forbidden",
        "latency",
        "lose_answer",
        "operation_error",
        "operation_stuck",
        "rate_limit",
        "stall",
        "unreachable_zone",
    }
)


# A call has one answer at most; a fault that gives it leaves later ones for the next call.
_ANSWERS = frozenset({"drop", "error", "forbidden", "rate_limit", "stall"})


@dataclass
class Fault:
    """One declared fault; `detail` holds what its kind needs (status, seconds, zone, ...)."""

    kind: str
    method: str = "*"
    project: str = "*"
    times: int | None = None
    after: int = 0
    detail: Json = field(default_factory=dict)

    @classmethod
    def parse(cls, body: Json) -> Fault:
        """Raises ValueError for a kind that does not exist."""
        kind = body.get("kind", "")
        if kind not in KINDS:
            raise ValueError(f"there is no fault of kind '{kind}'; kinds are: {', '.join(sorted(KINDS))}")
        own = {key: body[key] for key in ("method", "project", "times", "after") if key in body}
        return cls(kind=kind, detail={key: value for key, value in body.items() if key not in (*own, "kind")}, **own)


class Faults:
    """The faults in force."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def declare(self, faults: list[Fault]) -> None:
        """Replace all faults."""
        with self._lock:
            self._faults = list(faults)

    def strike(self, method: str, project: str) -> list[Fault]:
        """The faults that hit this call; counts them as used."""
        hits = []
        with self._lock:
            for fault in self._faults:
                if not (fnmatchcase(method, fault.method) and fnmatchcase(project, fault.project)):
                    continue
                if fault.after > 0:
                    fault.after -= 1
                elif fault.times is None or fault.times > 0:
                    fault.times = None if fault.times is None else fault.times - 1
                    hits.append(fault)
                    if fault.kind in _ANSWERS:
                        break
        return hits
