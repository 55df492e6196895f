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
  - Takes a lock that the swarm itself holds, or gives it back.
  - Whoever finds it taken is told who has it, since when, from where and for what.
  - A lock expires, so that a controller that died does not keep it for ever.
  - Has to run on a manager.
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
      - What tells this run of the controller from all others. The same run can take the lock again.
    type: str
    required: true
  owner:
    description: Who runs it.
    type: str
    default: somebody
  origin:
    description: On which machine.
    type: str
    default: an unknown place
  purpose:
    description: What for.
    type: str
    default: a deployment
  expires_after:
    description: Seconds after which others may take the lock.
    type: int
    default: 3600
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
    run: "{{ lookup('ansible.builtin.env', 'CI_JOB_ID') }}"
    owner: "{{ lookup('ansible.builtin.env', 'USER') }}"
    origin: "{{ lookup('ansible.builtin.pipe', 'hostname') }}"
    purpose: release 1.4

- name: Give it back
  dockyard.swarm.deploy_lock:
    run: "{{ lookup('ansible.builtin.env', 'CI_JOB_ID') }}"
    state: released
"""

RETURN = r"""
holder:
  description: Who has the lock after this, or would have in check mode. Null if nobody has.
  returned: success
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
from ansible_collections.dockyard.swarm.plugins.module_utils.engine import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils.engine_module import connect, engine_argument_spec, fail
from ansible_collections.dockyard.swarm.plugins.module_utils.swarm.lock import (
    Holder,
    config_name,
    config_spec,
    holder_of,
    refusal_to_take,
)


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **engine_argument_spec(),
            "name": {"type": "str", "default": "deploy"},
            "state": {"type": "str", "choices": ["held", "released"], "default": "held"},
            "run": {"type": "str", "required": True},
            "owner": {"type": "str", "default": "somebody"},
            "origin": {"type": "str", "default": "an unknown place"},
            "purpose": {"type": "str", "default": "a deployment"},
            "expires_after": {"type": "int", "default": 3600},
            "force": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    engine = connect(module)
    try:
        module.exit_json(**(_take if module.params["state"] == "held" else _release)(module, engine))
    except EngineError as error:
        fail(module, error.message)


def _take(module: AnsibleModule, engine: Engine) -> dict[str, Any]:
    params = module.params
    now = int(time.time())
    wanted = Holder(
        params["run"], params["owner"], params["origin"], params["purpose"], now, now + params["expires_after"]
    )
    found = _find(engine, params["name"])
    _refuse_unless_free(module, found)
    if found is not None and holder_of(found).run == params["run"]:
        return {"changed": False, "holder": asdict(holder_of(found))}
    if not module.check_mode:
        if found is not None:
            _remove(engine, found)
        try:
            engine.config_create(config_spec(params["name"], wanted))
        except EngineError as error:
            if not error.conflict:
                raise
            # Somebody was faster.
            _refuse_unless_free(module, _find(engine, params["name"]))
            raise
    return {"changed": True, "holder": asdict(wanted)}


def _release(module: AnsibleModule, engine: Engine) -> dict[str, Any]:
    found = _find(engine, module.params["name"])
    if found is None:
        return {"changed": False, "holder": None}
    holder = holder_of(found)
    if holder.run != module.params["run"] and not module.params["force"]:
        return {"changed": False, "holder": asdict(holder)}
    if not module.check_mode:
        _remove(engine, found)
    return {"changed": True, "holder": None}


def _remove(engine: Engine, found: dict[str, Any]) -> None:
    try:
        engine.config_remove(found["ID"])
    except EngineError as error:
        # Somebody else found it expired as well.
        if not error.not_found:
            raise


def _refuse_unless_free(module: AnsibleModule, found: dict[str, Any] | None) -> None:
    holder = holder_of(found) if found is not None else None
    refusal = refusal_to_take(holder, module.params["run"], time.time(), module.params["force"])
    if refusal:
        fail(module, refusal)


def _find(engine: Engine, lock: str) -> dict[str, Any] | None:
    name = config_name(lock)
    # The engine's filter also finds names that merely begin so.
    return next((config for config in engine.configs({"name": name}) if config["Spec"]["Name"] == name), None)


if __name__ == "__main__":
    main()
