#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_restart_plan
short_description: Plan the order in which engines of swarm members are restarted
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Reads the fact C(docker_engine) that the role P(dockyard.swarm.docker#role) has set on each host, and orders the
    pending restarts - managers first, each with a manager to ask about the swarm.
  - Runs only on the controller, connects to no host and changes nothing.
options:
  hosts:
    description: Names of the hosts to plan for, in their order.
    type: list
    elements: str
    required: true
  managers:
    description: Names of the hosts declared as managers. Managers that are not in O(hosts) can be asked too.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - dockyard.swarm.engine.attributes
attributes:
  check_mode:
    support: full
    details: Only reads facts.
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
  description: The restarts in order. Empty if no member needs one.
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
      description: The host of a manager to ask about the swarm; null if no known host is a manager.
      type: str
  sample:
    - {host: m1, node_id: 3dxdgi1x2smwqfu5h7ptazwx4, ask: m2}
"""
