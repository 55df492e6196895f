#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_info
short_description: Read a host's swarm membership and, from a manager, its cluster
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Returns whether the host's engine is a member of a swarm, of which one, and with which role.
  - A manager's engine also returns the nodes and the quorum of its cluster.
  - Changes nothing. Returns no secret, unless O(join_token_for) asks for a join token.
options:
  join_token_for:
    description:
      - Also return the token with which another host can join in this role, and the addresses to join at.
      - The host must be a manager.
      - The task must set C(no_log=true); otherwise the module refuses to return a token.
    type: str
    choices: [manager, worker]
  require_engine:
    description:
      - Whether the module fails if no engine answers.
      - If V(false), the result for a host without an engine is that it is not a member of any swarm, or, if it was a
        member when its engine last ran, RV(state=unknown).
    type: bool
    default: true
  pending_timeout:
    description:
      - Seconds to wait for an engine that is still starting or joining.
    type: int
    default: 15
extends_documentation_fragment:
  - dockyard.swarm.engine
  - dockyard.swarm.engine.attributes
  - dockyard.swarm.engine.actiongroup
attributes:
  check_mode:
    support: full
    details: Only reads.
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
- name: Read this host's membership
  dockyard.swarm.cluster_info:
  register: swarm

- name: Stop unless the swarm can lose another manager
  ansible.builtin.assert:
    that: swarm.quorum.tolerates > 0

- name: Get the join token and addresses for another host
  dockyard.swarm.cluster_info:
    join_token_for: worker
  register: manager
  no_log: true
"""

RETURN = r"""
state:
  description:
    - V(inactive), V(pending), V(active), V(error) or V(locked), as reported by the engine.
    - V(unknown) if no engine answers on a host that was in a swarm.
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
    - A worker's engine does not report it; it is then read from the node's certificate, and null if that cannot be
      read.
  returned: always
  type: str
  sample: 7exg1tzzwkfyfxt2w02x95s2x
hostname:
  description: The host's name, as reported by its engine.
  returned: always
  type: str
  sample: m1
error:
  description: The engine's error message. Empty if there is none.
  returned: always
  type: str
  sample: ""
addresses:
  description: The IP addresses of the host, without loopback and link-local ones.
  returned: always
  type: list
  elements: str
  sample: [10.0.0.11]
data_root:
  description: The engine's data directory. The state of its swarm is in the subfolder C(swarm).
  returned: always
  type: str
  sample: /var/lib/docker
remote_managers:
  description: The managers that this host is connected to.
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
    - Whether the engine's swarm state on disk is encrypted with the unlock key (autolock). Docker cannot make an only
      manager from encrypted state.
  returned: always
  type: bool
  sample: false
engine_version:
  description: Version of the engine. Null if none answers.
  returned: always
  type: str
  sample: 26.1.5+dfsg1
api_version:
  description: The API version used by the module. Null if no engine answers.
  returned: always
  type: str
  sample: "1.45"
routing_mesh:
  description:
    - Whether the host's kernel has IPVS, which carries the traffic of service VIPs and of ports published through the
      ingress network.
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
      description: The reason for that state, as reported by the cluster.
      type: str
    address:
      description: The node's address as seen by the managers.
      type: str
    engine_version:
      description: Version of its engine.
      type: str
    labels:
      description: Its node labels.
      type: dict
    leader:
      description: Whether it is the leader.
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
      description: Number of managers that must be reachable.
      type: int
    tolerates:
      description: How many more may fail.
      type: int
    held:
      description: Whether there is a quorum.
      type: bool
  sample: {managers: 3, reachable: 3, needed: 2, tolerates: 1, held: true}
join:
  description: The join token and addresses for another host.
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
        # The value is a role, not a token; Ansible warns about the name.
        "join_token_for": {"type": "str", "choices": ["manager", "worker"], "no_log": False},
        "require_engine": {"type": "bool", "default": True},
        "pending_timeout": {"type": "int", "default": 15},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    join_token_for = module.params["join_token_for"]
    if join_token_for and not module.no_log:
        raise UserError("join_token_for returns a join token, so the task must set no_log: true")
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
