#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hosts_provider
short_description: Which role makes the declared hosts exist, and what its report means
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - The contract between the playbooks and the roles that make hosts exist. The role C(dockyard.swarm.hosts) uses it;
    C(docs/providers.md) tells how a role over another cloud's collection keeps the contract.
  - Runs on the controller alone and changes nothing.
options:
  provider:
    description: V(gce), V(static), or the full name of a role, such as C(my_namespace.my_collection.my_hosts).
    type: str
    required: true
  read:
    description:
      - V(role) - the provider's role.
      - V(report) - what the role has reported in the fact named like it, such as C(gce_hosts_report), checked.
      - V(released) - which of the hosts in O(leaving) have left the swarm, so that the provider may delete them.
    type: str
    choices: [role, report, released]
    default: role
  shrink:
    description: Whether surplus hosts are to leave. For O(read=report).
    type: bool
    default: false
  leaving:
    description: The hosts that were to leave. For O(read=released).
    type: list
    elements: str
    default: []
  left_fact:
    description: Name of the fact that a host carries once it has left the swarm. For O(read=released).
    type: str
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Shows what has changed, or would change in C(check_mode), when in diff mode.
    support: none
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second run reports no change.
    support: full
seealso:
  - module: dockyard.swarm.inventory_check
"""

EXAMPLES = r"""
- name: Read what the provider reports
  dockyard.swarm.hosts_provider:
    provider: my_namespace.my_collection.my_hosts
    read: report
  register: fleet
"""

RETURN = r"""
role:
  description: The provider's role.
  returned: success
  type: str
  sample: dockyard.swarm.gce_hosts
booted:
  description: Hosts that were made or started, or would be in check mode.
  returned: when O(read=report)
  type: list
  elements: str
  sample: [shop-worker-2]
surplus:
  description: Hosts that are no longer declared.
  returned: when O(read=report)
  type: list
  elements: str
  sample: [shop-worker-3]
leaving:
  description: Surplus hosts that are to leave, which are all if O(shrink) and none otherwise.
  returned: when O(read=report)
  type: list
  elements: str
  sample: [shop-worker-3]
changes:
  description:
    - What the provider did to hosts, or would do in check mode. Of a provider that does not report it, the booted
      hosts.
  returned: when O(read=report)
  type: list
  elements: dict
  sample: [{kind: host, name: shop-worker-2, action: create, details: []}]
released:
  description: Hosts that have left the swarm and may be deleted.
  returned: when O(read=released)
  type: list
  elements: str
  sample: [shop-worker-3]
"""
