# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Detect the kernel features that an engine and a swarm need, and say what fails without each."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._host.kernel.modules import has_ipvs, has_module
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import Run

_CLOCK_UNITS = ("chrony", "chronyd", "systemd-timesyncd", "ntp", "ntpsec", "ntpd")
#: The values of docker_needs, each the name of an ability.
NEEDS = ("routing_mesh", "overlay_networks", "user_namespaces", "cgroup_v2", "time_sync")


@dataclass(frozen=True)
class Ability:
    """One ability of the host.

    Attributes:
        name: one of NEEDS, or `overlay_files`, which every engine needs.
        found: what was found on the host, for the report.
        lack: what does not work without it, and what would help.
    """

    name: str
    present: bool
    found: str
    lack: str


def read_abilities(run: Run) -> list[Ability]:
    """Detect the abilities of this host."""
    cgroup = _cgroup_version()
    namespaces = _number("/proc/sys/user/max_user_namespaces")
    clock = _time_sync(run)
    overlay_files = _listed("/proc/filesystems", "overlay") or has_module("overlay")
    vxlan = has_module("vxlan")
    mesh = has_ipvs()
    return [
        Ability(
            "overlay_files",
            overlay_files,
            "overlayfs" if overlay_files else "no overlayfs",
            "the storage driver overlay2 does not work: load the module overlay, or name another storage-driver",
        ),
        Ability(
            "overlay_networks",
            vxlan,
            "VXLAN" if vxlan else "no VXLAN",
            "overlay networks carry no traffic between hosts: install the kernel's module vxlan",
        ),
        Ability(
            "routing_mesh",
            mesh,
            "IPVS" if mesh else "no IPVS",
            "service VIPs and the ingress routing mesh carry no traffic: "
            "use endpoint_mode dnsrr and ports of mode host, or a kernel with ip_vs",
        ),
        Ability(
            "cgroup_v2",
            cgroup == 2,
            f"cgroup v{cgroup}" if cgroup else "no cgroups",
            "newer releases of systemd and the engine no longer support cgroup v1: "
            "boot with systemd.unified_cgroup_hierarchy=1",
        ),
        Ability(
            "user_namespaces",
            namespaces > 0,
            f"{namespaces} user namespaces",
            "userns-remap and rootless engines do not work: raise the sysctl user.max_user_namespaces",
        ),
        Ability(
            "time_sync",
            bool(clock),
            clock or "no time synchronisation",
            "clocks drift, and the swarm's certificates fail when they differ: install chrony or systemd-timesyncd",
        ),
    ]


def report(abilities: list[Ability]) -> str:
    """The abilities as text, one line each."""
    lines = []
    for ability in abilities:
        mark = "has  " if ability.present else "lacks"
        consequence = "" if ability.present else f": {ability.lack}"
        lines.append(f"  {mark} {ability.found if ability.present else ability.name.replace('_', ' ')}{consequence}")
    return "\n".join(lines)


def needed(declared: list[str], daemon: dict[str, Any]) -> list[str]:
    """The abilities needed by declaration and by the keys of `daemon.json`."""
    needs = list(declared)
    if daemon.get("storage-driver", "overlay2") == "overlay2":
        needs.append("overlay_files")
    if daemon.get("userns-remap"):
        needs.append("user_namespaces")
    return needs


def missing(abilities: list[Ability], needs: list[str]) -> list[Ability]:
    """The needed abilities that the host lacks."""
    return [ability for ability in abilities if ability.name in needs and not ability.present]


def _cgroup_version() -> int:
    if os.path.exists("/sys/fs/cgroup/cgroup.controllers"):
        return 2
    return 1 if os.path.isdir("/sys/fs/cgroup/memory") else 0


def _time_sync(run: Run) -> str:
    """How the clock is synchronised; a container uses the clock of its machine."""
    _status, virtualization, _err = run(["systemd-detect-virt", "--container"])
    if virtualization.strip() not in ("", "none"):
        return "its machine's clock"
    _status, out, _err = run(["systemctl", "is-active", *_CLOCK_UNITS])
    return "time synchronisation" if re.search(r"^active$", out, re.MULTILINE) else ""


def _listed(path: str, word: str) -> bool:
    try:
        with open(path, encoding="utf-8") as file:
            return word in file.read().split()
    except OSError:
        return False


def _number(path: str) -> int:
    try:
        with open(path, encoding="utf-8") as file:
            return int(file.read())
    except (OSError, ValueError):
        return 0
