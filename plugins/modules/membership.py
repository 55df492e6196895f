#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: membership
short_description: Plan how the declared hosts become the declared swarm
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Evaluates the results of M(dockyard.swarm.cluster_info) on all hosts and decides which cluster is meant, which hosts
    create, join or leave it, and which nodes are promoted, demoted, configured or removed.
  - Refuses everything that could create a second swarm, move a host without permission, or cost the cluster its quorum.
  - Runs only on the controller, connects to no host and changes nothing. The role P(dockyard.swarm.swarm#role) applies
    the plan.
  - Reads the variables C(swarm_labels), C(swarm_labels_exact), C(swarm_availability) and C(swarm_force_leave) of each
    host.
options:
  managers:
    description:
      - Names of all hosts declared as managers, in inventory order.
      - If not set, the hosts of the group C(swarm_managers).
    type: list
    elements: str
  workers:
    description:
      - Names of all hosts declared as workers, in inventory order.
      - If not set, the hosts of the group C(swarm_workers).
    type: list
    elements: str
  answers:
    description:
      - The results of M(dockyard.swarm.cluster_info), by name of the host.
      - A host that could not be asked is left out, or its result has no RV(dockyard.swarm.cluster_info#module:state).
      - If not set, the results that the hosts of the play have registered as C(swarm_host), and those that the role
        P(dockyard.swarm.swarm#role) has read from declared managers outside of the play.
    type: dict
  selected:
    description:
      - Names of the hosts that this run may change. Others are only asked.
      - If not set, the hosts of the play, including those that have failed or were unreachable, but not those of a
        later batch.
    type: list
    elements: str
  cluster_id:
    description:
      - The cluster to use, if the hosts are in several.
    type: str
  init_without_all_managers:
    description:
      - Create a swarm although a declared manager could not be asked.
    type: bool
    default: false
  remove_stale_nodes:
    description:
      - Plan to remove nodes whose host was rebuilt and is now another node at the same address.
    type: bool
    default: true
    aliases: [remove_ghosts]
extends_documentation_fragment:
  - dockyard.swarm.engine.attributes
attributes:
  check_mode:
    support: full
    details: Only plans.
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
  - module: dockyard.swarm.cluster_info
  - module: dockyard.swarm.member
  - module: dockyard.swarm.node
"""

EXAMPLES = r"""
- name: Plan the membership
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
  description: The plan. Hosts have their inventory names.
  returned: success
  type: dict
  contains:
    cluster_id:
      description: The id of the cluster. Null if it must be created.
      type: str
    changes:
      description: Whether memberships or roles change, not only labels and availability.
      type: bool
    current_manager:
      description: The host that is a manager of the cluster now, or creates it.
      type: str
    executing_manager:
      description: The manager on which changes are made after all hosts have joined.
      type: str
    found:
      description: The host that creates the cluster, or null.
      type: str
    leave:
      description: Hosts that leave a stale membership before they join.
      type: list
      elements: str
    join_managers:
      description: Hosts that join as managers.
      type: list
      elements: str
    join_workers:
      description: Hosts that join as workers.
      type: list
      elements: str
    promote:
      description: Workers that become managers.
      type: list
      elements: str
    demote:
      description: Managers that become workers.
      type: list
      elements: str
    configure:
      description: Hosts whose labels or availability are set.
      type: list
      elements: str
    stale_nodes:
      description: Nodes to remove, with their id, hostname and role.
      type: list
      elements: dict
planned:
  description: The plan from the beginning of this run, before any change. Same keys as RV(plan).
  returned: success
  type: dict
managers_at_work:
  description: Whether all declared managers are active managers, and all managers of the cluster are reachable.
  returned: success
  type: bool
addresses:
  description: The address at which the controller reaches each declared host, by name. Empty if the inventory has none.
  returned: success
  type: dict
node_ids:
  description: The node id of each declared host, by name. Null if it has none, or could not be asked.
  returned: success
  type: dict
"""
