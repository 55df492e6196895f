# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Take, renew or release the deploy lock: in the swarm if the host is a manager, otherwise in a file on the host."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.places import HostPlace, SwarmPlace
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.rule import (
    Holder,
    MayBreak,
    Place,
    SwarmLockedError,
    Unchanged,
    refuse_unless_free,
    release,
    take,
)

Json = dict[str, Any]


def run_lock(params: Json, check_mode: bool) -> Json:
    """Take or release the lock.

    Args:
        params: options of the module `deploy_lock`.

    Returns:
        The result of the module.
    """
    host, swarm = HostPlace(params["name"]), _swarm_place(params)
    try:
        return (_take if params["state"] == "held" else _release)(params, host, swarm, check_mode)
    except SwarmLockedError as error:
        raise UserError(str(error), held=False, holder=asdict(error.holder) if error.holder else None) from error
    except OSError as error:
        raise UserError(f"the lock file cannot be written on this host: {error}") from error


def _swarm_place(params: Json) -> SwarmPlace | None:
    """The swarm as a storage of the lock; None if this host's engine is not a manager of one with a quorum."""
    try:
        engine = Engine.connect(params["docker_host"], timeout=params["engine_timeout"])
        place = SwarmPlace(engine, params["name"])
        place.holder()
    except EngineError:
        return None
    return place


def _take(params: Json, host: HostPlace, swarm: SwarmPlace | None, check_mode: bool) -> Json:
    now = int(time.time())
    asking = Holder(
        params["run"], params["owner"], params["origin"], params["purpose"], now, now + params["expires_after"]
    )
    may_break = MayBreak(params["force"], params["instead_of"])
    if swarm is not None:
        on_host = host.holder()
        refuse_unless_free(on_host, asking.run, now, may_break)
        if on_host is not None and on_host.run != asking.run:
            release(_writable(host, check_mode), on_host.run, force=False)
    try:
        changed, holder = take(_writable(swarm or host, check_mode), asking, now, may_break)
    except EngineError:
        # When its cluster loses the quorum, a manager still answers for a few seconds.
        swarm = None
        changed, holder = take(_writable(host, check_mode), asking, now, may_break)
    return {"changed": changed, "held": True, "place": "swarm" if swarm else "host", "holder": asdict(holder)}


def _release(params: Json, host: HostPlace, swarm: SwarmPlace | None, check_mode: bool) -> Json:
    places: list[tuple[str, Place]] = [("host", host)] + ([("swarm", swarm)] if swarm else [])
    before = {name: place.holder() for name, place in places}
    after = {name: release(_writable(place, check_mode), params["run"], params["force"]) for name, place in places}
    left = next((holder for holder in after.values() if holder is not None), None)
    return {
        "changed": after != before,
        "held": False,
        "place": "swarm" if after.get("swarm") != before.get("swarm") else "host",
        "holder": asdict(left) if left else None,
    }


def _writable(place: Place, check_mode: bool) -> Place:
    return Unchanged(place) if check_mode else place
