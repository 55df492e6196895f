#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: decision
short_description: Decide how the role swarm goes on, on what hosts have answered
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Chooses the manager that a playbook acts through, the order in which managers are taken out of service, the manager
    that is backed up, the host that gets a backup, and the manager that a swarm without a quorum goes on from. Tells
    what became of the lock against other controllers.
  - For the tasks of the role P(dockyard.swarm.swarm#role), whose registered variables it reads. Read what it says of
    O(about=current_manager) in the variable C(swarm_cluster), which the role's entry point C(find_manager) publishes.
  - Runs on the controller, asks no host and changes nothing.
  - A host that did not answer is never treated as one that is not there.
options:
  about:
    description: What to decide.
    type: str
    required: true
    choices: [current_manager, maintenance, backup, restore, survivor, lock, released]
  registered:
    description:
      - With O(about=current_manager), the name under which each host of the play has registered what
        M(dockyard.swarm.cluster_info) returned, or M(dockyard.swarm.engine_host) with its option C(membership).
        If not set, what the entry point C(find_manager) has asked counts.
    type: str
  required:
    description: With O(registered), whether it is an error if no host can act. Else there is no current manager then.
    type: bool
    default: true
  host:
    description: With O(about=restore) and O(about=survivor), the host that the user names.
    type: str
  state_file:
    description: With O(about=restore), the text of the copied manager's C(docker-state.json).
    type: str
    default: ""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details: Only decides.
  diff_mode:
    description: Shows what has changed, or would change in C(check_mode), when in diff mode.
    support: none
    details: Changes nothing.
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second run reports no change.
    support: full
    details: Changes nothing.
  action:
    description: Indicates this has a corresponding action plugin, so that it is executed on the controller.
    support: full
seealso:
  - module: dockyard.swarm.membership
  - module: dockyard.swarm.cluster_info
"""

EXAMPLES = r"""
- name: Find the manager to act through
  ansible.builtin.import_role:
    name: dockyard.swarm.swarm
    tasks_from: find_manager

- name: Show it
  ansible.builtin.debug:
    var: swarm_cluster.current_manager
  run_once: true
"""

RETURN = r"""
current_manager:
  description: >-
    The manager to act through. One that the play is about only where nobody else can act. Null where nobody can, and
    that is no error.
  returned: with O(about=current_manager) and O(about=backup)
  type: str
  sample: m2
cluster_id:
  description: The cluster's id.
  returned: with O(about=current_manager), O(about=backup) and O(about=survivor)
  type: str
  sample: 7exg1tzzwkfyfxt2w02x95s2x
nodes:
  description: The cluster's nodes, as of RV(dockyard.swarm.cluster_info#module:nodes).
  returned: with O(about=current_manager)
  type: list
  elements: dict
quorum:
  description: The numbers of its managers, as of RV(dockyard.swarm.cluster_info#module:quorum).
  returned: with O(about=current_manager)
  type: dict
silent:
  description: Why each of the other declared managers cannot act, by its name.
  returned: with O(about=current_manager) and O(about=survivor)
  type: dict
  sample: {m3: could not be asked}
managers:
  description:
    - With O(about=current_manager), the declared managers that can act.
    - With O(about=maintenance), managers of the play in the order in which they are taken out of service.
  returned: with O(about=current_manager) and O(about=maintenance)
  type: list
  elements: str
source:
  description: The manager to copy the state of.
  returned: with O(about=backup)
  type: str
node_id:
  description: Its node id.
  returned: with O(about=backup)
  type: str
data_root:
  description: Where its engine keeps its data.
  returned: with O(about=backup)
  type: str
  sample: /var/lib/docker
target:
  description: The host that gets the state.
  returned: with O(about=restore)
  type: str
survivor:
  description: The manager to go on from.
  returned: with O(about=survivor)
  type: str
held:
  description: Where this run has the lock.
  returned: with O(about=lock) and O(about=released)
  type: list
  elements: dict
renew_after:
  description: Seconds since the epoch from when on it is to be renewed.
  returned: with O(about=lock) and O(about=released)
  type: int
as_of:
  description: When that was so, in seconds since the epoch.
  returned: with O(about=lock) and O(about=released)
  type: float
refusal:
  description: Why this run must not go on. Null where it may.
  returned: with O(about=lock) and O(about=released)
  type: str
release:
  description: By which hosts it is given back, in order.
  returned: with O(about=lock) and O(about=released)
  type: list
  elements: dict
"""
