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
  - Enables and starts the engine, reloads or restarts it if its configuration or packages changed since its start, and
    waits until it answers.
  - With O(members=defer), an engine that is a member of a swarm is not restarted; the result says that it needs a
    restart, so that a play can restart members one at a time.
  - A change that an interrupted run left behind is detected and applied.
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
      - V(stopped) stops and disables the engine. This is refused for a member of a swarm, which must leave it first.
    type: str
    choices: [started, stopped]
    default: started
  action:
    description:
      - The action that earlier steps of the same run have returned. Needed in check mode only, where they do not record
        it on the host.
    type: str
    choices: [none, reload, restart]
    default: none
  members:
    description: What to do with an engine that needs a restart and is a member of a swarm.
    type: str
    choices: [restart, defer]
    default: restart
  timeout:
    description: Seconds to wait until the engine answers and, if it was a swarm member, is an active one again.
    type: int
    default: 60
  docker_host:
    description: The address on which the engine listens on this host.
    type: str
    default: unix:///var/run/docker.sock
seealso:
  - module: dockyard.swarm.engine_config
"""

EXAMPLES = r"""
- name: Start the engine, and restart it if its configuration changed
  dockyard.swarm.engine_service:
"""

RETURN = r"""
steps:
  description: The systemctl verbs that were run, or would be, in order.
  returned: success
  type: list
  elements: str
  sample: [enable, start]
restart_pending:
  description: The engine needs a restart that was deferred because it is a member of a swarm.
  returned: success
  type: bool
reasons:
  description: The changes that the engine applies with the reload or restart.
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
        - The state that the engine reports.
        - V(unknown) if the engine does not answer, and its data on disk shows a membership or cannot be read. It is
          treated as a member, so it is not restarted with O(members=defer), and not stopped.
      type: str
      sample: active
    node_id:
      description: Its node id; empty outside of a swarm.
      type: str
    manager:
      description: Whether it is an active manager.
      type: bool
    managers:
      description: Node ids of the managers that it knows.
      type: list
      elements: str
version:
  description: Version of the engine; empty if it is not running yet.
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
