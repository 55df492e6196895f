#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: remaining_work
short_description: Find the hosts that are not as declared
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Reads the results of M(dockyard.swarm.engine_host) that each host of the play has registered as
    C(docker_inspection), and decides which engines, and whether the swarm, differ from the declaration.
  - Unknown counts as different. Hosts that are settled need no further task.
  - Runs only on the controller, connects to no host and changes nothing.
  - Sets the fact C(swarm_remaining_work), with the keys of the return values. Run the task once, with
    C(delegate_to=localhost) and C(delegate_facts=true), so that later plays can select their C(hosts) by it.
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
seealso:
  - module: dockyard.swarm.engine_host
  - module: dockyard.swarm.membership
"""

EXAMPLES = r"""
- name: Find the hosts that are not as declared
  dockyard.swarm.remaining_work:
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
docker:
  description: Hosts of the group C(docker_hosts) whose engine is not as declared, or not known to be.
  returned: always
  type: list
  elements: str
  sample: [w2]
swarm:
  description: Reasons why the swarm must be checked again. Empty if it is as declared.
  returned: always
  type: list
  elements: str
  sample: ["nodes are not as declared: w2"]
settled:
  description: Whether all engines and the swarm are as declared.
  returned: always
  type: bool
"""
