#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: run_plan
short_description: Write the plan of a whole run to one file
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Writes what a run of C(dockyard.swarm.site) does, or in check mode would do, to one page - hosts, engines, members
    of the swarm, and each stack with its fields. The first line is a summary.
  - Reads the variables that the roles' tasks have registered on each host in the same run, so it must be the last task.
  - Runs only on the controller, connects to no host, and writes only this file.
options:
  path:
    description:
      - The file on the controller. The name ends with C(.md) for Markdown, for example for a comment on a merge
        request, or with C(.json). A relative path is resolved against the working directory. Only its owner can read
        it.
    type: str
    required: true
  state:
    description:
      - V(begun) writes that the plan is incomplete, so that a run that fails leaves no page that looks like a plan.
        V(complete) writes the plan.
    type: str
    choices: [begun, complete]
    default: complete
extends_documentation_fragment:
  - dockyard.swarm.engine.attributes
attributes:
  check_mode:
    support: full
    details: Writes the file in check mode too.
  diff_mode:
    support: none
  idempotent:
    support: full
  action:
    description: Indicates this has a corresponding action plugin, so that it is executed on the controller.
    support: full
seealso:
  - module: dockyard.swarm.stack
"""

EXAMPLES = r"""
- name: Write the plan of the run
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Write the plan of the run
      dockyard.swarm.run_plan:
        path: plan.md
"""

RETURN = r"""
path:
  description: The file's absolute path.
  returned: success
  type: str
  sample: /home/me/infrastructure/plan.md
summary:
  description: The plan in one line.
  returned: success
  type: str
  sample: "engines: 3 to install; members: 3 to join; stack shop: 14 to create"
"""
