#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ready_stacks
short_description: Convert options of ready-made stacks to projects to deploy
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Reads the ready-made stacks of the collection (folders in C(stacks/)), checks the given options of each, renders
    their configs, and returns entries for the role P(dockyard.swarm.stack#role).
  - Runs only on the controller, connects to no host and changes nothing.
options:
  stacks:
    description:
      - "Options by name of the stack, such as C({monitoring: {retention: 15d}})."
      - Each stack's options and their defaults are in its C(defaults.yml); C(state), C(wait_timeout), C(plan_file),
        C(unsupported) and C(host_credentials) are passed on to the deploy.
    type: dict
    required: true
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
  - ref: ansible_collections.dockyard.swarm.ready_stacks_role
    description: The role that uses this module.
"""

EXAMPLES = r"""
- name: Read the options of ready-made stacks
  dockyard.swarm.ready_stacks:
    stacks:
      monitoring:
        retention: 15d
        slack_webhook: "{{ vault_slack }}"
  register: ready
  no_log: true
"""

RETURN = r"""
projects:
  description: Entries of C(stack_projects), in the order of O(stacks). They contain the values of secrets.
  returned: success
  type: list
  elements: dict
  sample:
    - name: monitoring
      files: [/collections/dockyard/swarm/stacks/monitoring/compose.yml]
"""
