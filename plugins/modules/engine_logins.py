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
  - Puts credentials of registries into the configuration file of the Docker CLI, which its owner alone can read.
  - All else in the file stays as it is.
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
    description: The logins. Those not named stay as they are.
    type: list
    elements: dict
    required: true
    suboptions:
      registry:
        description: The registry, such as V(registry.internal:5000). V(docker.io) is Docker Hub.
        type: str
        required: true
      username:
        description: Needed unless O(logins[].state=absent).
        type: str
      password:
        description: Password or token. Needed unless O(logins[].state=absent).
        type: str
      user:
        description: Whose file.
        type: str
        default: root
      state:
        description: Whether the file shall have the credentials.
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

import os
import pwd

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._host.files import apply_file, plan_file
from ansible_collections.dockyard.swarm.plugins.module_utils._host.logins import LoginError, merge, registries


def main() -> None:
    module = AnsibleModule(
        argument_spec={
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
        },
        supports_check_mode=True,
    )
    planned = []
    for user in sorted({login["user"] for login in module.params["logins"]}):
        try:
            account = pwd.getpwnam(user)
        except KeyError:
            module.fail_json(msg=f"docker_registry_logins names the user {user}, who does not exist on this host")
        path = os.path.join(account.pw_dir, ".docker", "config.json")
        found = plan_file(path, None)
        logins = [login for login in module.params["logins"] if login["user"] == user]
        try:
            wanted = merge(found.before, logins)
        except LoginError as error:
            module.fail_json(msg=f"{path} was left as it is: {error}")
        planned.append((account, plan_file(path, wanted, mode=0o600, secret=True)))

    changed = any(change.changed for _account, change in planned)
    if changed and not module.check_mode:
        for account, change in planned:
            folder = os.path.dirname(change.path)
            if not os.path.isdir(folder):
                os.mkdir(folder, 0o700)
                os.chown(folder, account.pw_uid, account.pw_gid)
            apply_file(change)
            if change.changed and change.after is not None:
                os.chown(change.path, account.pw_uid, account.pw_gid)
    module.exit_json(
        changed=changed,
        registries={account.pw_name: registries(change.after) for account, change in planned},
        diff=[change.as_diff() for _account, change in planned if change.changed],
    )


if __name__ == "__main__":
    main()
