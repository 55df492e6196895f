#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_status
short_description: Tell on one page how a swarm is
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Returns a cluster's quorum, nodes and services, and where tasks run, as data and as a page of text.
  - Has to run on a manager. Changes nothing.
options:
  hosts:
    description:
      - Node ids by name in the inventory, so that the page can say which node is which host.
    type: dict
    default: {}
  addresses:
    description:
      - Where the hosts are reached from outside, by name in the inventory. The page's URLs have these in place of the
        addresses at which nodes know each other. An empty one counts as none.
    type: dict
    default: {}
  plan:
    description:
      - What M(dockyard.swarm.membership) returned as RV(dockyard.swarm.membership#module:plan), to show as what
        differs from the declared state.
    type: dict
    default: {}
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
  - module: dockyard.swarm.cluster_info
"""

EXAMPLES = r"""
- name: See how the swarm is
  dockyard.swarm.cluster_status:
  register: swarm

- name: Show it
  ansible.builtin.debug:
    msg: "{{ swarm.page }}"
"""

RETURN = r"""
status:
  description:
    - The cluster's id, its quorum in words, its nodes, its services and what differs from the declared state.
  returned: success
  type: dict
  contains:
    cluster_id:
      description: The cluster's id.
      type: str
    quorum:
      description: The quorum in words.
      type: str
    nodes:
      description:
        - As RV(dockyard.swarm.cluster_info#module:nodes), with the host's C(name) in the inventory and the number of
          C(tasks) that run there.
      type: list
      elements: dict
    lock:
      description: Who has locked the swarm against other controllers, in words. Null if nobody has.
      type: str
    services:
      description:
        - Services with their numbers of running and desired tasks, the nodes they run on and their ports, how many of
          the tasks that the swarm remembers have failed and why the last of them did.
      type: list
      elements: dict
    differences:
      description:
        - Sentences about what differs from the declared state, hosts that could not be asked, nodes that are down,
          services that miss tasks and updates that are paused included.
      type: list
      elements: str
page:
  description: The same as text.
  returned: success
  type: str
"""

import time
from collections import Counter
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import connect, engine_argument_spec
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.places import SwarmPlace
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.rule import DEPLOY, in_words
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.quorum import quorum_of
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.status import (
    differences,
    names_of,
    problems,
    render,
    service_view,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.views import node_view


def argument_spec() -> dict[str, Any]:
    return {
        **engine_argument_spec(),
        "hosts": {"type": "dict", "default": {}},
        "addresses": {"type": "dict", "default": {}},
        "plan": {"type": "dict", "default": {}},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    status = _status(connect(module), module.params)
    return {"status": status, "page": render(status)}


def main() -> None:
    run_module(act, argument_spec())


def _status(engine: Engine, params: dict[str, Any]) -> dict[str, Any]:
    nodes = {node["ID"]: node_view(node) for node in engine.nodes()}
    names, silent = names_of(list(nodes.values()), params["hosts"], params["addresses"], params["plan"])
    outside = {node_id: params["addresses"].get(name) for node_id, name in names.items()}
    tasks = engine.tasks({})
    running = Counter(task.get("NodeID") for task in tasks if _runs(task))
    quorum = quorum_of(list(nodes.values()))
    holder = SwarmPlace(engine, DEPLOY).holder()
    services = [
        service_view(service, tasks, nodes, outside)
        for service in sorted(engine.services(status=True), key=lambda service: service["Spec"]["Name"])
    ]
    return {
        "cluster_id": engine.info()["Swarm"]["Cluster"]["ID"],
        "quorum": f"{quorum}, {quorum.tolerates} more may fail",
        "nodes": [
            {**node, "name": names.get(node["id"]), "tasks": running[node["id"]]}
            for node in sorted(nodes.values(), key=lambda node: (node["role"], node["hostname"]))
        ],
        "lock": in_words(holder, time.time()) if holder else None,
        "services": services,
        "differences": [*differences(params["plan"]), *problems(list(nodes.values()), silent, services)],
    }


def _runs(task: dict[str, Any]) -> bool:
    return task.get("DesiredState") == "running" and (task.get("Status") or {}).get("State") == "running"


if __name__ == "__main__":
    main()
