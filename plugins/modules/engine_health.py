#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_health
short_description: Wait until a swarm can spare a node, or has recovered from sparing it
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Runs on a manager. Before a node's engine is restarted, waits until all other managers are reachable and the
    quorum survives. Afterwards, with O(baseline), waits until the node is ready and every service runs as many tasks
    as before.
  - Fails, with the numbers, when that does not come to pass in time.
extends_documentation_fragment:
  - dockyard.swarm.engine
  - dockyard.swarm.engine.attributes
  - dockyard.swarm.engine.actiongroup
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  node_id:
    description: Id of the node.
    type: str
    required: true
  baseline:
    description: What the same module returned before the restart.
    type: dict
  allow_quorum_loss:
    description: Let a manager go though the swarm stands still meanwhile. With two managers there is no other way.
    type: bool
    default: false
  timeout:
    description: Seconds to wait.
    type: int
    default: 120
"""

EXAMPLES = r"""
- name: Wait until the node can be spared
  dockyard.swarm.engine_health:
    node_id: "{{ node_id }}"
  register: before
  delegate_to: manager-1

- name: Restart its engine
  dockyard.swarm.engine_service:
    action: restart

- name: Wait until all is as before
  dockyard.swarm.engine_health:
    node_id: "{{ node_id }}"
    baseline: "{{ before.baseline }}"
  delegate_to: manager-1
"""

RETURN = r"""
baseline:
  description: What runs now, for the comparison afterwards.
  returned: success
  type: dict
"""

import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import connect, engine_argument_spec
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm import restart_safety as health

_POLL = 0.5


def _complaints(engine: Engine, module: AnsibleModule) -> list[str]:
    node_id, baseline = module.params["node_id"], module.params["baseline"]
    try:
        nodes = engine.nodes()
        if baseline is not None:
            return health.shortfalls(nodes, engine.services(status=True), engine.tasks(), node_id, baseline)
        return [] if module.params["allow_quorum_loss"] else health.objections(nodes, node_id)
    except EngineError as error:
        return [error.message]  # right after a restart the managers may still be electing a leader


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **engine_argument_spec(),
            "node_id": {"type": "str", "required": True},
            "baseline": {"type": "dict"},
            "allow_quorum_loss": {"type": "bool", "default": False},
            "timeout": {"type": "int", "default": 120},
        },
        supports_check_mode=True,
    )
    engine = connect(module)
    deadline = time.monotonic() + module.params["timeout"]
    while complaints := _complaints(engine, module):
        if time.monotonic() >= deadline:
            when = "after its restart" if module.params["baseline"] is not None else "and its engine was not restarted"
            listed = "\n".join(f"  - {complaint}" for complaint in complaints)
            module.fail_json(
                msg=f"Node {module.params['node_id']}: waited {module.params['timeout']} s in vain, {when}:\n{listed}"
            )
        time.sleep(_POLL)
    try:
        tasks = engine.tasks()
    except EngineError as error:
        module.fail_json(msg=error.message)
    baseline = {"running": health.running(tasks), "tasks": health.tasks_on(tasks, module.params["node_id"])}
    module.exit_json(changed=False, baseline=baseline)


if __name__ == "__main__":
    main()
