#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: validate
short_description: Check the inventory's variables and compose files, without connecting to any host
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Checks the variables of all hosts in the groups C(docker_hosts), C(swarm_managers) and C(swarm_workers) and those of
    the controller, and fails with all problems, one sentence for each, however many hosts it affects.
  - Reports unknown variables whose names begin like the roles' variables or are similar to one, and groups whose names
    are similar to one of the playbooks' groups.
  - Reports values that do not have the type, or are not one of the choices, in the roles' argument specs.
  - Checks the compose files of C(stack_projects) - missing files, unset variables, keys, values, and everything that no
    swarm could run.
  - Runs only on the controller, connects to no host and changes nothing. Problems that only a host can report are found
    by the roles.
options:
  unknown_variables:
    description:
      - What to do about unknown variables and groups.
    type: str
    choices: [error, warn, ignore]
    default: error
  known_variables:
    description:
      - Names of your own variables that begin like the roles' variables.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - dockyard.swarm.engine.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
  action:
    description: Indicates this has a corresponding action plugin, so that it is executed on the controller.
    support: full
seealso:
  - module: dockyard.swarm.inventory_check
  - module: dockyard.swarm.stack
"""

EXAMPLES = r"""
- name: Check the inventory before anything is changed
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Check variables and compose files
      dockyard.swarm.validate:
"""

RETURN = r"""
hosts:
  description: The hosts whose variables were checked.
  returned: success
  type: list
  elements: str
  sample: [manager-1, worker-1]
"""
