#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gce_firewall
short_description: Manage a fleet's firewall rules at Compute Engine
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Creates, changes and deletes the firewall rules of one fleet, which are identified by their names and descriptions.
  - Other rules are never changed. A rule that has a declared name but does not belong to the fleet is refused.
  - A rule must have a source; nothing is open to the world unless V(0.0.0.0/0) is declared.
  - Runs on the controller; delegate it to localhost or run it with C(connection=local).
extends_documentation_fragment:
  - dockyard.swarm.gce_module
  - dockyard.swarm.gce_module.attributes
  - dockyard.swarm.gce_module.actiongroup
attributes:
  idempotent:
    support: full
options:
  network:
    description: The network of the rules, by name or link.
    type: str
    default: default
  rules:
    description:
      - All rules of the fleet; its other rules are deleted. With an empty list, all are deleted.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The rule is named C(FLEET-NAME).
        type: str
        required: true
      allowed:
        description: Allowed protocols and ports.
        type: list
        elements: dict
        required: true
        suboptions:
          protocol:
            description: C(tcp), C(udp), C(icmp), C(esp), C(all) or a number.
            type: str
            required: true
          ports:
            description: Ports and ranges of ports. All ports if not set.
            type: list
            elements: str
      source_ranges:
        description: Networks from which access is allowed, such as V(192.0.2.0/24).
        type: list
        elements: str
      source_tags:
        description: Network tags of the instances from which access is allowed.
        type: list
        elements: str
      target_tags:
        description: Network tags of the instances to which access is allowed. All instances of the network if not set.
        type: list
        elements: str
      priority:
        description: Priority; lower numbers take precedence.
        type: int
        default: 1000
      log:
        description: Whether connections are logged.
        type: bool
        default: false
seealso:
  - module: dockyard.swarm.gce_instances
"""

EXAMPLES = r"""
- name: Allow SSH from the office, the swarm's ports among members, and the shop for everybody
  dockyard.swarm.gce_firewall:
    fleet: shop
    rules:
      - name: ssh
        allowed: [{protocol: tcp, ports: ["22"]}]
        source_ranges: [192.0.2.0/24]
        target_tags: [shop]
      - name: swarm
        allowed:
          - {protocol: tcp, ports: ["2377", "7946"]}
          - {protocol: udp, ports: ["4789", "7946"]}
          - {protocol: esp}
        source_tags: [shop]
        target_tags: [shop]
      - name: web
        allowed: [{protocol: tcp, ports: ["443"]}]
        source_ranges: [0.0.0.0/0]
        target_tags: [shop]
  delegate_to: localhost

- name: Delete all rules
  dockyard.swarm.gce_firewall:
    fleet: shop
    rules: []
  delegate_to: localhost
"""

RETURN = r"""
rules:
  description: The fleet's current rules, by name.
  returned: success
  type: dict
  sample:
    shop-ssh:
      network: default
      direction: INGRESS
      priority: 1000
      disabled: false
      log: false
      allowed: ["tcp:22"]
      denied: []
      source_ranges: [192.0.2.0/24]
      source_tags: []
      target_tags: [shop]
steps:
  description: The steps that were done, or would be in check mode.
  returned: always
  type: list
  elements: str
  sample: ["create_firewall firewall shop-ssh (global)"]
changes:
  description: The changes by resource. V(change) includes deletion followed by creation.
  returned: success
  type: list
  elements: dict
  sample: [{kind: firewall rule, name: shop-ssh, action: create, details: ["create firewall shop-ssh (global)"]}]
errors:
  description: Error messages, by rule.
  returned: when operations failed
  type: dict
project:
  description: The project.
  returned: always
  type: str
  sample: my-project
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.firewall import decide_rules, rules_of
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import Owner
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.module import gce_argument_spec, run_plan


def argument_spec() -> dict[str, Any]:
    allowed = {"protocol": {"type": "str", "required": True}, "ports": {"type": "list", "elements": "str"}}
    rule = {
        "name": {"type": "str", "required": True},
        "allowed": {"type": "list", "elements": "dict", "required": True, "options": allowed},
        "source_ranges": {"type": "list", "elements": "str"},
        "source_tags": {"type": "list", "elements": "str"},
        "target_tags": {"type": "list", "elements": "str"},
        "priority": {"type": "int", "default": 1000},
        "log": {"type": "bool", "default": False},
    }
    return {
        **gce_argument_spec(),
        "network": {"type": "str", "default": "default"},
        "rules": {"type": "list", "elements": "dict", "required": True, "options": rule},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    owner = Owner(params["fleet"])
    return run_plan(
        module,
        lambda reader: decide_rules(params["rules"], reader.firewalls(), owner, params["network"]),
        lambda reader, _plan: {"rules": rules_of(reader.firewalls(), owner)},
    )


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
