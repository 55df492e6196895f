# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Who may have the lock that keeps two controllers from changing a swarm at once."""

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
    """Who has the lock.

    Attributes:
        run: what tells one run of a controller from all others.
        owner: the person or job that runs it.
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


#: Of a lock that somebody else made in a form of his own: he is to be reckoned with.
STRANGER = Holder("", "somebody", "an unknown place", "an unknown purpose", 0, NEVER)


@dataclass(frozen=True)
class MayBreak:
    """Whose lock may be taken although it has not expired: everybody's, or that of a run that is no more."""

    force: bool = False
    run: str | None = None


NOBODY = MayBreak()


class SwarmLockedError(UserError):
    """Somebody else has the lock.

    Attributes:
        holder: who has it.
    """

    def __init__(self, message: str, holder: Holder | None) -> None:
        super().__init__(message)
        self.holder = holder


class Place(Protocol):
    """Where a lock is kept, such that only one can have it."""

    def holder(self) -> Holder | None:
        """Who has the lock there."""

    def replace(self, found: Holder | None, wanted: Holder | None) -> bool:
        """Put one holder in the place of another, None for nobody; False if it is not `found` who has it now."""


class Unchanged:
    """A place in which nothing is ever put, and which pretends that it is; for check mode."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def holder(self) -> Holder | None:
        """Who has the lock there."""
        return self._place.holder()

    def replace(self, found: Holder | None, wanted: Holder | None) -> bool:
        """Whether it would be done."""
        del wanted
        return self._place.holder() == found


def take(place: Place, wanted: Holder, now: int, may_break: MayBreak) -> tuple[bool, Holder]:
    """Have the lock, or have it for longer.

    Returns:
        Whether that changes anything, and who has it then: `wanted`, or the same run since it took it first.

    Raises:
        SwarmLockedError: somebody else has it.
    """
    found = place.holder()
    refuse_unless_free(found, wanted.run, now, may_break)
    after = holder_after(found, wanted, now)
    if after != found and not place.replace(found, after):
        refuse_unless_free(place.holder(), wanted.run, now, NOBODY)
        raise SwarmLockedError("somebody else had the swarm locked for a moment. Try again", None)
    return after != found, after


def keep_alive(place: Place, run: str, now: int) -> None:
    """Leave a run that has the lock some of its time, as something of it is still under way; others get nothing."""
    found = place.holder()
    if found is not None and found.run == run and found.expires - now < _KEPT // 2:
        place.replace(found, replace(found, expires=now + _KEPT))


def release(place: Place, run: str, force: bool) -> Holder | None:
    """Give the lock back if this run has it, or whoever has it with `force`. Returns who has it then."""
    found = place.holder()
    if found is None or (found.run != run and not force):
        return found
    return None if place.replace(found, None) else place.holder()


def refuse_unless_free(holder: Holder | None, run: str, now: float, may_break: MayBreak) -> None:
    """Refuse what another run has.

    Args:
        holder: who has it; None when nobody has.
        run: as of `Holder`; what it has already is free for it.
        now: seconds since the epoch.
        may_break: see there.

    Raises:
        SwarmLockedError: it is not free.
    """
    if holder is None or holder.run in (run, may_break.run) or may_break.force or holder.expires <= now:
        return
    raise SwarmLockedError(f"the swarm is locked: {in_words(holder, now)}", holder)


def in_words(holder: Holder, now: float) -> str:
    """Who has the lock, since when, from where, for what, and for how long still."""
    if holder.expires >= NEVER:
        return f"{holder}. The lock does not expire"
    left = timedelta(seconds=int(holder.expires - now))
    return f"{holder}. The lock " + (f"expires in {left}" if left > timedelta() else "has expired")


def holder_after(found: Holder | None, wanted: Holder, now: int) -> Holder:
    """Who has the lock once it is taken. The same run keeps it as it is while half of the time is left."""
    if found is None or found.run != wanted.run:
        return wanted
    if found.expires - now > (wanted.expires - now) // 2:
        return found
    return replace(found, expires=wanted.expires)


def config_name(lock: str) -> str:
    """The name of the config that is the lock."""
    return f"{LABEL}.{lock}"


def config_spec(lock: str, holder: Holder) -> Json:
    """The ConfigSpec that is the lock in this hand."""
    data = base64.b64encode(json.dumps(asdict(holder)).encode()).decode()
    return {"Name": config_name(lock), "Labels": config_labels(lock, holder), "Data": data}


def holder_of(config: Json) -> Holder:
    """Who has the lock, by its config as `GET /configs` returns it."""
    try:
        holder = Holder(**json.loads(base64.b64decode(config["Spec"]["Data"])))
        return replace(holder, expires=int(config["Spec"]["Labels"][EXPIRES]))
    except (KeyError, TypeError, ValueError):
        return STRANGER


def config_labels(lock: str, holder: Holder) -> dict[str, str]:
    """What of the config can change while it is held: until when."""
    return {LABEL: lock, EXPIRES: str(holder.expires)}


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, tz=timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
