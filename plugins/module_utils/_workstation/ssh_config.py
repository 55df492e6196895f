# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Generate an SSH configuration with which `ssh HOST` works for the hosts of an inventory. No I/O."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_FIRST_LINE = "# Written by dockyard.swarm for the fleet {fleet}; edits are lost.\n"


@dataclass(frozen=True)
class Host:
    """The connection settings of a host.

    Attributes:
        ssh_args: further arguments of ssh, in the form of `ansible_ssh_common_args`.
    """

    name: str
    address: str
    user: str = ""
    port: int | None = None
    identity_file: str = ""
    ssh_args: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


def options_of(ssh_args: str) -> dict[str, str]:
    """The `-o KEY=VALUE` settings of ssh arguments; other arguments cannot be written to a configuration file.

    Raises:
        ValueError: the arguments cannot be split into words.
    """
    words = iter(shlex.split(ssh_args))
    found: dict[str, str] = {}
    for word in words:
        if not word.startswith("-o"):
            continue
        setting = word[2:].strip() or next(words, "")
        key, _equals, value = re.sub(r"^\s*(\w+)\s*[= ]\s*", r"\1=", setting).partition("=")
        # ssh uses the first value of a setting.
        found.setdefault(key, value)
    return found


def render(fleet: str, hosts: Sequence[Host]) -> str:
    """The SSH configuration file of a fleet."""
    return _FIRST_LINE.format(fleet=fleet) + "".join(_block(host) for host in sorted(hosts, key=lambda item: item.name))


def _block(host: Host) -> str:
    settings = {
        "HostName": host.address,
        "User": host.user,
        "Port": str(host.port or ""),
        "IdentityFile": _quoted(host.identity_file),
        **options_of(host.ssh_args),
    }
    lines = [f"  {key} {value}" for key, value in settings.items() if value]
    return "\n".join([f"\nHost {host.name}", *lines]) + "\n"


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path


def with_include(text: str, file: str) -> str:
    """The user's SSH configuration with an Include of a file, at the top so that it is not part of a Host block."""
    line = f"Include {_quoted(file)}"
    if line in (existing.strip() for existing in text.splitlines()):
        return text
    return f"{line}\n{text}"


def without_include(text: str, file: str) -> str:
    """The user's SSH configuration without the Include of a file."""
    line = f"Include {_quoted(file)}"
    return "".join(existing for existing in text.splitlines(keepends=True) if existing.strip() != line)
