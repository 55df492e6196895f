#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_prune
short_description: Remove unused images, containers and networks on a schedule
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Sets up a systemd timer on the host that prunes what no container uses.
  - Volumes contain data, and are kept unless O(volumes=true).
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
    description: Whether the timer exists.
    type: str
    choices: [present, absent]
    default: present
  schedule:
    description: When to prune, as a calendar event of systemd.time(7). Hosts start within half an hour of each other.
    type: str
    default: daily
  older_than:
    description: Keep everything younger than this. If empty, the age does not matter.
    type: str
    default: 168h
  unused_images:
    description: Remove all images that no container uses, not only untagged ones.
    type: bool
    default: true
  labels:
    description: Remove only objects with these labels, each V(key) or V(key=value).
    type: list
    elements: str
    default: []
  keep_labels:
    description: Never remove objects with these labels.
    type: list
    elements: str
    default: []
  networks:
    description:
      - Also remove networks that no container uses. On a manager these include overlay networks of the swarm that no
        task uses at that moment.
    type: bool
    default: false
  volumes:
    description: Also remove unused anonymous volumes. They cannot be filtered by age, only by labels.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Prune everything older than ten days each Sunday night
  dockyard.swarm.engine_prune:
    schedule: Sun 03:00
    older_than: 240h
    keep_labels: [keep]
"""

RETURN = r"""
commands:
  description: The commands that the timer runs.
  returned: success
  type: list
  elements: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._host import prune
from ansible_collections.dockyard.swarm.plugins.module_utils._host.files import plan_file
from ansible_collections.dockyard.swarm.plugins.module_utils._host.own_units import (
    apply_helper,
    plan_helper,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import runner
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module


def argument_spec() -> dict[str, Any]:
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "schedule": {"type": "str", "default": "daily"},
        "older_than": {"type": "str", "default": "168h"},
        "unused_images": {"type": "bool", "default": True},
        "labels": {"type": "list", "elements": "str", "default": []},
        "keep_labels": {"type": "list", "elements": "str", "default": []},
        "networks": {"type": "bool", "default": False},
        "volumes": {"type": "bool", "default": False},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    run = runner(module)
    present = module.params["state"] == "present"
    files = [
        plan_file(prune.SERVICE_PATH, prune.render_service(module.params) if present else None),
        plan_file(prune.TIMER_PATH, prune.render_timer(module.params["schedule"]) if present else None),
    ]
    helper = plan_helper(prune.TIMER, present, files, run)
    if helper.changed and not module.check_mode:
        apply_helper(helper, run)
    return {
        "changed": helper.changed,
        "commands": [" ".join(words) for words in prune.commands(module.params)] if present else [],
        "diff": [change.as_diff() for change in files if change.changed],
    }


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
