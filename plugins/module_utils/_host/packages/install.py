# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Read the host's packages, plan the change, and apply it with the host's package manager."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._host import pending
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages import apt, dnf
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages import plan as packages
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.distribution import Distribution, this_host
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import Run, Unit, read_unit

_MANAGERS: dict[str, Any] = {"apt": apt, "dnf": dnf}
# Unattended, with output in English, and without needrestart, which would restart services.
ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_SUSPEND": "1", "LC_ALL": "C"}
_APT_LISTS = "/var/lib/apt/lists"
_RECENT = 3600  # seconds for which package lists count as up to date
_APPARMOR = "/sys/module/apparmor/parameters/enabled"


@dataclass(frozen=True)
class Planned:
    """The change, and the state of the host it was planned for."""

    change: packages.Change
    installed: dict[str, str]
    system: Distribution
    unit: Unit
    action: str
    # A killed run left a policy in place that keeps all packages from starting services.
    left_behind: bool = False

    @property
    def changed(self) -> bool:
        """Something is to be changed."""
        return self.change.any or self.left_behind


def plan(params: dict[str, Any], run: Run, may_refresh: bool) -> Planned:
    """Plan the transaction.

    Args:
        params: the options of the module engine_packages.
        may_refresh: fetch the package lists if needed; check mode uses those on the host.

    Raises:
        PackageError, UnsupportedHostError: names what is not available.
    """
    system = this_host()
    manager = _MANAGERS[system.manager]
    installed, held = manager.read_installed(run)
    unit = read_unit(run)
    if params["state"] == "absent":
        removal = packages.removal(system, installed, held)
        return Planned(removal, installed, system, unit, "none", _left_behind(system))

    version, hold = params["version"], params["hold"]
    wanted = packages.wanted_packages(system, params["source"], params["extras"], _apparmor_enforced())
    candidates: dict[str, list[str]] = {}
    if packages.needs_candidates(wanted, version, installed):
        recent = _lists_are_recent(system)
        if may_refresh and (params["refresh"] or version == "latest" or not recent):
            manager.refresh(run)
        candidates = manager.read_candidates(run, wanted.names)
        if may_refresh:
            candidates = {**{name: [] for name in wanted.engine}, **candidates}
        elif not recent:
            candidates = packages.that_answer(wanted, version, candidates)
    change = packages.decide(wanted, version, hold, installed, held, candidates)
    touched = set(wanted.engine) | {"containerd", "containerd.io", "runc"}
    restart = unit.active and bool(touched & {*change.install, *change.remove})
    return Planned(change, installed, system, unit, "restart" if restart else "none", _left_behind(system))


def apply(planned: Planned, run: Run) -> None:
    """Apply the change, and check the installed versions and holds."""
    manager = _MANAGERS[planned.system.manager]
    if planned.left_behind:
        apt.restore_policy()
    changed = sorted(planned.change.install)
    pending.write(planned.action, [f"package {name}" for name in changed], planned.unit.started)
    manager.apply(run, planned.change)
    if changed:
        run(["systemctl", "daemon-reload"])
    installed, held = manager.read_installed(run)
    if not set(planned.change.hold) <= held:
        raise packages.PackageError(f"{', '.join(sorted(set(planned.change.hold) - held))} could not be held")
    for name, version in planned.change.install.items():
        if name not in installed or (version and installed[name] != version):
            found = installed.get(name, "nothing")
            raise packages.PackageError(f"{name} {version} was to be installed, but afterwards the host has {found}")


def _left_behind(system: Distribution) -> bool:
    return system.manager == "apt" and apt.is_left_behind()


def _lists_are_recent(system: Distribution) -> bool:
    if system.manager != "apt":
        return False
    try:
        lists = [entry for entry in os.scandir(_APT_LISTS) if entry.is_file() and entry.name != "lock"]
    except OSError:
        return False
    return bool(lists) and time.time() - os.stat(_APT_LISTS).st_mtime < _RECENT


def _apparmor_enforced() -> bool:
    try:
        with open(_APPARMOR, encoding="utf-8") as file:
            return file.read().strip() == "Y"
    except OSError:
        return False
