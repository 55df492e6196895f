#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster
short_description: Change the settings of a whole swarm, and rotate its keys
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Reads the settings of the cluster, changes those that are set in the task, and keeps all others.
  - Rotates join tokens, the unlock key and the certificate authority, if requested.
  - Must run on a manager.
options:
  task_history_limit:
    description: How many ended tasks of each slot or node are kept.
    type: int
  snapshot_interval:
    description: The number of log entries after which managers write a snapshot.
    type: int
  keep_old_snapshots:
    description: How many older snapshots are kept.
    type: int
  log_entries_for_slow_followers:
    description: How many log entries are kept for managers that lag behind.
    type: int
  heartbeat_period:
    description: Seconds between heartbeats of a node.
    type: int
  certificate_expiry:
    description: Seconds for which a node's certificate is valid, at least 3600.
    type: int
  autolock:
    description:
      - Whether managers need the unlock key when their engine starts (autolock).
    type: bool
  labels:
    description: Labels of the cluster. They replace the existing ones.
    type: dict
  external_cas:
    description: External certificate authorities that sign node certificates. They replace the existing ones.
    type: list
    elements: dict
    suboptions:
      url:
        description: URL for signing requests.
        type: str
        required: true
      protocol:
        description: Protocol of the authority.
        type: str
        default: cfssl
      options:
        description: Further options of that protocol.
        type: dict
        default: {}
      ca_cert:
        description: Certificate of the authority, PEM. Empty for the cluster's own.
        type: str
        default: ''
  rotate:
    description:
      - What to rotate - the join tokens, the unlock key, the certificate authority.
      - Rotates in each run.
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
      - Also return the unlock key. The task must set C(no_log=true); otherwise the module refuses to return it.
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
    details: Except with O(rotate), which is an action and not a state.
seealso:
  - module: dockyard.swarm.cluster_info
"""

EXAMPLES = r"""
- name: Set certificates to expire after thirty days, and keep all other settings
  dockyard.swarm.cluster:
    certificate_expiry: 2592000

- name: Rotate the join tokens
  dockyard.swarm.cluster:
    rotate: [worker_token, manager_token]
"""

RETURN = r"""
settings:
  description: The settings, named like the options. In check mode, as they would be.
  returned: success
  type: dict
rotated:
  description: What was rotated, or would be.
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
        # Not the key itself, but whether to return it; Ansible warns about the name.
        "unlock_key": {"type": "bool", "default": False, "no_log": False},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    if module.params["unlock_key"] and not module.no_log:
        raise UserError("unlock_key=true returns the unlock key, so the task must set no_log: true")
    return change_cluster(connect(module), module.params, module.check_mode)


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
