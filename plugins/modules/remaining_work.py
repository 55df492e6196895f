#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: remaining_work
short_description: Decide which hosts have something to do
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Reads what M(dockyard.swarm.engine_host) returned for each host of the play, registered as C(docker_inspection), and
    decides whose engine and whether the swarm is not as declared.
  - Whatever the answers leave open counts as something to do. Hosts that are settled need take part in no further task.
  - Runs on the controller, asks no host and changes nothing.
  - Sets the fact C(swarm_remaining_work), with the keys of the return values. Run the task once, with
    C(delegate_to=localhost) and C(delegate_facts=true), so that the C(hosts) of later plays can be chosen by it.
attributes:
  check_mode:
    support: full
    details: Only decides.
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
  diff_mode:
    support: none
    details: Changes nothing.
    description: Returns details on what has changed, or would be changed in check mode, when in diff mode.
  idempotent:
    support: full
    details: Changes nothing.
    description: Run again with the same options, it changes nothing more.
seealso:
  - module: dockyard.swarm.engine_host
  - module: dockyard.swarm.membership
"""

EXAMPLES = r"""
- name: Decide which hosts have something to do
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
  description: Why the swarm has to be looked at again. Empty if it is as declared.
  returned: always
  type: list
  elements: str
  sample: ["nodes are not as declared: w2"]
settled:
  description: Neither an engine nor the swarm has anything to do.
  returned: always
  type: bool
"""
