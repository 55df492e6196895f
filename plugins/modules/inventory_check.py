#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: inventory_check
short_description: Check that the inventory was read and declares hosts
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Fails if a source of the inventory could not be read, with the reason, or if no host is declared. Ansible itself
    only warns and continues, and a run with nothing to do ends successfully.
  - Runs only on the controller and connects to no host.
options:
  groups:
    description: Groups, at least one of which must have a host.
    type: list
    elements: str
    required: true
  hosts_will_be_made:
    description: Whether hosts are declared elsewhere and created later in the run, so that there may be none yet.
    type: bool
    default: false
  failed_sources:
    description:
      - What to do if a source could not be read. V(warn) continues with the hosts of the others, if there are any.
    type: str
    choices: [fail, warn]
    default: fail
extends_documentation_fragment:
  - dockyard.swarm.engine.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - plugin: dockyard.swarm.gce
    plugin_type: inventory
"""

EXAMPLES = r"""
- name: Check the inventory
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Check that hosts are declared
      dockyard.swarm.inventory_check:
        groups: [swarm_managers, swarm_workers]
"""

RETURN = r"""
hosts:
  description: The hosts of the groups, by name.
  returned: success
  type: list
  elements: str
  sample: [shop-manager-1, shop-worker-1]
"""
