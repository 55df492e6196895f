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
  - Sets a node's labels, availability and role, and waits until this has taken effect.
  - Removes a node that has left the swarm.
  - Must run on a manager.
  - Refuses to demote a manager if the cluster would lose its quorum, with the numbers. Warns if an even number of
    managers is left.
options:
  id:
    description:
      - The node's id, as M(dockyard.swarm.cluster_info) or M(dockyard.swarm.member) return it on the node's host.
    type: str
  hostname:
    description:
      - The node's hostname, instead of O(id). Fails if several nodes have it, for example after a host was rebuilt.
    type: str
  state:
    description:
      - V(present) for a node with the given properties.
      - V(absent) to remove the node from the swarm. A manager is demoted first.
    type: str
    choices: [present, absent]
    default: present
  labels:
    description:
      - Labels of the node. If not set, labels are not changed.
    type: dict
  labels_exact:
    description:
      - Remove labels that are not in O(labels).
    type: bool
    default: false
  availability:
    description:
      - Whether the node may get new tasks (V(active)), keeps its tasks but gets no new ones (V(pause)), or runs none
        (V(drain)).
      - If not set, it is not changed.
    type: str
    choices: [active, pause, drain]
  maintenance:
    description:
      - V(true) drains the node and records its former availability in the swarm, so that its engine can be stopped.
        Refused for a manager without which the cluster has no quorum.
      - V(false) restores that availability when the node is ready, and changes nothing if none was recorded.
    type: bool
  role:
    description:
      - The node's role. If not set, it is not changed.
    type: str
    choices: [manager, worker]
  force:
    description:
      - With O(state=absent), remove a node that is not down. Its engine then still considers itself a member.
    type: bool
    default: false
  wait:
    description:
      - Wait until the node is ready and, if it is a manager, reachable for the others; and, with O(availability=drain)
        or O(maintenance=true), until its tasks have ended and their services have all tasks running on other nodes. If
        the time is up, the remaining tasks are listed.
      - A change of role is always waited for.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds to wait for each change to take effect.
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

- name: Remove a node whose host no longer exists
  dockyard.swarm.node:
    id: 3dxdgi1x2smwqfu5h7ptazwx4
    state: absent
  delegate_to: m1
"""

RETURN = r"""
node:
  description:
    - The node, or as it would be in check mode. Null if it is absent.
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
