#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_logins
short_description: Log users of a host in to registries
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Writes registry credentials to the configuration file of the Docker CLI, which only its owner can read.
  - Everything else in the file is kept.
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
  logins:
    description: The credentials. Others in the file are kept.
    type: list
    elements: dict
    required: true
    suboptions:
      registry:
        description: The registry, such as V(registry.internal:5000). V(docker.io) is Docker Hub.
        type: str
        required: true
      username:
        description: Required unless O(logins[].state=absent).
        type: str
      password:
        description: Password or token. Required unless O(logins[].state=absent).
        type: str
      user:
        description: The user whose file is changed.
        type: str
        default: root
      state:
        description: Whether the credentials are in the file.
        type: str
        choices: [present, absent]
        default: present
"""

EXAMPLES = r"""
- name: Let root pull from the company's registry
  dockyard.swarm.engine_logins:
    logins:
      - registry: registry.internal:5000
        username: puller
        password: "{{ vault_registry_password }}"
"""

RETURN = r"""
registries:
  description: Registries that each user has credentials for.
  returned: success
  type: dict
  sample:
    root: [registry.internal:5000]
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._host.logins import set_logins
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module


def argument_spec() -> dict[str, Any]:
    return {
        "logins": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "registry": {"type": "str", "required": True},
                "username": {"type": "str"},
                "password": {"type": "str", "no_log": True},
                "user": {"type": "str", "default": "root"},
                "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            },
        },
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    return set_logins(module.params["logins"], module.check_mode)


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
