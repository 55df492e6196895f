# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The rules of the lock that keeps two controllers from changing a swarm at the same time."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

Json = dict[str, Any]

LABEL = "dockyard.swarm.lock"
EXPIRES = "dockyard.swarm.lock-expires"

NEVER = 2**40
#: The lock that keeps two controllers from changing a swarm at once. Stacks have one each, beside it.
DEPLOY = "deploy"
# What `keep_alive` leaves of the time, and what it gives once half of that is over, in seconds.
_KEPT = 600


@dataclass(frozen=True)
class Holder:
    """The run that holds the lock.

    Attributes:
        run: a unique id of this run of a controller.
        owner: the user or CI job that started it.
        origin: the machine it runs on.
        purpose: what it does.
        since, expires: seconds since the epoch.
    """

    run: str
    owner: str
    origin: str
    purpose: str
    since: int
    expires: int

    def __str__(self) -> str:
        return f"{self.owner} at {self.origin} has had it since {_time(self.since)} for {self.purpose}"


#: The holder of a lock that another program created in a format of its own: it counts as held and never expires.
STRANGER = Holder("", "somebody", "an unknown place", "an unknown purpose", 0, NEVER)


@dataclass(frozen=True)
class MayBreak:
    """Whose lock may be taken before it expires: everybody's (`force`), or that of the run `run`, which has ended."""

    force: bool = False
    run: str | None = None


NOBODY = MayBreak()


class SwarmLockedError(UserError):
    """Another run holds the lock.

    Attributes:
        holder: that run; None if it is not known.
    """

    def __init__(self, message: str, holder: Holder | None) -> None:
        super().__init__(message)
        self.holder = holder


class Place(Protocol):
    """A storage of the lock that allows one holder only."""

    def holder(self) -> Holder | None:
        """The current holder; None if the lock is free."""

    def replace(self, found: Holder | None, wanted: Holder | None) -> bool:
        """Replace the holder `found` by `wanted` (None: free). False if the current holder is no longer `found`."""


class Unchanged:
    """For check mode: changes nothing, but answers as if it did."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def holder(self) -> Holder | None:
        """The current holder; None if the lock is free."""
        return self._place.holder()

    def replace(self, found: Holder | None, wanted: Holder | None) -> bool:
        """Whether the replacement would succeed."""
        del wanted
        return self._place.holder() == found


def take(place: Place, wanted: Holder, now: int, may_break: MayBreak) -> tuple[bool, Holder]:
    """Take the lock, or renew it.

    Returns:
        Whether that changes anything, and the new holder: `wanted`, or this run's own lock with its original start.

    Raises:
        SwarmLockedError: another run holds the lock.
    """
    found = place.holder()
    refuse_unless_free(found, wanted.run, now, may_break)
    after = holder_after(found, wanted, now)
    if after != found and not place.replace(found, after):
        refuse_unless_free(place.holder(), wanted.run, now, NOBODY)
        raise SwarmLockedError("another run took the lock at the same moment. Run again", None)
    return after != found, after


def keep_alive(place: Place, run: str, now: int) -> None:
    """Leave a run that has the lock some of its time, as something of it is still under way; others get nothing."""
    found = place.holder()
    if found is not None and found.run == run and found.expires - now < _KEPT // 2:
        place.replace(found, replace(found, expires=now + _KEPT))


def release(place: Place, run: str, force: bool) -> Holder | None:
    """Release the lock if this run holds it, or whoever holds it with `force`. Returns the holder afterwards."""
    found = place.holder()
    if found is None or (found.run != run and not force):
        return found
    return None if place.replace(found, None) else place.holder()


def refuse_unless_free(holder: Holder | None, run: str, now: float, may_break: MayBreak) -> None:
    """Raise if another run holds the lock.

    Args:
        holder: the current holder; None if the lock is free.
        run: the id of this run; its own lock is not refused.
        now: seconds since the epoch.
        may_break: whose lock may be taken all the same.

    Raises:
        SwarmLockedError: another run holds it.
    """
    if holder is None or holder.run in (run, may_break.run) or may_break.force or holder.expires <= now:
        return
    raise SwarmLockedError(f"the swarm is locked: {in_words(holder, now)}", holder)


def in_words(holder: Holder, now: float) -> str:
    """The holder as a sentence: who, from where, since when, for what, and how long the lock is still valid."""
    if holder.expires >= NEVER:
        return f"{holder}. The lock does not expire"
    left = timedelta(seconds=int(holder.expires - now))
    return f"{holder}. The lock " + (f"expires in {left}" if left > timedelta() else "has expired")


def holder_after(found: Holder | None, wanted: Holder, now: int) -> Holder:
    """The holder after taking the lock. The same run keeps its lock unchanged while more than half of its time is
    left."""
    if found is None or found.run != wanted.run:
        return wanted
    if found.expires - now > (wanted.expires - now) // 2:
        return found
    return replace(found, expires=wanted.expires)


def config_name(lock: str) -> str:
    """The name of the config that represents the lock."""
    return f"{LABEL}.{lock}"


def config_spec(lock: str, holder: Holder) -> Json:
    """The ConfigSpec that represents the lock with this holder."""
    data = base64.b64encode(json.dumps(asdict(holder)).encode()).decode()
    return {"Name": config_name(lock), "Labels": config_labels(lock, holder), "Data": data}


def holder_of(config: Json) -> Holder:
    """The holder in a config from `GET /configs`."""
    try:
        holder = Holder(**json.loads(base64.b64decode(config["Spec"]["Data"])))
        return replace(holder, expires=int(config["Spec"]["Labels"][EXPIRES]))
    except (KeyError, TypeError, ValueError):
        return STRANGER


def config_labels(lock: str, holder: Holder) -> dict[str, str]:
    """The part of the config that can change while the lock is held: when it expires."""
    return {LABEL: lock, EXPIRES: str(holder.expires)}


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, tz=timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
