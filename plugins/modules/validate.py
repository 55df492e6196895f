#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: validate
short_description: Check the inventory's variables and the files they name, without asking any host
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Looks at the variables of all hosts in the groups C(docker_hosts), C(swarm_managers) and C(swarm_workers) and at
    those of the controller, and fails with all that is wrong, one sentence a fault, however many hosts it is about.
  - Variables that nothing reads, where they begin as the roles' own do or are almost the name of one; groups that are
    almost one of the playbooks' groups.
  - Values that are not of the type, or not one of the choices, that the roles' argument specs declare.
  - Compose files of C(stack_projects) - files that are missing, unset variables, keys, values, and all that no swarm
    could run.
  - Runs on the controller alone, asks no host and changes nothing. What only a host can tell is left to the roles.
options:
  unknown_variables:
    description:
      - What to do about variables and groups that nothing reads.
    type: str
    choices: [error, warn, ignore]
    default: error
  known_variables:
    description:
      - Names of your own variables that your own playbooks read, although they begin as the roles' do.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Shows what has changed, or would change in C(check_mode), when in diff mode.
    support: none
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second run reports no change.
    support: full
  action:
    description: Indicates this has a corresponding action plugin, so that it is executed on the controller.
    support: full
seealso:
  - module: dockyard.swarm.inventory_check
  - module: dockyard.swarm.stack
"""

EXAMPLES = r"""
- name: Check the inventory before anything is touched
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
