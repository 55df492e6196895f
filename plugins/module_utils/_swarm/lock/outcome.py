# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""What becomes of a lock that several hosts were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Lock:
    """The lock, as this run has it.

    Attributes:
        held: where it is held: `host`, by which it was taken, and `place` (swarm or host).
        renew_after: seconds since the epoch from when on it is to be renewed; 0 where it is not held.
        as_of: when that was so, in seconds since the epoch.
        refusal: why this run must not go on; None where it may. What it holds by then is to be given back.
        release: hosts to give it back by, in this order: `host`, and `last` where the swarm's own lock is given back
            by then if it ever is. Those after are for the case that none of the hosts before is a manager any more.
    """

    held: list[Json] = field(default_factory=list)
    renew_after: int = 0
    as_of: float = 0
    refusal: str | None = None
    release: list[Json] = field(default_factory=list)


def lock_after(results: Sequence[Json], before: Lock, managers: list[str], now: float) -> Lock:
    """The lock after hosts were asked for it, one after another.

    Args:
        results: what `deploy_lock` returned on each, with the host as `item`. A host that cannot be reached does not
            count: it holds no lock, and none that it held before it could be asked is lost.
        before: as this run had it until now.
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
        # The first of them that ends.
        renew_after = int(min(now + (result["holder"]["expires"] - now) / 2 for result in asked if result.get("held")))
    refusal = _refusal(refused[0]) if refused else None
    if managers and not held and not refusal and not results:
        refusal = "no declared manager was asked for the deploy lock, as a host took it for held by this run: run again"
    return Lock(
        held=held,
        renew_after=renew_after if held else 0,
        as_of=now,
        refusal=refusal,
        release=_release(held, managers),
    )


def latest(published: Iterable[Mapping[str, Any]]) -> Lock:
    """The lock as this run has it, by what hosts have been told of it. Plays are about different hosts, and a host that
    could not be reached for a while was not told the latest."""
    known = max(published, key=lambda lock: float(lock.get("as_of") or 0), default={})
    return Lock(
        held=[dict(each) for each in known.get("held") or []],
        renew_after=int(known.get("renew_after") or 0),
        as_of=float(known.get("as_of") or 0),
    )


def _refusal(result: Json) -> str:
    reason = str(result.get("msg") or "the lock could not be taken").rstrip(".")
    return f"{reason}. If that run is no more, break its lock with -e swarm_lock_break=true. Nothing has been changed."


def _release(held: list[Json], managers: list[str]) -> list[Json]:
    in_swarm = list(dict.fromkeys(each["host"] for each in held if each["place"] == "swarm"))
    on_hosts = list(dict.fromkeys(each["host"] for each in held if each["host"] not in in_swarm))
    spare = [name for name in sorted(managers) if name not in in_swarm + on_hosts] if in_swarm else []
    first = on_hosts + in_swarm
    return [
        {"host": name, "last": bool(in_swarm) and index >= len(first) - 1} for index, name in enumerate(first + spare)
    ]
