#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: deploy_lock
short_description: Keep two controllers from changing a swarm at the same time
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Takes a lock, or gives it back. Whoever finds it taken is told who has it, since when, from where and for what.
  - On a manager the swarm itself holds the lock, for all its managers. On a host in no swarm, or whose cluster has no
    quorum, the host does, until its next restart; so before there is a swarm, take it on every host that is to be a
    manager, always in the same order.
  - A lock that a host holds counts on that host even if it is in a swarm by now.
  - The lock of a run of this controller that has ended without giving it back, killed for example, is taken over at
    once. That of another controller can be taken when it has expired, or is broken with O(force=true).
options:
  name:
    description: Which lock.
    type: str
    default: deploy
  state:
    description: V(held) to take it, V(released) to give it back. A lock of another run is not given back.
    type: str
    choices: [held, released]
    default: held
  run:
    description:
      - What tells this run of the controller from all others. The same run can take the lock again, which makes it
        last longer.
      - If not set, the process of C(ansible-playbook) and its machine.
    type: str
  owner:
    description: Who runs it. If not set, the user on the controller.
    type: str
  origin:
    description: On which machine. If not set, the controller's hostname.
    type: str
  purpose:
    description: What for. If not set, what C(ansible-playbook) was told to run.
    type: str
  expires_after:
    description: Seconds after which others may take the lock.
    type: int
    default: 3600
  instead_of:
    description: A run that is known to be no more; its lock may be taken.
    type: str
  force:
    description: Take or release the lock whoever has it.
    type: bool
    default: false
extends_documentation_fragment:
  - dockyard.swarm.engine
  - dockyard.swarm.engine.attributes
  - dockyard.swarm.engine.actiongroup
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: There is nothing in it to be compared.
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Take the lock
  dockyard.swarm.deploy_lock:
    purpose: release 1.4

- name: Give it back
  dockyard.swarm.deploy_lock:
    state: released

- name: Break the lock of a job that is no more
  dockyard.swarm.deploy_lock:
    state: released
    force: true
"""

RETURN = r"""
held:
  description: Whether this run has the lock after this, or would have in check mode.
  returned: always
  type: bool
place:
  description:
    - What holds the lock, or held it until now - V(swarm) or V(host).
  returned: success
  type: str
  sample: swarm
holder:
  description: Who has the lock after this, or would have in check mode. Null if nobody has.
  returned: always
  type: dict
  contains:
    owner:
      description: Who.
      type: str
    origin:
      description: On which machine.
      type: str
    purpose:
      description: What for.
      type: str
    run:
      description: Which run.
      type: str
    since:
      description: Seconds since the epoch.
      type: int
    expires:
      description: Seconds since the epoch.
      type: int
"""

import time
from dataclasses import asdict
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import engine_argument_spec, fail
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
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
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.reading import engine_answers


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **engine_argument_spec(),
            "name": {"type": "str", "default": "deploy"},
            "state": {"type": "str", "choices": ["held", "released"], "default": "held"},
            "run": {"type": "str"},
            "owner": {"type": "str"},
            "origin": {"type": "str"},
            "purpose": {"type": "str"},
            "expires_after": {"type": "int", "default": 3600},
            "instead_of": {"type": "str"},
            "force": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    host, swarm = HostPlace(module.params["name"]), _swarm_place(module)
    try:
        module.exit_json(**(_take if module.params["state"] == "held" else _release)(module, host, swarm))
    except SwarmLockedError as error:
        fail(module, str(error), held=False, holder=asdict(error.holder) if error.holder else None)
    except EngineError as error:
        fail(module, error.message)
    except OSError as error:
        fail(module, f"this host cannot hold a lock: {error}")


def _swarm_place(module: AnsibleModule) -> SwarmPlace | None:
    """The swarm as a place of the lock, if this host can speak for one."""
    if not engine_answers(module.params["docker_host"]):
        return None
    engine = Engine.connect(module.params["docker_host"], timeout=module.params["engine_timeout"])
    place = SwarmPlace(engine, module.params["name"])
    try:
        place.holder()
    except EngineError:
        return None
    return place


def _take(module: AnsibleModule, host: HostPlace, swarm: SwarmPlace | None) -> dict[str, Any]:
    params = module.params
    now = int(time.time())
    wanted = Holder(
        params["run"], params["owner"], params["origin"], params["purpose"], now, now + params["expires_after"]
    )
    may_break = MayBreak(params["force"], params["instead_of"])
    if swarm is not None:
        on_host = host.holder()
        refuse_unless_free(on_host, wanted.run, now, may_break)
        if on_host is not None and on_host.run != wanted.run:
            release(_writable(module, host), on_host.run, force=False)
    try:
        changed, holder = take(_writable(module, swarm or host), wanted, now, may_break)
    except EngineError:
        # A manager answers for a few seconds still when its cluster has lost the quorum.
        swarm = None
        changed, holder = take(_writable(module, host), wanted, now, may_break)
    return {"changed": changed, "held": True, "place": "swarm" if swarm else "host", "holder": asdict(holder)}


def _release(module: AnsibleModule, host: HostPlace, swarm: SwarmPlace | None) -> dict[str, Any]:
    run, force = module.params["run"], module.params["force"]
    places: list[tuple[str, Place]] = [("host", host)] + ([("swarm", swarm)] if swarm else [])
    before = {name: place.holder() for name, place in places}
    after = {name: release(_writable(module, place), run, force) for name, place in places}
    left = next((holder for holder in after.values() if holder is not None), None)
    return {
        "changed": after != before,
        "held": False,
        "place": "swarm" if after.get("swarm") != before.get("swarm") else "host",
        "holder": asdict(left) if left else None,
    }


def _writable(module: AnsibleModule, place: Place) -> Place:
    return Unchanged(place) if module.check_mode else place


if __name__ == "__main__":
    main()
