#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: decision
short_description: Make decisions for the role swarm from the hosts' answers
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Chooses the manager that a playbook acts on, the order in which managers are taken out of service, the manager to
    back up, the host to restore to, and the manager to recover a swarm without quorum from. Evaluates the state of the
    deploy lock. Lists the stacks that are to be changed under it.
  - For the tasks of the role P(dockyard.swarm.swarm#role), whose registered variables it reads. Other roles should read
    the variable C(swarm_cluster), which the role's entry point C(find_manager) sets.
  - Runs only on the controller, connects to no host and changes nothing.
  - A host that did not answer is never treated as absent.
options:
  about:
    description: What to decide.
    type: str
    required: true
    choices: [current_manager, maintenance, backup, restore, survivor, lock, released, deferred_stacks]
  registered:
    description:
      - With O(about=current_manager), the variable in which each host of the play has registered the result of
        M(dockyard.swarm.cluster_info), or of M(dockyard.swarm.engine_host) with its option C(membership). If not set,
        the results that the entry point C(find_manager) has registered.
    type: str
  required:
    description: With O(registered), whether the module fails if no host can act. If V(false), RV(current_manager) is
        then null.
    type: bool
    default: true
  host:
    description:
      - With O(about=restore) and O(about=survivor), the host that the user has set.
      - With O(about=deferred_stacks), the host that deploys the stacks of the role P(dockyard.swarm.stack#role).
    type: str
  state_file:
    description: With O(about=restore), the content of C(docker-state.json) in the backup.
    type: str
    default: ""
extends_documentation_fragment:
  - dockyard.swarm.engine.attributes
attributes:
  check_mode:
    support: full
    details: Only reads registered variables.
  diff_mode:
    support: none
    details: Changes nothing.
  idempotent:
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
- name: Find the manager to act on
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
    The manager to act on. A host of the current batch only if no other manager can act. Null if none can and that is
    allowed.
  returned: with O(about=current_manager) and O(about=backup)
  type: str
  sample: m2
cluster_id:
  description: The cluster's id.
  returned: with O(about=current_manager), O(about=backup) and O(about=survivor)
  type: str
  sample: 7exg1tzzwkfyfxt2w02x95s2x
nodes:
  description: The cluster's nodes, see RV(dockyard.swarm.cluster_info#module:nodes).
  returned: with O(about=current_manager)
  type: list
  elements: dict
quorum:
  description: The numbers of its managers, see RV(dockyard.swarm.cluster_info#module:quorum).
  returned: with O(about=current_manager)
  type: dict
silent:
  description: The other declared managers, by name, with the reason why they cannot act.
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
  description: The manager to back up.
  returned: with O(about=backup)
  type: str
node_id:
  description: Its node id.
  returned: with O(about=backup)
  type: str
data_root:
  description: Its engine's data directory.
  returned: with O(about=backup)
  type: str
  sample: /var/lib/docker
target:
  description: The host to restore to.
  returned: with O(about=restore)
  type: str
survivor:
  description: The manager to recover from.
  returned: with O(about=survivor)
  type: str
stacks:
  description: The places in C(stack_projects) of stacks whose changes M(dockyard.swarm.stack) has deferred.
  returned: with O(about=deferred_stacks)
  type: list
  elements: int
  sample: [1]
held:
  description: Where this run holds the lock.
  returned: with O(about=lock) and O(about=released)
  type: list
  elements: dict
renew_after:
  description: Seconds since the epoch after which the lock must be renewed.
  returned: with O(about=lock) and O(about=released)
  type: int
as_of:
  description: When this was determined, in seconds since the epoch.
  returned: with O(about=lock) and O(about=released)
  type: float
refusal:
  description: Why this run must stop. Null if it may go on.
  returned: with O(about=lock) and O(about=released)
  type: str
release:
  description: The hosts on which to release the lock, in order.
  returned: with O(about=lock) and O(about=released)
  type: list
  elements: dict
"""
