#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: unlock_key_file
short_description: Store the unlock key of a swarm with autolock on the controller
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Writes the key to a file for its owner only. A replaced key is kept in a file with the suffix C(.former), because a
    manager that was down during the rotation must be unlocked with the former key.
  - Former keys are removed by a later run in which all managers are active.
  - Runs on the controller. The task should set C(no_log=true).
options:
  path:
    description: The file. A relative path is resolved against the working directory of C(ansible-playbook).
    type: str
    required: true
  key:
    description: The swarm's key. If it is empty (no autolock), the file is not changed.
    type: str
    required: true
  everybody_unlocked:
    description: Whether every manager of the cluster is active, so that each has the key that is already in the file.
    type: bool
    default: false
extends_documentation_fragment:
  - dockyard.swarm.engine.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: The content is secret.
  idempotent:
    support: full
  action:
    description: Indicates this has a corresponding action plugin, so that it is executed on the controller.
    support: full
seealso:
  - module: dockyard.swarm.cluster
"""

EXAMPLES = r"""
- name: Store the key
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
