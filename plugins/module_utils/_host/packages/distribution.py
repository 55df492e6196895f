# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The distribution of this host."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

# Debian releases by codename: a derivative names the codename of its base release, and has its own version numbers.
_DEBIAN_RELEASES = {"bullseye": "11", "bookworm": "12", "trixie": "13", "forky": "14", "duke": "15"}
# Distributions for which Docker publishes packages.
_OWN_REPOSITORIES = ("debian", "ubuntu", "raspbian")
_DEBIAN_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "armhf", "ppc64le": "ppc64el"}


class UnsupportedHostError(UserError):
    """The collection does not install engines on this distribution."""


@dataclass(frozen=True)
class Distribution:
    """The relevant fields of os-release(5).

    Attributes:
        identity: ID, such as `debian`, `ubuntu`, `rhel`, `fedora`; for a derivative, the ID of its base.
        version, codename: of the release; for a derivative, of its base release. Empty if not given.
        manager: `apt` or `dnf`.
        architecture: the package manager's name for it.

    """

    identity: str
    version: str
    codename: str
    manager: str
    architecture: str

    @property
    def major(self) -> int:
        """The release's first number; 9999 for a rolling release, which has none."""
        first = self.version.split(".", 1)[0]
        return int(first) if first.isdigit() else 9999


def parse(os_release: str, machine: str) -> Distribution:
    """Read os-release's text.

    Args:
        machine: from uname(2).

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
    """Identity, version and codename of the Debian or Ubuntu release whose packages fit this system.

    A derivative has its own version and codename, for which Docker has no packages; it names its base release in
    UBUNTU_CODENAME or DEBIAN_CODENAME, as Linux Mint and Pop!_OS do.
    """
    if identity in _OWN_REPOSITORIES:
        return identity, values.get("VERSION_ID", ""), values.get("VERSION_CODENAME", "")
    if "ubuntu" in family and values.get("UBUNTU_CODENAME"):
        return "ubuntu", "", values["UBUNTU_CODENAME"]
    codename = values.get("DEBIAN_CODENAME") or values.get("VERSION_CODENAME", "")
    version = _DEBIAN_RELEASES.get(codename, "")
    if "debian" in family and (version or values.get("DEBIAN_CODENAME")):
        return "debian", version, codename
    # The base release is not given, and a guess could install packages made for another release.
    return ("ubuntu" if "ubuntu" in family else "debian"), "", ""


def this_host() -> Distribution:
    """The host the module runs on."""
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return parse(file.read(), os.uname().machine)
    raise UnsupportedHostError("This host has no os-release file, so its distribution is unknown")
