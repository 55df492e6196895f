#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_restart_plan
short_description: Decide in which order engines of swarm members are restarted
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Reads what the role P(dockyard.swarm.docker#role) has published of each host's engine in C(docker_engine), and
    orders the restarts of those that wait for one - managers first, each with a manager to ask about it.
  - Runs on the controller, asks no host and changes nothing.
options:
  hosts:
    description: Names of the hosts whose engines are looked at, in their order.
    type: list
    elements: str
    required: true
  managers:
    description: Names of the hosts that are declared to be managers. Those not among O(hosts) can be asked, too.
    type: list
    elements: str
    default: []
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
  - module: dockyard.swarm.engine_service
  - module: dockyard.swarm.engine_health
"""

EXAMPLES = r"""
- name: Plan the restarts of members
  dockyard.swarm.engine_restart_plan:
    hosts: "{{ ansible_play_batch }}"
    managers: "{{ groups['swarm_managers'] | default([]) }}"
  register: plan
  run_once: true
"""

RETURN = r"""
restarts:
  description: The restarts in their order. Empty where no member waits for one.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: Name of the host.
      type: str
    node_id:
      description: Id of its node.
      type: str
    ask:
      description: The host of a manager to ask about it; null where no host that is known is a manager.
      type: str
  sample:
    - {host: m1, node_id: 3dxdgi1x2smwqfu5h7ptazwx4, ask: m2}
"""
