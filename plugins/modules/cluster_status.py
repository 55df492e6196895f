#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_status
short_description: Show the status of a swarm on one page
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Returns a cluster's quorum, nodes and services, and where tasks run, as data and as text.
  - Must run on a manager. Changes nothing.
options:
  hosts:
    description:
      - Node ids by inventory name, so that the page can show the inventory name of each node.
    type: dict
    default: {}
  addresses:
    description:
      - Addresses at which the hosts are reachable from outside, by inventory name. The page's URLs use them instead of
        the nodes' own addresses. Empty ones are ignored.
    type: dict
    default: {}
  plan:
    description:
      - The RV(dockyard.swarm.membership#module:plan) of M(dockyard.swarm.membership), shown as the differences from the
        declared state.
    type: dict
    default: {}
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
  - module: dockyard.swarm.cluster_info
"""

EXAMPLES = r"""
- name: Read the swarm's status
  dockyard.swarm.cluster_status:
  register: swarm

- name: Show it
  ansible.builtin.debug:
    msg: "{{ swarm.page }}"
"""

RETURN = r"""
status:
  description:
    - The cluster's id, its quorum as a sentence, its nodes, its services and the differences from the declared state.
  returned: success
  type: dict
  contains:
    cluster_id:
      description: The cluster's id.
      type: str
    quorum:
      description: The quorum as a sentence.
      type: str
    nodes:
      description:
        - See RV(dockyard.swarm.cluster_info#module:nodes), with the host's inventory C(name) and the number of C(tasks)
          on it.
      type: list
      elements: dict
    lock:
      description: The holder of the deploy lock, as a sentence. Null if the lock is free.
      type: str
    services:
      description:
        - Services with their numbers of running and desired tasks, the nodes they run on and their ports, how many of
          the tasks that the swarm remembers have failed and why the last of them did.
      type: list
      elements: dict
    differences:
      description:
        - Differences from the declared state, as sentences. They include hosts that could not be asked, nodes that are
          down, services with missing tasks, and paused updates.
      type: list
      elements: str
page:
  description: The status as text.
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
