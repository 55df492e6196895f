#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: membership
short_description: Decide what each declared host has to do to be the declared swarm
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Looks at what all hosts have answered to M(dockyard.swarm.cluster_info) and decides which cluster is meant,
    who has to found, join or leave, and which nodes are to be promoted, demoted, configured or removed.
  - Refuses whatever could found a second swarm, move a host unasked, or cost the cluster its quorum.
  - Runs on the controller, asks no host and changes nothing. The role P(dockyard.swarm.swarm#role) carries the
    plan out.
  - Of each host it reads the variables C(swarm_labels), C(swarm_labels_exact), C(swarm_availability) and
    C(swarm_force_leave) of the inventory.
options:
  managers:
    description:
      - Names of all hosts that are declared to be managers, in the inventory's order.
      - If not set, the hosts of the group C(swarm_managers).
    type: list
    elements: str
  workers:
    description:
      - Names of all hosts that are declared to be workers, in the inventory's order.
      - If not set, the hosts of the group C(swarm_workers).
    type: list
    elements: str
  answers:
    description:
      - What M(dockyard.swarm.cluster_info) returned, by name of the host.
      - A host that could not be asked is left out, or its answer is without
        RV(dockyard.swarm.cluster_info#module:state).
      - If not set, what the hosts of the play have registered as C(swarm_host), and what the role
        P(dockyard.swarm.swarm#role) has asked declared managers outside of it.
    type: dict
  selected:
    description:
      - Names of the hosts that this run is about. Others are only asked.
      - If not set, the hosts of the play, those that have failed or could not be reached included, and those of a later
        batch not.
    type: list
    elements: str
  cluster_id:
    description:
      - The cluster the hosts are to be, if they are in several.
    type: str
  init_without_all_managers:
    description:
      - Found a swarm although some declared manager could not be asked.
    type: bool
    default: false
  remove_stale_nodes:
    description:
      - Plan to remove nodes whose host has been rebuilt and lives on, at the same address, under another id.
    type: bool
    default: true
    aliases: [remove_ghosts]
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
  - module: dockyard.swarm.cluster_info
  - module: dockyard.swarm.member
  - module: dockyard.swarm.node
"""

EXAMPLES = r"""
- name: Decide
  dockyard.swarm.membership:
    managers: "{{ groups.swarm_managers }}"
    workers: "{{ groups.swarm_workers }}"
    selected: "{{ ansible_play_hosts_all }}"
    answers: "{{ dict(ansible_play_hosts | zip(ansible_play_hosts | map('extract', hostvars, 'swarm'))) }}"
  register: plan
  run_once: true
"""

RETURN = r"""
plan:
  description: What is to be done. Hosts are named as in the inventory.
  returned: success
  type: dict
  contains:
    cluster_id:
      description: The cluster that is meant. Null if it has to be founded.
      type: str
    changes:
      description: Whether memberships or roles are to change, not merely what describes the nodes.
      type: bool
    current_manager:
      description: The host that manages the cluster now, or founds it.
      type: str
    executing_manager:
      description: The host that manages it once all have joined.
      type: str
    found:
      description: The host to found the cluster, or null.
      type: str
    leave:
      description: Hosts to leave what they are in, before they join.
      type: list
      elements: str
    join_managers:
      description: Hosts to join as managers.
      type: list
      elements: str
    join_workers:
      description: Hosts to join as workers.
      type: list
      elements: str
    promote:
      description: Workers to be managers.
      type: list
      elements: str
    demote:
      description: Managers to be workers.
      type: list
      elements: str
    configure:
      description: Hosts whose labels or availability are to be set.
      type: list
      elements: str
    stale_nodes:
      description: Nodes to remove, with their id, hostname and role.
      type: list
      elements: dict
planned:
  description: The plan as it was when this run asked first, before anything of it was done. As RV(plan).
  returned: success
  type: dict
managers_at_work:
  description: Whether all declared managers answered as managers at work, and the cluster reaches all that it has.
  returned: success
  type: bool
addresses:
  description: Where the controller reaches each declared host, by its name. Empty where the inventory does not say.
  returned: success
  type: dict
node_ids:
  description: The node id of each declared host, by its name. Null where it is none, or could not be asked.
  returned: success
  type: dict
"""
