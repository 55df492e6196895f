#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: workstation
short_description: This workstation reaches the hosts of a fleet by SSH and by Docker context
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Writes an SSH configuration for the hosts of a fleet, which the user's own configuration includes, and one Docker
    context a host with the engine at C(ssh://HOST). Then C(ssh HOST) and C(docker --context HOST ps) work.
  - Contexts of hosts that are no more are removed. Contexts that are not the fleet's are left alone.
  - Runs on the controller; delegate it to localhost or run it with C(connection=local).
options:
  fleet:
    description: Name of the fleet.
    type: str
    required: true
  hosts:
    description: All hosts of the fleet. With an empty list, everything about it is removed.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: What to call the host.
        type: str
        required: true
      address:
        description: Where SSH reaches it.
        type: str
        required: true
      user:
        description: The user to log in as.
        type: str
      port:
        description: SSH's port.
        type: int
      identity_file:
        description: The private key.
        type: path
      ssh_args:
        description: Arguments of C(ssh), such as C(ansible_ssh_common_args). Their C(-o) options are taken over.
        type: str
        default: ''
  ssh_folder:
    description: Where the user's SSH configuration is.
    type: path
    default: ~/.ssh
  contexts:
    description: Whether to keep Docker contexts, which needs the docker CLI.
    type: bool
    default: true
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Shows what has changed, or would change in C(check_mode), when in diff mode.
    support: full
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second run reports no change.
    support: full
seealso:
  - plugin: dockyard.swarm.gce
    plugin_type: inventory
"""

EXAMPLES = r"""
- name: Reach every host of the inventory from here
  dockyard.swarm.workstation:
    fleet: shop
    hosts:
      - name: shop-manager-1
        address: 203.0.113.7
        user: ops
        identity_file: ~/.ssh/id_ed25519
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

import json
import os
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._workstation.contexts import (
    Context,
    ContextError,
    Plan,
    decide,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._workstation.ssh_config import (
    Host,
    render,
    with_include,
    without_include,
)


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
        "hosts": {"type": "list", "elements": "dict", "required": True, "options": host},
        "ssh_folder": {"type": "path", "default": "~/.ssh"},
        "contexts": {"type": "bool", "default": True},
    }


def main() -> None:
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True)
    params = module.params
    fleet, folder = params["fleet"], params["ssh_folder"]
    hosts = [Host(**{key: value for key, value in host.items() if value is not None}) for host in params["hosts"]]
    file = os.path.join(folder, "dockyard", f"{fleet}.conf")
    config = os.path.join(folder, "config")
    own, theirs = _read(file), _read(config)
    try:
        wanted = render(fleet, hosts) if hosts else ""
        plan = decide(fleet, [host.name for host in hosts], _contexts(module)) if params["contexts"] else Plan()
    except (ContextError, ValueError) as error:
        module.fail_json(msg=str(error))
    included = with_include(theirs, file) if hosts else without_include(theirs, file)
    changed = plan.changed or own != wanted or theirs != included
    if not module.check_mode:
        _write(file, own, wanted)
        _write(config, theirs, included)
        _apply(module, plan)
    module.exit_json(
        changed=changed,
        contexts=sorted(host.name for host in hosts) if params["contexts"] else [],
        removed=list(plan.remove),
        ssh_config=file,
        diff=[
            {"before_header": file, "after_header": file, "before": own, "after": wanted},
            {"before_header": config, "after_header": config, "before": theirs, "after": included},
            {"before": _shown(plan, before=True), "after": _shown(plan, before=False)},
        ],
    )


def _read(file: str) -> str:
    try:
        with open(file, encoding="utf-8") as stream:
            return stream.read()
    except FileNotFoundError:
        return ""


def _write(file: str, before: str, after: str) -> None:
    if before == after:
        return
    if not after and before:
        os.unlink(file)
        return
    os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
    partial = f"{file}.new"
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        stream.write(after)
    # Through a link, so that a configuration that is one stays one.
    os.replace(partial, os.path.realpath(file))


def _contexts(module: AnsibleModule) -> dict[str, Context]:
    _status, output, _error = module.run_command(
        [module.get_bin_path("docker", required=True), "context", "ls", "--format", "{{json .}}"], check_rc=True
    )
    listed = [json.loads(line) for line in output.splitlines() if line.strip()]
    return {item["Name"]: Context(item["Name"], item["Description"], item["DockerEndpoint"]) for item in listed}


def _apply(module: AnsibleModule, plan: Plan) -> None:
    docker = module.get_bin_path("docker") or "docker"
    for verb, contexts in (("create", plan.create), ("update", plan.update)):
        for context in contexts:
            described = ["--description", context.description, "--docker", f"host={context.endpoint}"]
            module.run_command([docker, "context", verb, *described, context.name], check_rc=True)
    for name in plan.remove:
        module.run_command([docker, "context", "rm", "--force", name], check_rc=True)


def _shown(plan: Plan, before: bool) -> str:
    if before:
        return "".join(f"context {name}\n" for name in plan.remove)
    return "".join(f"context {context.name} {context.endpoint}\n" for context in (*plan.create, *plan.update))


if __name__ == "__main__":
    main()
