"""The inventory that Ansible reads to reach a sandbox's hosts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from sandbox.fleet import USER, Fleet, Host
from sandbox.progress import SandboxError

_HOST_NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
HEADER = "# Written by the sandbox each time it comes up; edits are lost.\n"


def managers_of(names: list[str], managers: list[str]) -> list[str]:
    """Which hosts are managers.

    Args:
        managers: those named as such; without any, names tell: `m1` is a manager, `w1` a worker.

    Raises:
        SandboxError: for names that cannot be hosts' names, or that do not tell.
    """
    bad = [name for name in names if not _HOST_NAME.fullmatch(name)]
    if bad:
        raise SandboxError(
            f"{', '.join(bad)}: a host's name is up to 63 lower-case letters, digits and hyphens, a letter first."
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SandboxError(f"--hosts has {', '.join(twice)} more than once.")
    unknown = [name for name in managers if name not in names]
    if unknown:
        raise SandboxError(f"--managers has {', '.join(unknown)}, which --hosts has not.")
    if managers:
        return managers
    untold = [name for name in names if name[0] not in "mw"]
    if untold:
        raise SandboxError(
            f"{', '.join(untold)}: the sandbox takes a host's role from its name. Let names of managers begin with "
            "m and those of workers with w, such as m1,w1,w2, or name the managers with --managers."
        )
    found = [name for name in names if name.startswith("m")]
    if names and not found:
        raise SandboxError(f"{', '.join(names)} has no manager: let one name begin with m, such as m1.")
    return found


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
