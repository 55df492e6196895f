# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The state of the deploy lock after several hosts were asked for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Lock:
    """The lock from this run's point of view.

    Attributes:
        held: where it is held: `host`, on which it was taken, and `place` (swarm or host).
        renew_after: seconds since the epoch after which it must be renewed; 0 if it is not held.
        as_of: when this state was determined, in seconds since the epoch.
        refusal: why this run must stop; None if it may go on. What it already holds must be released.
        release: hosts on which to release it, in this order: `host`, and `last` on the host at which the swarm's lock
            is released at the latest. Hosts after that are tried in case none of the ones before is a manager any more.
    """

    held: list[Json] = field(default_factory=list)
    renew_after: int = 0
    as_of: float = 0
    refusal: str | None = None
    release: list[Json] = field(default_factory=list)


def lock_after(results: Sequence[Json], before: Lock, managers: list[str], now: float) -> Lock:
    """The state of the lock after hosts were asked for it one after another.

    Args:
        results: what `deploy_lock` returned on each, with the host as `item`. Unreachable hosts are ignored: they hold
            no new lock, and none that they held before is lost.
        before: the state until now.
        managers: names of all declared managers.
        now: seconds since the epoch.
    """
    asked = [result for result in results if not result.get("unreachable") and not result.get("skipped")]
    refused = sorted((result for result in asked if not result.get("held")), key=lambda result: "held" in result)
    taken = [{"host": result["item"], "place": result["place"]} for result in asked if result.get("held")]
    held = list(before.held)
    held += [each for each in taken if each not in held]
    renew_after = before.renew_after
    if taken:
        # The lock that expires first decides.
        renew_after = int(min(now + (result["holder"]["expires"] - now) / 2 for result in asked if result.get("held")))
    refusal = _refusal(refused[0]) if refused else None
    if managers and not held and not refusal and not results:
        refusal = (
            "no declared manager was asked for the deploy lock, as a host assumed that this run holds it: run again"
        )
    return Lock(
        held=held,
        renew_after=renew_after if held else 0,
        as_of=now,
        refusal=refusal,
        release=_release(held, managers),
    )


def latest(published: Iterable[Mapping[str, Any]]) -> Lock:
    """The latest state of the lock that any host was told. Plays run on different hosts, and a host that was
    unreachable for a while was not told the latest state."""
    known = max(published, key=lambda lock: float(lock.get("as_of") or 0), default={})
    return Lock(
        held=[dict(each) for each in known.get("held") or []],
        renew_after=int(known.get("renew_after") or 0),
        as_of=float(known.get("as_of") or 0),
    )


def _refusal(result: Json) -> str:
    reason = str(result.get("msg") or "the lock could not be taken").rstrip(".")
    return f"{reason}. If that run has ended, break its lock with -e swarm_lock_break=true. Nothing has been changed."


def _release(held: list[Json], managers: list[str]) -> list[Json]:
    in_swarm = list(dict.fromkeys(each["host"] for each in held if each["place"] == "swarm"))
    on_hosts = list(dict.fromkeys(each["host"] for each in held if each["host"] not in in_swarm))
    spare = [name for name in sorted(managers) if name not in in_swarm + on_hosts] if in_swarm else []
    first = on_hosts + in_swarm
    return [
        {"host": name, "last": bool(in_swarm) and index >= len(first) - 1} for index, name in enumerate(first + spare)
    ]
