#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: stack_info
short_description: Read a stack, or list all stacks of a swarm
version_added: 0.1.0
description:
  - Returns the services, tasks, networks, configs and secrets of a stack, whether its services have converged, and
    which of its objects are no longer used.
  - Without a name it returns the names of all stacks.
author:
  - The dockyard.swarm authors (@dockyard-swarm)
extends_documentation_fragment:
  - dockyard.swarm.engine
  - dockyard.swarm.engine.attributes
  - dockyard.swarm.engine.actiongroup
attributes:
  check_mode:
    support: full
    details:
      - Nothing is ever changed.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  name:
    description:
      - The stack to read. If not set, only RV(stacks) is returned.
    type: str
seealso:
  - module: dockyard.swarm.stack
"""

EXAMPLES = r"""
- name: Read the shop
  dockyard.swarm.stack_info:
    name: shop
  register: shop

- name: Fail if a service has not converged
  ansible.builtin.assert:
    that: shop.services | rejectattr('converged') | length == 0
"""

RETURN = r"""
stacks:
  description: The names of all stacks of the swarm.
  returned: always
  type: list
  elements: str
  sample: [demo, shop]
exists:
  description: Whether any object has the stack's label.
  returned: when O(name) is set
  type: bool
services:
  description: The stack's services.
  returned: when O(name) is set
  type: list
  elements: dict
  contains:
    name:
      description: Full name.
      type: str
    id:
      description: Its id.
      type: str
    image:
      description: The image it runs.
      type: str
    mode:
      description: V(replicated), V(global), V(replicated-job) or V(global-job).
      type: str
    running:
      description: How many of its tasks run or, for a job, have completed.
      type: int
    desired:
      description: How many tasks there should be.
      type: int
    converged:
      description: Whether it has converged.
      type: bool
    reason:
      description: If not, the reason.
      type: str
    update_status:
      description: State of its last update, such as V(completed) or V(rollback_completed). Empty if there was none.
      type: str
tasks:
  description: The tasks of those services, including ended ones that the swarm still lists.
  returned: when O(name) is set
  type: list
  elements: dict
  contains:
    id:
      description: Its id.
      type: str
    service:
      description: Name of the service.
      type: str
    slot:
      description: The replica's number. Null for tasks of global services.
      type: int
    node:
      description: Hostname of its node. Empty if it has none yet.
      type: str
    desired_state:
      description: Its desired state.
      type: str
    state:
      description: Its state.
      type: str
    error:
      description: The engine's error message. Empty if there is none.
      type: str
    up_to_date:
      description: Whether it runs the service's current spec.
      type: bool
networks:
  description: The stack's networks.
  returned: when O(name) is set
  type: list
  elements: dict
  contains:
    name:
      description: Full name.
      type: str
    id:
      description: Its id.
      type: str
    labels:
      description: Its labels.
      type: dict
configs:
  description: The stack's configs, without their content, and without those that store deployments.
  returned: when O(name) is set
  type: list
  elements: dict
  contains:
    name:
      description: Full name.
      type: str
    id:
      description: Its id.
      type: str
    labels:
      description: Its labels.
      type: dict
secrets:
  description: The stack's secrets, without their content.
  returned: when O(name) is set
  type: list
  elements: dict
  contains:
    name:
      description: Full name.
      type: str
    id:
      description: Its id.
      type: str
    labels:
      description: Its labels.
      type: dict
deploying:
  description: The deploy that is running now. Null if there is none.
  returned: when O(name) is set
  type: dict
  contains:
    user:
      description: Who runs it.
      type: str
    host:
      description: Its controller.
      type: str
    since:
      description: When it started, in seconds since the epoch.
      type: int
    progress:
      description: What it waits for, service by service, at most a few seconds old.
      type: str
      sample: "shop_ui: 1 of 3 running; shop_worker: watching that it stays up"
deployments:
  description: The stored deployments, oldest first. M(dockyard.swarm.stack) can restore them.
  returned: when O(name) is set
  type: list
  elements: dict
  contains:
    number:
      description: Its number, counting upwards.
      type: int
    at:
      description: When it ended.
      type: str
      sample: 2026-11-20 22:14:11 UTC
    user:
      description: The user account on the controller that ran it.
      type: str
    host:
      description: The controller.
      type: str
    files:
      description: The compose files, each with C(path) and C(sha256); the digest is null if the file may contain a
          secret.
      type: list
      elements: dict
    outcome:
      description:
        - V(succeeded), V(failed), or V(found) for the state before the first stored deployment.
      type: str
    back_to:
      description: The number of the deployment that it restored. Null for others.
      type: int
    images:
      description: The image of each service, by the service's full name.
      type: dict
orphaned:
  description: Full names of the stack's objects that no service of the cluster uses.
  returned: when O(name) is set
  type: dict
  contains:
    networks:
      description: Names of networks.
      type: list
      elements: str
    configs:
      description: Names of configs.
      type: list
      elements: str
    secrets:
      description: Names of secrets.
      type: list
      elements: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import (
    connect,
    engine_argument_spec,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.stack_state import (
    describe,
    read,
    stack_names,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.rollout import refusal


def argument_spec() -> dict[str, Any]:
    return {**engine_argument_spec(), "name": {"type": "str"}}


def act(module: AnsibleModule) -> dict[str, Any]:
    engine = connect(module)
    name = module.params["name"]
    try:
        seen = read(engine, name)
    except EngineError as error:
        raise UserError(refusal(engine, error)) from error
    return {"stacks": stack_names(seen), **(describe(seen, name) if name else {})}


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
