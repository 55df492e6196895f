# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Which system this host runs."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

_DEBIAN_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "armhf", "ppc64le": "ppc64el"}


class UnsupportedHostError(UserError):
    """A system this collection does not install an engine on."""


@dataclass(frozen=True)
class Distribution:
    """What os-release(5) says, and what follows from it.

    Attributes:
        identity: ID, such as `debian`, `ubuntu`, `rhel`, `fedora`.
        manager: `apt` or `dnf`.
        architecture: as the package manager calls it.
    """

    identity: str
    version: str
    codename: str
    manager: str
    architecture: str

    @property
    def major(self) -> int:
        """The release's first number; very large for a rolling one, which has none."""
        first = self.version.split(".", 1)[0]
        return int(first) if first.isdigit() else 9999


def parse(os_release: str, machine: str) -> Distribution:
    """Read os-release's text.

    Args:
        machine: as uname(2) has it.

    Raises:
        UnsupportedHostError: neither Debian-like nor Red-Hat-like.
    """
    values = dict(word.split("=", 1) for word in shlex.split(os_release, comments=True) if "=" in word)
    identity = values.get("ID", "unknown")
    family = {identity, *values.get("ID_LIKE", "").split()}
    if family & {"debian", "ubuntu"}:
        manager = "apt"
        architecture = _DEBIAN_ARCHITECTURES.get(machine, machine)
    elif family & {"rhel", "fedora", "centos"}:
        manager, architecture = "dnf", machine
    else:
        name = values.get("PRETTY_NAME", identity)
        raise UnsupportedHostError(f"{name} is neither Debian-like nor Red-Hat-like: install an engine yourself")
    return Distribution(
        identity, values.get("VERSION_ID", ""), values.get("VERSION_CODENAME", ""), manager, architecture
    )


def this_host() -> Distribution:
    """The host the module runs on."""
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return parse(file.read(), os.uname().machine)
    raise UnsupportedHostError("This host has no os-release file, so its distribution is unknown")
