#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: deploy_lock
short_description: Keep two controllers from changing a swarm at the same time
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Takes or releases a lock. If another run holds it, the error says who, since when, from where and for what.
  - On a manager, the swarm itself stores the lock, for all its managers. On a host in no swarm, or whose cluster has no
    quorum, the lock is stored on the host until its next restart; so before there is a swarm, take it on every host
    that will be a manager, always in the same order.
  - A lock stored on a host counts on that host even after the host has joined a swarm.
  - The lock of a run on this controller that has ended without releasing it (for example because it was killed) is
    taken over at once. The lock of another controller can be taken when it has expired, or is broken with
    O(force=true).
options:
  name:
    description: The name of the lock.
    type: str
    default: deploy
  state:
    description: V(held) to take it, V(released) to release it. A lock of another run is not released.
    type: str
    choices: [held, released]
    default: held
  run:
    description:
      - A unique id of this run of the controller. The same run can take the lock again, which renews it.
      - If not set, derived from the process of C(ansible-playbook) and its machine.
    type: str
  owner:
    description: Who runs it. If not set, the current user on the controller.
    type: str
  origin:
    description: The machine it runs on. If not set, the controller's hostname.
    type: str
  purpose:
    description: What it does. If not set, the playbooks on the command line of C(ansible-playbook).
    type: str
  expires_after:
    description: Seconds after which others may take the lock.
    type: int
    default: 3600
  instead_of:
    description: A run that is known to have ended; its lock may be taken.
    type: str
  force:
    description: Take or release the lock of any run.
    type: bool
    default: false
extends_documentation_fragment:
  - dockyard.swarm.engine
  - dockyard.swarm.engine.attributes
  - dockyard.swarm.engine.actiongroup
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: There is nothing to compare.
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Take the lock
  dockyard.swarm.deploy_lock:
    purpose: release 1.4

- name: Release it
  dockyard.swarm.deploy_lock:
    state: released

- name: Break the lock of a job that has ended
  dockyard.swarm.deploy_lock:
    state: released
    force: true
"""

RETURN = r"""
held:
  description: Whether this run holds the lock afterwards, or would in check mode.
  returned: always
  type: bool
place:
  description:
    - Where the lock is stored, or was until now - V(swarm) or V(host).
  returned: success
  type: str
  sample: swarm
holder:
  description: Who holds the lock afterwards, or would in check mode. Null if it is free.
  returned: always
  type: dict
  contains:
    owner:
      description: The user or job.
      type: str
    origin:
      description: Its machine.
      type: str
    purpose:
      description: What it does.
      type: str
    run:
      description: The id of the run.
      type: str
    since:
      description: Seconds since the epoch.
      type: int
    expires:
      description: Seconds since the epoch.
      type: int
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import engine_argument_spec
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.request import run_lock


def argument_spec() -> dict[str, Any]:
    return {
        **engine_argument_spec(),
        "name": {"type": "str", "default": "deploy"},
        "state": {"type": "str", "choices": ["held", "released"], "default": "held"},
        "run": {"type": "str"},
        "owner": {"type": "str"},
        "origin": {"type": "str"},
        "purpose": {"type": "str"},
        "expires_after": {"type": "int", "default": 3600},
        "instead_of": {"type": "str"},
        "force": {"type": "bool", "default": False},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    return run_lock(module.params, module.check_mode)


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
