#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_health
short_description: Wait until a swarm can spare a node, or has recovered after its restart
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Runs on a manager. Before a node's engine is restarted, waits until all other managers are reachable and would still
    have a quorum. Afterwards, with O(baseline), waits until the node is ready and every service runs as many tasks as
    before.
  - Fails, with the numbers, if this is not the case in time.
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
    description: The RV(baseline) that this module returned before the restart.
    type: dict
  allow_quorum_loss:
    description: Allow the restart of a manager even if the swarm has no quorum meanwhile. With two managers there is no
        other way.
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

- name: Wait until the swarm has recovered
  dockyard.swarm.engine_health:
    node_id: "{{ node_id }}"
    baseline: "{{ before.baseline }}"
  delegate_to: manager-1
"""

RETURN = r"""
baseline:
  description: The running tasks, for the comparison afterwards.
  returned: success
  type: dict
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import connect, engine_argument_spec

_POLL = 0.5
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.restart_safety import wait_until_safe


def argument_spec() -> dict[str, Any]:
    return {
        **engine_argument_spec(),
        "node_id": {"type": "str", "required": True},
        "baseline": {"type": "dict"},
        "allow_quorum_loss": {"type": "bool", "default": False},
        "timeout": {"type": "int", "default": 120},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    return wait_until_safe(connect(module), module.params)


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
