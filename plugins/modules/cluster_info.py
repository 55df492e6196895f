#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_info
short_description: Tell what a host knows of its swarm
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Returns whether the host's engine is a member of a swarm, of which one, and as what.
  - An engine that is a manager also tells the nodes and the quorum of its cluster.
  - Changes nothing. Returns no secret, unless O(join_token_for) asks for a join token.
options:
  join_token_for:
    description:
      - Also return the token with which another host can join, in this role, and the addresses to join at.
      - The host must be a manager.
      - The task has to set C(no_log=true); the module refuses to hand out a token otherwise.
    type: str
    choices: [manager, worker]
  require_engine:
    description:
      - Whether it is an error if no engine answers.
      - If V(false), a host without an engine is described by what it is known to be - not a member of any swarm,
        or, if it was a member when its engine last ran, RV(state=unknown).
    type: bool
    default: true
  pending_timeout:
    description:
      - Seconds to wait for an engine that is just starting, or still trying to join, to settle.
    type: int
    default: 15
extends_documentation_fragment:
  - dockyard.swarm.engine
  - dockyard.swarm.engine.attributes
  - dockyard.swarm.engine.actiongroup
attributes:
  check_mode:
    support: full
    details: Only asks.
  diff_mode:
    support: none
    details: Changes nothing.
  idempotent:
    support: full
    details: Changes nothing.
seealso:
  - module: dockyard.swarm.member
  - module: dockyard.swarm.node
"""

EXAMPLES = r"""
- name: See what this host is
  dockyard.swarm.cluster_info:
  register: swarm

- name: Stop unless the swarm can lose another manager
  ansible.builtin.assert:
    that: swarm.quorum.tolerates > 0

- name: Get what another host needs in order to join
  dockyard.swarm.cluster_info:
    join_token_for: worker
  register: manager
  no_log: true
"""

RETURN = r"""
state:
  description:
    - V(inactive), V(pending), V(active), V(error) or V(locked), as the engine says.
    - V(unknown) if no engine answers on a host that has been in a swarm.
  returned: always
  type: str
  sample: active
role:
  description: V(manager) or V(worker). Null outside a swarm.
  returned: always
  type: str
  sample: manager
node_id:
  description: The host's node id. Null outside a swarm.
  returned: always
  type: str
  sample: 3dxdgi1x2smwqfu5h7ptazwx4
node_address:
  description: The address the host advertises. Null outside a swarm.
  returned: always
  type: str
  sample: 10.0.0.11
cluster_id:
  description:
    - The id of the cluster. Null outside a swarm.
    - A worker's engine does not tell it; it is then read from the node's certificate, and null where that
      cannot be read.
  returned: always
  type: str
  sample: 7exg1tzzwkfyfxt2w02x95s2x
hostname:
  description: The host's name as its engine knows it.
  returned: always
  type: str
  sample: m1
error:
  description: The engine's own words about what is wrong. Empty if nothing is.
  returned: always
  type: str
  sample: ""
addresses:
  description: The IP addresses of the host, loopback and link-local ones left out.
  returned: always
  type: list
  elements: str
  sample: [10.0.0.11]
data_root:
  description: Where the engine keeps its data, the state of its swarm in the folder C(swarm) below.
  returned: always
  type: str
  sample: /var/lib/docker
remote_managers:
  description: The managers this host keeps in touch with.
  returned: always
  type: list
  elements: dict
  contains:
    node_id:
      description: The manager's node id.
      type: str
    address:
      description: Its address and port.
      type: str
  sample: [{node_id: 3dxdgi1x2smwqfu5h7ptazwx4, address: "10.0.0.11:2377"}]
encrypted:
  description:
    - Whether what the engine keeps of its swarm is encrypted with the unlock key (autolock). An engine cannot go on as
      the only manager from that.
  returned: always
  type: bool
  sample: false
engine_version:
  description: Version of the engine. Null if none answers.
  returned: always
  type: str
  sample: 26.1.5+dfsg1
api_version:
  description: The API version the module and the engine agreed on. Null if no engine answers.
  returned: always
  type: str
  sample: "1.45"
routing_mesh:
  description:
    - Whether the host's kernel has IPVS, without which virtual addresses of services and ports published
      through the ingress network carry no traffic.
  returned: always
  type: bool
  sample: true
nodes:
  description: All nodes of the cluster. Null unless the host is a manager of a cluster that has a quorum.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: The node's id.
      type: str
    hostname:
      description: Its hostname.
      type: str
    role:
      description: V(manager) or V(worker).
      type: str
    availability:
      description: V(active), V(pause) or V(drain).
      type: str
    state:
      description: V(ready), V(down), V(disconnected) or V(unknown).
      type: str
    message:
      description: The cluster's words about that state.
      type: str
    address:
      description: The address the managers see it at.
      type: str
    engine_version:
      description: Version of its engine.
      type: str
    labels:
      description: Its node labels.
      type: dict
    leader:
      description: Whether it leads the managers.
      type: bool
    reachability:
      description: V(reachable), V(unreachable) or V(unknown). Null for a worker.
      type: str
    manager_address:
      description: Address and port at which other managers reach it. Null for a worker.
      type: str
quorum:
  description: How many managers the cluster has and needs. Null when RV(nodes) is.
  returned: always
  type: dict
  contains:
    managers:
      description: Number of managers.
      type: int
    reachable:
      description: Number of those that are reachable.
      type: int
    needed:
      description: Number of those that must be reachable.
      type: int
    tolerates:
      description: How many more may fail.
      type: int
    held:
      description: Whether there is a quorum.
      type: bool
  sample: {managers: 3, reachable: 3, needed: 2, tolerates: 1, held: true}
join:
  description: What another host needs in order to join.
  returned: when O(join_token_for) is given
  type: dict
  contains:
    token:
      description: The join token.
      type: str
    addresses:
      description: Addresses and ports of the reachable managers.
      type: list
      elements: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import connect, engine_argument_spec
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.reading import (
    engine_answers,
    member_without_engine,
    read_member,
    with_quorum,
)


def argument_spec() -> dict[str, Any]:
    return {
        **engine_argument_spec(),
        # The choice between two roles, not a token; the name alone makes Ansible suspect one.
        "join_token_for": {"type": "str", "choices": ["manager", "worker"], "no_log": False},
        "require_engine": {"type": "bool", "default": True},
        "pending_timeout": {"type": "int", "default": 15},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    join_token_for = module.params["join_token_for"]
    if join_token_for and not module.no_log:
        raise UserError("join_token_for returns a join token, so the task has to set no_log: true")
    if not module.params["require_engine"] and not engine_answers(module.params["docker_host"]):
        result = member_without_engine()
    else:
        engine = connect(module)
        result = read_member(engine, module.params["pending_timeout"])
        if join_token_for:
            result["join"] = _join_details(engine, join_token_for, result["nodes"] or [])
    return with_quorum(result)


def _join_details(engine: Engine, role: str, nodes: list[dict[str, Any]]) -> dict[str, Any]:
    token = engine.swarm()["JoinTokens"][role.capitalize()]
    reachable = [node["manager_address"] for node in nodes if node["reachability"] == "reachable"]
    return {"token": token, "addresses": reachable}


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
