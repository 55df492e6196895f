#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gce_addresses
short_description: Reserve or release addresses at Compute Engine
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Reserves regional addresses for a fleet, and releases them.
  - Not needed for hosts with reserved addresses; see O(dockyard.swarm.gce_instances#module:external_address).
  - Runs on the controller; delegate it to localhost or run it with C(connection=local).
extends_documentation_fragment:
  - dockyard.swarm.gce_module
  - dockyard.swarm.gce_module.attributes
  - dockyard.swarm.gce_module.actiongroup
attributes:
  idempotent:
    support: full
options:
  names:
    description: Names of the addresses.
    type: list
    elements: str
    required: true
  region:
    description: Their region, such as V(europe-west1).
    type: str
    required: true
  state:
    description: V(present) - the addresses are reserved. V(absent) - they are released; one that is in use is refused.
    type: str
    choices: [present, absent]
    default: present
  address_type:
    description: V(external), or V(internal) in a subnetwork.
    type: str
    choices: [external, internal]
    default: external
  subnetwork:
    description: Subnetwork of an internal address, by name or link. The default one if not set.
    type: str
  labels:
    description: Labels, merged with the existing ones.
    type: dict
seealso:
  - module: dockyard.swarm.gce_instances
"""

EXAMPLES = r"""
- name: Reserve an address for the load balancer in front of the fleet
  dockyard.swarm.gce_addresses:
    fleet: shop
    region: europe-west1
    names: [shop-front]
  delegate_to: localhost
  register: front

- name: Release it
  dockyard.swarm.gce_addresses:
    fleet: shop
    region: europe-west1
    names: [shop-front]
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
addresses:
  description: The reserved addresses, by name.
  returned: success
  type: dict
  sample: {shop-front: 198.51.100.7}
steps:
  description: The steps that were done, or would be in check mode.
  returned: always
  type: list
  elements: str
  sample: ["reserve_address address shop-front (europe-west1)"]
changes:
  description: The changes by resource. V(change) includes deletion followed by creation.
  returned: success
  type: list
  elements: dict
  sample: [{kind: address, name: shop-front, action: create, details: ["reserve address shop-front (europe-west1)"]}]
errors:
  description: Error messages, by address.
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
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.addresses import decide_addresses
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import Owner
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.module import gce_argument_spec, run_plan
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.reading import Reader


def argument_spec() -> dict[str, Any]:
    return {
        **gce_argument_spec(),
        "names": {"type": "list", "elements": "str", "required": True},
        "region": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "address_type": {"type": "str", "choices": ["external", "internal"], "default": "external"},
        "subnetwork": {"type": "str"},
        "labels": {"type": "dict"},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    owner = Owner(params["fleet"])

    def reserved(reader: Reader) -> dict[str, str]:
        there = reader.addresses_in(params["region"])
        return {name: str(there[name]["address"]) for name in params["names"] if name in there}

    return run_plan(
        module,
        lambda reader: decide_addresses(
            params["names"],
            reader.addresses_in(params["region"]),
            owner,
            params["region"],
            params,
            params["state"] == "present",
        ),
        lambda reader, _plan: {"addresses": reserved(reader)},
    )


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
