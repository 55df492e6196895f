"""The inventory that Ansible reads to reach a sandbox's hosts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from sandbox.fleet import USER, Fleet, Host

HEADER = "# Written by the sandbox each time it comes up; edits are lost.\n"


def inventory(fleet: Fleet, hosts: list[Host], managers: list[str]) -> dict[str, Any]:
    """Hosts by role, with what SSH needs to reach them."""
    folder = fleet.folder.resolve()

    def group(members: list[Host]) -> dict[str, Any]:
        return {"hosts": {host.name: {"ansible_host": host.address} for host in members}}

    return {
        "docker_hosts": {
            "vars": {
                "ansible_user": USER,
                "ansible_become": True,
                "ansible_ssh_private_key_file": str(fleet.key.resolve()),
                "ansible_ssh_common_args": f"-o 'UserKnownHostsFile=\"{folder}/known_hosts\"' -o IdentitiesOnly=yes",
            },
            "children": {
                "swarm_managers": group([host for host in hosts if host.name in managers]),
                "swarm_workers": group([host for host in hosts if host.name not in managers]),
            },
        }
    }


def write(path: Path, content: dict[str, Any]) -> None:
    """Write an inventory as YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + yaml.safe_dump(content, sort_keys=False))
