#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_users
short_description: Allow users of a host to use its Docker Engine
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Adds existing users to the group that has access to the engine's socket. This is equivalent to root on the host.
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
  users:
    description: Names of users. Other members of the group are kept.
    type: list
    elements: str
    required: true
  group:
    description: The group.
    type: str
    default: docker
"""

EXAMPLES = r"""
- name: Let the deployer use the engine
  dockyard.swarm.engine_users:
    users: [deployer]
"""

RETURN = r"""
added:
  description: Users that were added to the group, or would be.
  returned: success
  type: list
  elements: str
"""

import grp
import pwd
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module


def argument_spec() -> dict[str, Any]:
    return {
        "users": {"type": "list", "elements": "str", "required": True},
        "group": {"type": "str", "default": "docker"},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    users, group = module.params["users"], module.params["group"]
    unknown = sorted(set(users) - {account.pw_name for account in pwd.getpwall()})
    if unknown:
        raise UserError(f"docker_users names {', '.join(unknown)}, and this host has no such user: create it first")
    try:
        members = grp.getgrnam(group).gr_mem
    except KeyError:
        members = []  # the engine's packages create the group; in check mode they may not be installed yet
    added = [user for user in users if user not in members]
    if not module.check_mode:
        for user in added:
            module.run_command(["gpasswd", "--add", user, group], check_rc=True)
    return {
        "changed": bool(added),
        "added": added,
        "diff": {
            "before": "".join(f"{user}\n" for user in sorted(members)),
            "after": "".join(f"{user}\n" for user in sorted({*members, *added})),
        },
    }


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
