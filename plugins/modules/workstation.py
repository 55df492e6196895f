#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: workstation
short_description: Set up SSH and Docker contexts of this workstation for the hosts of a fleet
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Writes an SSH configuration for the hosts of a fleet, which the user's own configuration includes, and one Docker
    context for each host with the endpoint C(ssh://HOST). Then C(ssh HOST) and C(docker --context HOST ps) work.
  - Contexts of hosts that no longer exist are removed. Contexts that do not belong to the fleet are never changed.
  - Runs on the controller; delegate it to localhost or run it with C(connection=local).
options:
  fleet:
    description: Name of the fleet.
    type: str
    required: true
  state:
    description:
      - V(present) - the entries are those of O(hosts) or O(group). An empty list is refused, because it often comes
        from an inventory that could not be read.
      - V(absent) - all entries of the fleet are removed.
    type: str
    choices: [present, absent]
    default: present
  group:
    description:
      - Inventory group whose hosts are used, with their connection variables. Either this or O(hosts). Fails if the
        inventory could not be read completely.
    type: str
  identity_file:
    description: A private key for all hosts of O(group). If not set, the one in the inventory.
    type: path
  hosts:
    description: All hosts of the fleet. Either this or O(group).
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the host.
        type: str
        required: true
      address:
        description: Address for SSH.
        type: str
        required: true
      user:
        description: User for SSH.
        type: str
      port:
        description: Port for SSH.
        type: int
      identity_file:
        description: The private key.
        type: path
      ssh_args:
        description: Arguments of C(ssh), such as C(ansible_ssh_common_args). Their C(-o) options are used.
        type: str
        default: ''
  ssh_folder:
    description: The folder of the user's SSH configuration.
    type: path
    default: ~/.ssh
  contexts:
    description: Whether to manage Docker contexts, which needs the docker CLI.
    type: bool
    default: true
extends_documentation_fragment:
  - dockyard.swarm.engine.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - plugin: dockyard.swarm.gce
    plugin_type: inventory
"""

EXAMPLES = r"""
- name: Set up access to every host of the inventory
  dockyard.swarm.workstation:
    fleet: shop
    hosts:
      - name: shop-manager-1
        address: 203.0.113.7
        user: ops
        identity_file: ~/.ssh/id_ed25519
  delegate_to: localhost

- name: Do the same with the inventory's variables
  dockyard.swarm.workstation:
    fleet: shop
    group: docker_hosts
  delegate_to: localhost
"""

RETURN = r"""
contexts:
  description: Names of the fleet's contexts.
  returned: success
  type: list
  elements: str
  sample: [shop-manager-1]
removed:
  description: Contexts that were removed, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [shop-worker-9]
ssh_config:
  description: The file with the hosts' SSH configuration.
  returned: success
  type: str
  sample: /home/ann/.ssh/dockyard/shop.conf
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import runner
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module
from ansible_collections.dockyard.swarm.plugins.module_utils._workstation.apply import set_up


def argument_spec() -> dict[str, Any]:
    host = {
        "name": {"type": "str", "required": True},
        "address": {"type": "str", "required": True},
        "user": {"type": "str"},
        "port": {"type": "int"},
        "identity_file": {"type": "path"},
        "ssh_args": {"type": "str", "default": ""},
    }
    return {
        "fleet": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        # These two are read by the action plugin.
        "group": {"type": "str"},
        "identity_file": {"type": "path"},
        "hosts": {"type": "list", "elements": "dict", "default": [], "options": host},
        "ssh_folder": {"type": "path", "default": "~/.ssh"},
        "contexts": {"type": "bool", "default": True},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    return set_up(module.params, runner(module), module.check_mode)


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
