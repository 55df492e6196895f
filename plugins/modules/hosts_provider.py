#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hosts_provider
short_description: Find the role of the hosts provider, and check its report
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Implements the contract between the playbooks and the roles that create hosts. The role C(dockyard.swarm.hosts) uses
    it; C(docs/providers.md) describes how to write a provider for another cloud.
  - Runs only on the controller and changes nothing.
options:
  provider:
    description: V(gce), V(static), or the full name of a role, such as C(my_namespace.my_collection.my_hosts).
    type: str
    required: true
  read:
    description:
      - V(role) - the provider's role.
      - V(report) - the role's report in the fact with its name, such as C(gce_hosts_report), checked.
      - V(released) - which of the hosts in O(leaving) have left the swarm, so that the provider may delete them.
    type: str
    choices: [role, report, released]
    default: role
  shrink:
    description: Whether surplus hosts leave. For O(read=report).
    type: bool
    default: false
  leaving:
    description: The hosts that should leave. For O(read=released).
    type: list
    elements: str
    default: []
  left_fact:
    description: Name of the fact that is set on a host that has left the swarm. For O(read=released).
    type: str
extends_documentation_fragment:
  - dockyard.swarm.engine.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: dockyard.swarm.inventory_check
"""

EXAMPLES = r"""
- name: Check the provider's report
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
  description: Hosts that were created or started, or would be in check mode.
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
  description: Surplus hosts that leave - all if O(shrink), otherwise none.
  returned: when O(read=report)
  type: list
  elements: str
  sample: [shop-worker-3]
changes:
  description:
    - What the provider did to hosts, or would do in check mode. If the provider does not report it, the booted hosts.
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
