#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: unlock_key_file
short_description: Keep the unlock key of an autolocked swarm on the controller
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Writes the key to a file for its owner only. A key that it replaces goes to a file of the same name that ends in
    C(.former) - a manager that was down while the key was replaced is unlocked by the former one.
  - Former keys are removed by a later run that finds all managers at work.
  - Runs on the controller. The task should set C(no_log=true).
options:
  path:
    description: The file. A relative path begins at the working directory of C(ansible-playbook).
    type: str
    required: true
  key:
    description: The swarm's key. Empty where the swarm is not locked; then the file stays as it is.
    type: str
    required: true
  everybody_unlocked:
    description: Every manager of the cluster is at work, and so has the key that the file already holds.
    type: bool
    default: false
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Shows what has changed, or would change in C(check_mode), when in diff mode.
    support: none
    details: The content is secret.
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second run reports no change.
    support: full
  action:
    description: Indicates this has a corresponding action plugin, so that it is executed on the controller.
    support: full
seealso:
  - module: dockyard.swarm.cluster
"""

EXAMPLES = r"""
- name: Keep the key
  dockyard.swarm.unlock_key_file:
    path: ~/.swarm/unlock_key
    key: "{{ swarm.unlock_key }}"
  run_once: true
  no_log: true
"""

RETURN = r"""
path:
  description: The file's absolute path.
  returned: success
  type: str
"""
