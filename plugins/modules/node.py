#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: node
short_description: Change or remove a node of a swarm
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Sets a node's labels, availability and role, and waits until the cluster has taken them up.
  - Removes a node that has left.
  - Has to run on a manager.
  - Refuses to demote a manager where that would cost the cluster its quorum, and says the numbers. Warns where it
    leaves an even number of managers.
options:
  id:
    description:
      - The node's id, as M(dockyard.swarm.cluster_info) or M(dockyard.swarm.member) return it on the node's host.
    type: str
  hostname:
    description:
      - The node's hostname, instead of O(id). It is an error if several nodes have it, as they do
        when a host has been rebuilt.
    type: str
  state:
    description:
      - V(present) for a node that is as described.
      - V(absent) for a node that the cluster no longer lists. A manager is demoted first.
    type: str
    choices: [present, absent]
    default: present
  labels:
    description:
      - Labels the node is to have. If not set, labels are left as they are.
    type: dict
  labels_exact:
    description:
      - Remove labels that are not in O(labels).
    type: bool
    default: false
  availability:
    description:
      - Whether the node may get tasks (V(active)), no new ones (V(pause)) or none (V(drain)).
      - If not set, it is left as it is.
    type: str
    choices: [active, pause, drain]
  maintenance:
    description:
      - V(true) drains the node and notes in the swarm which availability it had, so that its engine can be stopped.
        Refused for a manager without which the cluster has no quorum.
      - V(false) gives it back that availability once it is ready, and changes nothing if none has been noted.
    type: bool
  role:
    description:
      - Whether the node is to be a manager or a worker. If not set, it is left as it is.
    type: str
    choices: [manager, worker]
  force:
    description:
      - With O(state=absent), remove a node although it is not down. Its engine then still believes to be a member.
    type: bool
    default: false
  wait:
    description:
      - Wait until the node is ready and, if it is a manager, reachable for the others; and, with
        O(availability=drain) or O(maintenance=true), until its tasks have ended there and their services are whole
        on other nodes. What is still left when the time is up is listed.
      - A change of role is waited for in any case.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds to wait for any one change to be in force.
    type: int
    default: 120
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
    support: full
seealso:
  - module: dockyard.swarm.cluster_info
  - module: dockyard.swarm.member
"""

EXAMPLES = r"""
- name: Label this host's node and keep tasks off it
  dockyard.swarm.node:
    id: "{{ swarm.node_id }}"
    labels:
      reliability: high
    availability: drain
  delegate_to: m1

- name: Make a worker a manager
  dockyard.swarm.node:
    hostname: w1
    role: manager
  delegate_to: m1

- name: Forget a node whose host is gone
  dockyard.swarm.node:
    id: 3dxdgi1x2smwqfu5h7ptazwx4
    state: absent
  delegate_to: m1
"""

RETURN = r"""
node:
  description:
    - The node as it is, or as it would be in check mode. Null if it is absent.
    - The keys are those of RV(dockyard.swarm.cluster_info#module:nodes).
  returned: always
  type: dict
  sample:
    id: 3dxdgi1x2smwqfu5h7ptazwx4
    hostname: w1
    role: worker
    availability: active
    state: ready
    message: ""
    address: 10.0.0.12
    engine_version: 26.1.5+dfsg1
    labels: {reliability: high}
    leader: false
    reachability: null
    manager_address: null
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import connect, engine_argument_spec
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.nodes.run import run_node


def argument_spec() -> dict[str, Any]:
    return {
        **engine_argument_spec(),
        "id": {"type": "str"},
        "hostname": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "labels": {"type": "dict"},
        "labels_exact": {"type": "bool", "default": False},
        "availability": {"type": "str", "choices": ["active", "pause", "drain"]},
        "maintenance": {"type": "bool"},
        "role": {"type": "str", "choices": ["manager", "worker"]},
        "force": {"type": "bool", "default": False},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 120},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    return run_node(connect(module), module.params, module.check_mode)


def main() -> None:
    run_module(
        act,
        argument_spec(),
        required_one_of=[("id", "hostname")],
        mutually_exclusive=[("id", "hostname"), ("maintenance", "availability"), ("maintenance", "labels")],
    )


if __name__ == "__main__":
    main()
