#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_data
short_description: Remove what an engine leaves on disk
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Removes images, containers, volumes, networks and the configuration of an engine that is no longer installed.
  - Refuses while the engine's unit is active. The content of a mount point is removed, the mount point itself is kept.
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
    description: The data is removed. There is no other state, and this one is never a default.
    type: str
    choices: [absent]
    required: true
"""

EXAMPLES = r"""
- name: Remove all data of the engine
  dockyard.swarm.engine_data:
    state: absent
"""

RETURN = r"""
paths:
  description: Folders that were removed, or would be.
  returned: success
  type: list
  elements: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._host import data
from ansible_collections.dockyard.swarm.plugins.module_utils._host.membership import read_membership, refusal_to_lose
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import read_unit, runner
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module


def argument_spec() -> dict[str, Any]:
    return {"state": {"type": "str", "choices": ["absent"], "required": True}}


def act(module: AnsibleModule) -> dict[str, Any]:
    unit = read_unit(runner(module))
    if unit.active and not module.check_mode:
        raise UserError("The engine is still running, so its data was not removed: remove the engine first")
    refusal = None if unit.active else refusal_to_lose(read_membership({}, unit.command_line, running=False))
    if refusal:
        raise UserError(f"The engine's data was not removed. {refusal}")
    paths = data.present(data.data_paths())
    if not module.check_mode:
        for path in paths:
            data.remove(path)
    shown = "".join(f"{path}\n" for path in paths)
    return {"changed": bool(paths), "paths": paths, "diff": {"before": shown, "after": ""}}


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
