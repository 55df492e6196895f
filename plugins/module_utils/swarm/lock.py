# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lock that the swarm itself holds: whoever creates a config of the agreed name has it.

Names of configs are unique, and the managers agree on each, so two can never have the lock at once.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

Json = dict[str, Any]

LABEL = "dockyard.swarm.lock"

_NEVER = 2**40


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


def config_name(lock: str) -> str:
    """The name of the config that is the lock."""
    return f"{LABEL}.{lock}"


def config_spec(lock: str, holder: Holder) -> Json:
    """The ConfigSpec that is the lock in this hand."""
    data = base64.b64encode(json.dumps(asdict(holder)).encode()).decode()
    return {"Name": config_name(lock), "Labels": {LABEL: lock}, "Data": data}


def holder_of(config: Json) -> Holder:
    """Who has the lock, by its config as `GET /configs` returns it.

    A config that says nothing of the kind was made by somebody else, who is asked to be reckoned with.
    """
    try:
        return Holder(**json.loads(base64.b64decode(config["Spec"]["Data"])))
    except (KeyError, TypeError, ValueError):
        return Holder("", "somebody", "an unknown place", "an unknown purpose", 0, _NEVER)


def refusal_to_take(holder: Holder | None, run: str, now: float, force: bool) -> str | None:
    """Why this run cannot have the lock; None when it can, or has it.

    Args:
        holder: who has it; None when nobody has.
        run: as of `Holder`.
        now: seconds since the epoch.
        force: take it from whoever has it.
    """
    if holder is None or holder.run == run or force or holder.expires <= now:
        return None
    left = timedelta(seconds=int(holder.expires - now))
    return f"the swarm is locked: {holder}. The lock expires in {left}; break it with force=true if that run is no more"


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, tz=timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
