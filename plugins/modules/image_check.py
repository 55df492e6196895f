#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_check
short_description: Check a host that has just started from a baked image
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Checks that the host has booted completely, that its engine runs, starts at boot and is in no swarm, and that it has
    a machine id and SSH host keys. Fails with all problems.
  - Changes nothing. The playbook C(dockyard.swarm.image_test) uses it.
extends_documentation_fragment:
  - dockyard.swarm.engine.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
options: {}
seealso:
  - module: dockyard.swarm.image_generalise
"""

EXAMPLES = r"""
- name: Check a host that has started from the image
  dockyard.swarm.image_check:
  become: true
"""

RETURN = r"""
identity:
  description: The values that must be different on every host.
  returned: success
  type: dict
  contains:
    machine_id:
      description: The content of C(/etc/machine-id).
      type: str
    ssh_host_key:
      description: The public host key.
      type: str
    engine_id:
      description: The engine's id.
      type: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import runner
from ansible_collections.dockyard.swarm.plugins.module_utils._image.check import answers_of, identity_of, problems_of
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module


def argument_spec() -> dict[str, Any]:
    return {}


def act(module: AnsibleModule) -> dict[str, Any]:
    answers = answers_of(runner(module))
    problems = problems_of(answers)
    if problems:
        raise UserError(f"The image is unusable: {'; '.join(problems)}.")
    return {"identity": identity_of(answers)}


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
