#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_firewall
short_description: Limit access to published ports and the swarm's own ports
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Ports that containers publish bypass the host's own firewall. With this module, only declared ports are reachable
    from outside, and only from the declared sources.
  - The swarm's own ports (2377/tcp, 7946/tcp and udp, the data path) are reachable for its members only.
  - The rules are in separate chains, which C(DOCKER-USER) and C(INPUT) jump to, for IPv4 and IPv6. They are active
    before the engine starts, at each boot. Works with both iptables backends, nft and legacy.
  - Fails if the rules would have no effect - iptables does not work, or the engine's configuration keeps Docker from
    using it (C(iptables=false), C(firewall-backend=nftables)).
  - If the engine does not filter IPv6 itself, its userland proxy listens on published ports; for IPv6, the host's own
    firewall then applies.
extends_documentation_fragment:
  - dockyard.swarm.engine.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description: Whether the rules exist.
    type: str
    choices: [present, absent]
    default: present
  published:
    description: Which sources may reach which published ports. An empty list closes all; if not set, they are not
        filtered.
    type: list
    elements: dict
    suboptions:
      ports:
        description: The ports on the host, each a number or a range such as V(8000:8080).
        type: list
        elements: str
        required: true
      protocol:
        description: The protocol.
        type: str
        choices: [tcp, udp, sctp]
        default: tcp
      sources:
        description: Addresses or networks. Empty means any.
        type: list
        elements: str
        default: []
  interfaces:
    description: The interfaces that face the outside network. If empty, that of the default route.
    type: list
    elements: str
    default: []
  members:
    description: Addresses or networks of the swarm's members. If not set, the swarm's ports are not filtered.
    type: list
    elements: str
  data_port:
    description: UDP port of the data path, as set when the swarm was created.
    type: int
    default: 4789
"""

EXAMPLES = r"""
- name: Open the web to everybody, metrics to the office, and the swarm's ports to members
  dockyard.swarm.engine_firewall:
    published:
      - ports: [80, 443]
      - ports: [9090]
        sources: [192.0.2.0/24]
    members: [10.0.0.0/24]
"""

RETURN = r"""
interfaces:
  description: The interfaces that are filtered.
  returned: success
  type: list
  elements: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._host.firewall import packet_filter
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import runner
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module


def argument_spec() -> dict[str, Any]:
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "published": {
            "type": "list",
            "elements": "dict",
            "options": {
                "ports": {"type": "list", "elements": "str", "required": True},
                "protocol": {"type": "str", "choices": ["tcp", "udp", "sctp"], "default": "tcp"},
                "sources": {"type": "list", "elements": "str", "default": []},
            },
        },
        "interfaces": {"type": "list", "elements": "str", "default": []},
        "members": {"type": "list", "elements": "str"},
        "data_port": {"type": "int", "default": 4789},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    run = runner(module)
    planned = packet_filter.plan(module.params, run, predict=module.check_mode)
    if planned.changed and not module.check_mode:
        packet_filter.apply(planned, run)
    return {"changed": planned.changed, "interfaces": planned.interfaces, "diff": packet_filter.describe(planned)}


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
