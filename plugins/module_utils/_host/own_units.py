# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Install or remove a systemd unit of this collection, with the files it needs."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.dockyard.swarm.plugins.module_utils._host.files import FileChange, apply_file
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import Run, Unit, read_unit
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError


class HelperError(UserError):
    """A systemctl command failed."""


@dataclass(frozen=True)
class Helper:
    """The changes to one unit.

    Attributes:
        name: of the unit that is enabled and started, such as `x.timer`.
        wanted: whether the unit should exist.
        stale: the unit must run again although no file changed.

    """

    name: str
    wanted: bool
    files: list[FileChange]
    unit: Unit
    stale: bool = False

    @property
    def verbs(self) -> list[str]:
        """The systemctl verbs, in order; files are written after the first group (see `apply_helper`)."""
        touched = any(change.changed for change in self.files)
        if not self.wanted:
            return ["disable --now"] if self.unit.exists and (self.unit.active or self.unit.enabled) else []
        verbs = ["daemon-reload"] if touched else []
        if not self.unit.enabled:
            verbs.append("enable")
        if touched or self.stale or not self.unit.active:
            verbs.append("restart")
        return verbs

    @property
    def changed(self) -> bool:
        """Something is to be changed."""
        return bool(self.verbs) or any(change.changed for change in self.files)


def plan_helper(name: str, wanted: bool, files: list[FileChange], run: Run, stale: bool = False) -> Helper:
    """Compare with this host."""
    return Helper(name, wanted, files, read_unit(run, name), stale)


def apply_helper(helper: Helper, run: Run) -> None:
    """Apply the plan."""
    verbs = helper.verbs
    if not helper.wanted:
        for verb in verbs:
            _systemctl(run, [*verb.split(), helper.name])
    for change in helper.files:
        apply_file(change)
    if not helper.wanted:
        _systemctl(run, ["daemon-reload"])
        return
    for verb in verbs:
        _systemctl(run, [verb] if verb == "daemon-reload" else [verb, helper.name])


def _systemctl(run: Run, words: list[str]) -> None:
    status, _out, err = run(["systemctl", *words])
    if status != 0:
        raise HelperError(f"systemctl {' '.join(words)} failed: {err.strip()}")
