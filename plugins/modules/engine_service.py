#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_service
short_description: Start, reload, restart or stop a Docker Engine
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Enables and starts the engine, reloads or restarts it where its configuration or packages changed since it was
    started, and waits until it answers.
  - An engine that is a member of a swarm is not restarted with O(members=defer). The result says that it needs to be,
    so that a play can go through the members one at a time.
  - A change that an interrupted run left behind is noticed and taken up.
extends_documentation_fragment:
  - dockyard.swarm.engine.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - V(stopped) stops and disables the engine. That is refused to a member of a swarm, which has to leave it first.
    type: str
    choices: [started, stopped]
    default: started
  action:
    description:
      - What earlier steps of the same run found the engine to need.
        It matters in check mode only, where they leave no note.
    type: str
    choices: [none, reload, restart]
    default: none
  members:
    description: What to do with an engine that needs a restart and is a member of a swarm.
    type: str
    choices: [restart, defer]
    default: restart
  timeout:
    description: Seconds to wait for the engine to answer, and to be an active member again where it was one.
    type: int
    default: 60
  docker_host:
    description: Where the engine listens on this host.
    type: str
    default: unix:///var/run/docker.sock
seealso:
  - module: dockyard.swarm.engine_config
"""

EXAMPLES = r"""
- name: Start the engine, and restart it where its configuration changed
  dockyard.swarm.engine_service:
"""

RETURN = r"""
steps:
  description: What was done, or would be, in order.
  returned: success
  type: list
  elements: str
  sample: [enable, start]
restart_pending:
  description: The engine needs a restart, and as a member of a swarm did not get it.
  returned: success
  type: bool
reasons:
  description: What the engine takes up with the reload or restart.
  returned: success
  type: list
  elements: str
swarm:
  description: The engine's membership.
  returned: success
  type: dict
  contains:
    state:
      description:
        - The engine's own word for it.
        - V(unknown) where the engine does not answer, and its data on disk says that it is a member, or nothing. It is
          treated as a member, so it is not restarted with O(members=defer), and not stopped.
      type: str
      sample: active
    node_id:
      description: Its id; empty outside of a swarm.
      type: str
    manager:
      description: It is a manager that can be asked.
      type: bool
    managers:
      description: Node ids of the managers it knows.
      type: list
      elements: str
version:
  description: Version of the engine; empty when it does not run yet.
  returned: success
  type: str
  sample: 26.1.5
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._host.engine_service import run_service
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import runner
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module


def argument_spec() -> dict[str, Any]:
    return {
        "state": {"type": "str", "choices": ["started", "stopped"], "default": "started"},
        "action": {"type": "str", "choices": ["none", "reload", "restart"], "default": "none"},
        "members": {"type": "str", "choices": ["restart", "defer"], "default": "restart"},
        "timeout": {"type": "int", "default": 60},
        "docker_host": {"type": "str", "default": "unix:///var/run/docker.sock"},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    return run_service(module.params, runner(module), module.check_mode)


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
