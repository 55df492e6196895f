#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster
short_description: Set what holds for a whole swarm, and rotate its keys
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Reads the settings of the cluster, changes those that are named, and leaves all others as they are.
  - Rotates join tokens, the unlock key and the certificate authority, each only when told to.
  - Has to run on a manager.
options:
  task_history_limit:
    description: How many ended tasks of each slot or node are kept.
    type: int
  snapshot_interval:
    description: After how many entries of the log the managers take a snapshot.
    type: int
  keep_old_snapshots:
    description: How many snapshots are kept beside the newest.
    type: int
  log_entries_for_slow_followers:
    description: How many entries of the log are kept for managers that lag behind.
    type: int
  heartbeat_period:
    description: Seconds between heartbeats of a node.
    type: int
  certificate_expiry:
    description: Seconds that a node's certificate is valid, 3600 at least.
    type: int
  autolock:
    description:
      - Whether managers ask for the unlock key when their engine starts.
    type: bool
  labels:
    description: Labels of the cluster, instead of those it has.
    type: dict
  external_cas:
    description: Certificate authorities that sign in the cluster's stead, instead of those it has.
    type: list
    elements: dict
    suboptions:
      url:
        description: Where it takes signing requests.
        type: str
        required: true
      protocol:
        description: What it speaks.
        type: str
        default: cfssl
      options:
        description: Further options of that protocol.
        type: dict
        default: {}
      ca_cert:
        description: The certificate it signs with, PEM. Empty for the cluster's own.
        type: str
        default: ''
  rotate:
    description:
      - What to replace - the join tokens, the unlock key, the certificate authority.
      - Each run does it again.
    type: list
    elements: str
    choices: [worker_token, manager_token, unlock_key, ca]
    default: []
  wait_timeout:
    description: Seconds to wait until all nodes that are ready trust the new certificate authority.
    type: int
    default: 300
  unlock_key:
    description:
      - Also return the unlock key. The task has to set C(no_log=true); the module refuses to hand it out otherwise.
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
    support: full
  idempotent:
    support: partial
    details: Not with O(rotate), which is an order and not a state.
seealso:
  - module: dockyard.swarm.cluster_info
"""

EXAMPLES = r"""
- name: Let certificates last thirty days, and leave all else as it is
  dockyard.swarm.cluster:
    certificate_expiry: 2592000

- name: Make the join tokens that are known worthless
  dockyard.swarm.cluster:
    rotate: [worker_token, manager_token]
"""

RETURN = r"""
settings:
  description: The settings as they are, or as they would be in check mode. Named as the options.
  returned: success
  type: dict
rotated:
  description: What was replaced, or would be.
  returned: success
  type: list
  elements: str
unlock_key:
  description: The unlock key. Empty if the cluster is not locked.
  returned: when O(unlock_key=true)
  type: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import connect, engine_argument_spec
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.cluster.change import change_cluster


def argument_spec() -> dict[str, Any]:
    authority = {
        "url": {"type": "str", "required": True},
        "protocol": {"type": "str", "default": "cfssl"},
        "options": {"type": "dict", "default": {}},
        "ca_cert": {"type": "str", "default": ""},
    }
    rotations = ["worker_token", "manager_token", "unlock_key", "ca"]
    return {
        **engine_argument_spec(),
        "task_history_limit": {"type": "int"},
        "snapshot_interval": {"type": "int"},
        "keep_old_snapshots": {"type": "int"},
        "log_entries_for_slow_followers": {"type": "int"},
        "heartbeat_period": {"type": "int"},
        "certificate_expiry": {"type": "int"},
        "autolock": {"type": "bool"},
        "labels": {"type": "dict"},
        "external_cas": {"type": "list", "elements": "dict", "options": authority},
        "rotate": {"type": "list", "elements": "str", "choices": rotations, "default": []},
        "wait_timeout": {"type": "int", "default": 300},
        # Whether to return it, not the key; the name alone makes Ansible suspect one.
        "unlock_key": {"type": "bool", "default": False, "no_log": False},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    if module.params["unlock_key"] and not module.no_log:
        raise UserError("unlock_key=true returns the unlock key, so the task has to set no_log: true")
    return change_cluster(connect(module), module.params, module.check_mode)


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
