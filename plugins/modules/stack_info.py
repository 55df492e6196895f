#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: stack_info
short_description: Read a stack, or name all stacks of a swarm
version_added: 0.1.0
description:
  - Tells which services, tasks, networks, configs and secrets a stack has, how its services fare and which of its
    objects nothing uses any more.
  - Without a name it tells which stacks there are.
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

- name: Fail if anything of it does not run as it should
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
  description: Whether anything carries the stack's label.
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
      description: How many of its tasks run, or for a job have completed.
      type: int
    desired:
      description: How many there shall be.
      type: int
    converged:
      description: Whether it is where its spec says.
      type: bool
    reason:
      description: If not, why.
      type: str
    update_status:
      description: State of its last update, such as V(completed) or V(rollback_completed). Empty if there was none.
      type: str
tasks:
  description: The tasks of those services, those that ended included, as far as the swarm remembers them.
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
      description: What it shall be.
      type: str
    state:
      description: What it is.
      type: str
    error:
      description: The engine's words about what is wrong. Empty if nothing is.
      type: str
    up_to_date:
      description: Whether it runs the service's present spec.
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
  description: The stack's configs, without their content. Those that keep deployments are not among them.
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
  description: The deploy that is under way at this moment. Null if there is none.
  returned: when O(name) is set
  type: dict
  contains:
    user:
      description: Who runs it.
      type: str
    host:
      description: On which controller.
      type: str
    since:
      description: Since when, in seconds since the epoch.
      type: int
    progress:
      description: What it waits for, service by service, not older than a few seconds.
      type: str
      sample: "shop_ui: 1 of 3 running; shop_worker: watching that it stays up"
deployments:
  description: The deployments that were kept, oldest first. M(dockyard.swarm.stack) can go back to them.
  returned: when O(name) is set
  type: list
  elements: dict
  contains:
    number:
      description: Its number, which counts up.
      type: int
    at:
      description: When it ended.
      type: str
      sample: 2026-11-20 22:14:11 UTC
    user:
      description: Who ran it, by the name of the account on the controller.
      type: str
    host:
      description: The controller.
      type: str
    files:
      description: The compose files, each with C(path) and C(sha256); the digest is null if a secret may stand in them.
      type: list
      elements: dict
    outcome:
      description:
        - V(succeeded), V(failed), or V(found) of what ran before the first deployment that was kept.
      type: str
    back_to:
      description: The number of the deployment that it went back to. Null of others.
      type: int
    images:
      description: The image of each service, by the service's full name.
      type: dict
orphaned:
  description: Full names of the stack's objects that none of the cluster's services refers to.
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
