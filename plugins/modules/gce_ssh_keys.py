#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gce_ssh_keys
short_description: Add public SSH keys to the hosts of a fleet at Compute Engine
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Adds lines to the metadata key C(ssh-keys) of all hosts of a fleet; other lines are kept. A second workstation with
    credentials and its own SSH key uses this to get access to hosts that another one has created.
  - Hosts with OS Login ignore these keys; there, add your key to your account.
  - Runs on the controller; delegate it to localhost or run it with C(connection=local).
extends_documentation_fragment:
  - dockyard.swarm.gce_module
  - dockyard.swarm.gce_module.attributes
  - dockyard.swarm.gce_module.actiongroup
attributes:
  idempotent:
    support: full
options:
  keys:
    description: Lines C(USER:TYPE KEY COMMENT).
    type: list
    elements: str
    required: true
seealso:
  - module: dockyard.swarm.gce_instances
"""

EXAMPLES = r"""
- name: Give this workstation access
  dockyard.swarm.gce_ssh_keys:
    fleet: shop
    keys:
      - "ann:{{ lookup('ansible.builtin.file', '~/.ssh/id_ed25519.pub') }}"
  delegate_to: localhost
"""

RETURN = r"""
steps:
  description: The steps that were done, or would be in check mode.
  returned: always
  type: list
  elements: str
  sample: ["merge_metadata instance shop-worker-1 (europe-west1-b)"]
changes:
  description: The changes by resource. V(change) includes deletion followed by creation.
  returned: success
  type: list
  elements: dict
  sample:
    - {kind: host, name: shop-worker-1, action: change, details: ["merge metadata shop-worker-1 (europe-west1-b)"]}
errors:
  description: Error messages, by host.
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
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.declared import ssh_keys_of
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.differences import metadata_difference
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.module import gce_argument_spec, run_plan
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.plan import Plan
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.reading import Reader


def argument_spec() -> dict[str, Any]:
    return {
        **gce_argument_spec(),
        # Public keys; Ansible suspects secrets because of the name.
        "keys": {"type": "list", "elements": "str", "required": True, "no_log": False},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    def plan_of(reader: Reader) -> Plan:
        lines = ssh_keys_of(module.params["keys"])
        hosts = reader.hosts(module.params["fleet"])
        found = {name: metadata_difference(host, {}, lines) for name, host in hosts.items()}
        return Plan({name: difference.steps for name, difference in found.items() if difference})

    return run_plan(module, plan_of, lambda _reader, _plan: {})


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
