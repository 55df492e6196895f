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

# Releases of Debian by codename: a derivative tells the codename of the release it is made of, and its own version.
_DEBIAN_RELEASES = {"bullseye": "11", "bookworm": "12", "trixie": "13", "forky": "14", "duke": "15"}
# Distributions that have packages of their own at Docker.
_OWN_REPOSITORIES = ("debian", "ubuntu", "raspbian")
_DEBIAN_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "armhf", "ppc64le": "ppc64el"}


class UnsupportedHostError(UserError):
    """A system this collection does not install an engine on."""


@dataclass(frozen=True)
class Distribution:
    """What os-release(5) says, and what follows from it.

    Attributes:
        identity: ID, such as `debian`, `ubuntu`, `rhel`, `fedora`; of a derivative of Debian or Ubuntu, the ID of that.
        version, codename: of the release; of a derivative, of the release it is made of. Empty where it does not say.
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
        architecture = _DEBIAN_ARCHITECTURES.get(machine, machine)
        return Distribution(*_base_of(values, identity, family), "apt", architecture)
    if family & {"rhel", "fedora", "centos"}:
        return Distribution(identity, values.get("VERSION_ID", ""), values.get("VERSION_CODENAME", ""), "dnf", machine)
    name = values.get("PRETTY_NAME", identity)
    raise UnsupportedHostError(f"{name} is neither Debian-like nor Red-Hat-like: install an engine yourself")


def _base_of(values: dict[str, str], identity: str, family: set[str]) -> tuple[str, str, str]:
    """Identity, version and codename of the release of Debian or Ubuntu whose packages fit this system.

    A derivative has a version and a codename of its own, for which nobody else has packages; what it is made of it
    says in UBUNTU_CODENAME or DEBIAN_CODENAME, as Linux Mint and Pop!_OS do.
    """
    if identity in _OWN_REPOSITORIES:
        return identity, values.get("VERSION_ID", ""), values.get("VERSION_CODENAME", "")
    if "ubuntu" in family and values.get("UBUNTU_CODENAME"):
        return "ubuntu", "", values["UBUNTU_CODENAME"]
    codename = values.get("DEBIAN_CODENAME") or values.get("VERSION_CODENAME", "")
    version = _DEBIAN_RELEASES.get(codename, "")
    if "debian" in family and (version or values.get("DEBIAN_CODENAME")):
        return "debian", version, codename
    # It does not say, and a guess would install packages made for something else.
    return ("ubuntu" if "ubuntu" in family else "debian"), "", ""


def this_host() -> Distribution:
    """The host the module runs on."""
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return parse(file.read(), os.uname().machine)
    raise UnsupportedHostError("This host has no os-release file, so its distribution is unknown")
