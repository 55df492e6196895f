#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: member
short_description: Make a host a member of a swarm, or remove it from one
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Creates a swarm, joins or leaves one, and waits until this has taken effect.
  - Compares the id of the cluster that a host is in, not only whether it is in one.
  - A join that fails is undone, so that the host is not left in an incomplete state.
  - The role of a member is changed on a manager, see M(dockyard.swarm.node).
  - A manager that leaves is demoted first; this is refused if the cluster would lose its quorum.
  - With O(init=true), the module itself creates a swarm whenever the host is in none. All hosts that may be in a swarm
    must be asked before; the role P(dockyard.swarm.swarm#role) does this.
options:
  state:
    description:
      - V(present) for a member, V(absent) for a host in no swarm.
      - After V(absent) the cluster still lists the node as down, until M(dockyard.swarm.node) removes it.
    type: str
    choices: [present, absent]
    default: present
  role:
    description:
      - The host's role in the swarm. With O(init=true) it is always V(manager).
    type: str
    choices: [manager, worker]
    default: worker
  cluster_id:
    description:
      - Id of the cluster that the host should be in. If not set, a member of any cluster is not changed.
    type: str
  init:
    description:
      - Create a cluster if the host is in none.
    type: bool
    default: false
  join_token:
    description:
      - The token with which to join, see O(dockyard.swarm.cluster_info#module:join_token_for).
      - Not needed in check mode, nor for a host that is already a member.
    type: str
  join_addresses:
    description:
      - Addresses of managers to join at, such as V(10.0.0.11:2377).
    type: list
    elements: str
  force_leave:
    description:
      - Leave another cluster than O(cluster_id), or an incomplete membership, before joining.
      - With O(state=absent), leave even if the cluster then loses its quorum or its last manager.
    type: bool
    default: false
  unlock_key:
    description:
      - Unlock this manager with this key, if it is locked. Cannot be combined with other changes.
      - Several keys, one on each line, are tried in order. A manager that was down during a key rotation needs the
        former key.
    type: str
  force_new_cluster:
    description:
      - Make this manager the only one of its cluster, if the cluster has lost its quorum. Nodes, services, networks,
        secrets and configs are kept; other managers must leave and join again.
      - Changes nothing while the cluster has a quorum.
    type: bool
    default: false
  advertise_addr:
    description:
      - How other members reach this host - an interface, an address, or a network in CIDR notation in which the host
        has exactly one address. A port may follow an address or a network.
      - If not set, the engine uses the host's only address, or fails if it has several.
      - Used for init and join only, as are all options below.
    type: str
  listen_addr:
    description:
      - The address on which a manager listens, in the same forms.
    type: str
    default: 0.0.0.0:2377
  data_path_addr:
    description:
      - The address for the traffic of overlay networks, in the same forms, without a port.
      - If not set, the engine uses the advertised address.
    type: str
  data_path_port:
    description:
      - UDP port of that traffic, the same on all hosts. Used for init only. The engine's default is 4789.
    type: int
  default_addr_pool:
    description:
      - Networks from which overlay networks get their subnets, in CIDR notation. Used for init only.
    type: list
    elements: str
  subnet_size:
    description:
      - Prefix length of those subnets. Used for init only. The engine's default is 24.
    type: int
  availability:
    description:
      - Availability of the node when it joins.
    type: str
    choices: [active, pause, drain]
  wait_timeout:
    description:
      - Seconds to wait for each step.
    type: int
    default: 120
extends_documentation_fragment:
  - dockyard.swarm.engine
  - dockyard.swarm.engine.attributes
  - dockyard.swarm.engine.actiongroup
attributes:
  check_mode:
    support: full
    details:
      - A host without an engine counts as being in no swarm, unless it was in one before.
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: dockyard.swarm.cluster_info
  - module: dockyard.swarm.node
"""

EXAMPLES = r"""
- name: Create a swarm
  dockyard.swarm.member:
    init: true
    advertise_addr: 10.132.0.0/20

- name: Get the join token and addresses from a manager
  dockyard.swarm.cluster_info:
    join_token_for: worker
  delegate_to: m1
  run_once: true
  register: manager
  no_log: true

- name: Join the swarm
  dockyard.swarm.member:
    join_token: "{{ manager.join.token }}"
    join_addresses: "{{ manager.join.addresses }}"
    cluster_id: "{{ manager.cluster_id }}"
    advertise_addr: eth0

- name: Leave any swarm
  dockyard.swarm.member:
    state: absent
"""

RETURN = r"""
steps:
  description: The steps that were done, or would be in check mode - V(demote), V(leave), V(init), V(join), V(recover),
      V(unlock).
  returned: always
  type: list
  elements: str
  sample: [join]
state:
  description: V(active) for a member, V(inactive) for a host in no swarm. In check mode, the current state.
  returned: always
  type: str
  sample: active
role:
  description: V(manager) or V(worker). Null outside a swarm.
  returned: always
  type: str
  sample: worker
node_id:
  description: The host's node id. Null outside a swarm.
  returned: always
  type: str
  sample: 3dxdgi1x2smwqfu5h7ptazwx4
cluster_id:
  description: The id of the cluster. Null outside a swarm, or if a worker's certificate cannot be read.
  returned: always
  type: str
  sample: 7exg1tzzwkfyfxt2w02x95s2x
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import connect, engine_argument_spec
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.addresses import resolve
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.engine_plan import (
    Wanted,
    after_steps,
    member_steps,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.enter import MemberChange
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.reading import (
    engine_answers,
    member_without_engine,
    read_member,
)

SHOWN = ("state", "role", "node_id", "cluster_id")


def argument_spec() -> dict[str, Any]:
    return {
        **engine_argument_spec(),
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "role": {"type": "str", "choices": ["manager", "worker"], "default": "worker"},
        "cluster_id": {"type": "str"},
        "init": {"type": "bool", "default": False},
        "join_token": {"type": "str", "no_log": True},
        "join_addresses": {"type": "list", "elements": "str"},
        "force_leave": {"type": "bool", "default": False},
        "unlock_key": {"type": "str", "no_log": True},
        "force_new_cluster": {"type": "bool", "default": False},
        "advertise_addr": {"type": "str"},
        "listen_addr": {"type": "str", "default": "0.0.0.0:2377"},
        "data_path_addr": {"type": "str"},
        "data_path_port": {"type": "int"},
        "default_addr_pool": {"type": "list", "elements": "str"},
        "subnet_size": {"type": "int"},
        "availability": {"type": "str", "choices": ["active", "pause", "drain"]},
        "wait_timeout": {"type": "int", "default": 120},
    }


def main() -> None:
    run_module(
        act,
        argument_spec(),
        mutually_exclusive=[("init", "join_token", "force_new_cluster", "unlock_key")],
        required_together=[("join_token", "join_addresses")],
    )


def act(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    wanted = Wanted(
        state=params["state"],
        role="manager" if params["init"] else params["role"],
        cluster_id=params["cluster_id"],
        init=params["init"],
        join=bool(params["join_token"]) or module.check_mode,
        force_leave=params["force_leave"],
        force_new_cluster=params["force_new_cluster"],
        unlock=params["unlock_key"] is not None,
    )
    if module.check_mode and not engine_answers(params["docker_host"]):
        before = member_without_engine()
        return _result(before, after_steps(wanted, before, member_steps(wanted, before)), member_steps(wanted, before))
    engine = connect(module)
    before = read_member(engine, pending_timeout=0)
    steps = member_steps(wanted, before)
    predicted = after_steps(wanted, before, steps)
    if module.check_mode or not steps:
        return _result(before, predicted, steps)
    options = {**params, **_addresses(params, before)}
    after = MemberChange(engine, options, params["wait_timeout"]).apply(steps, wanted)
    return _result(before, after, steps, settled=True)


def _addresses(params: dict[str, Any], member: dict[str, Any]) -> dict[str, Any]:
    named = ("advertise_addr", "listen_addr", "data_path_addr")
    return {name: params[name] and resolve(params[name], member["addresses"]) for name in named}


def _result(before: dict[str, Any], after: dict[str, Any], steps: list[str], settled: bool = False) -> dict[str, Any]:
    state = after if settled else before
    return {
        "changed": bool(steps),
        "steps": steps,
        "diff": {"before": _membership(before), "after": _membership(after)},
        **{key: state[key] for key in SHOWN},
    }


def _membership(member: dict[str, Any]) -> dict[str, Any]:
    return {key: member[key] for key in ("state", "role", "cluster_id")}


if __name__ == "__main__":
    main()
