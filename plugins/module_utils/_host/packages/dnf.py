# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Packages on Red-Hat-like hosts and Fedora, with dnf and rpm."""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.plan import Change, PackageError
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import Run

LOCK_PLUGIN = "python3-dnf-plugin-versionlock"
#: Fedora 41 and newer have dnf 5, which locks versions without a plugin.
_DNF5 = "dnf5"


def parse_installed(text: str) -> dict[str, str]:
    """Name to version-release, from lines of `rpm -qa`."""
    return dict(line.split("\t", 1) for line in text.splitlines() if "\t" in line)


def parse_locked(text: str, installed: dict[str, str]) -> set[str]:
    """Names that `dnf versionlock list` locks.

    dnf 4 prints a line `name-epoch:version-release.*` for each; dnf 5 a line `Package name: name`, followed by its
    conditions.
    """
    locked = set()
    for line in text.splitlines():
        label, _colon, named = line.partition(": ")
        if label.strip() == "Package name":
            locked.add(named.strip())
            continue
        for name in installed:
            rest = line[len(name) + 1 :]
            if line.startswith(f"{name}-") and rest[:1].isdigit():
                locked.add(name)
    return locked


def can_lock(installed: dict[str, str]) -> bool:
    """Whether `dnf versionlock` is available."""
    return _DNF5 in installed or LOCK_PLUGIN in installed


def read_installed(run: Run) -> tuple[dict[str, str], set[str]]:
    """Installed packages with their versions, and the locked ones."""
    status, out, err = run(["rpm", "-qa", "--queryformat", "%{NAME}\t%{VERSION}-%{RELEASE}\n"])
    if status != 0:
        raise PackageError(f"rpm failed: {err.strip()}")
    installed = parse_installed(out)
    if not can_lock(installed):
        return installed, set()
    _status, locked, _err = run(["dnf", "-q", "versionlock", "list"])
    return installed, parse_locked(locked, installed)


def refresh(run: Run) -> None:
    """Fetch the package lists."""
    status, _out, err = run(["dnf", "-q", "makecache"])
    if status != 0:
        raise PackageError(f"The package lists could not be fetched: {err.strip()[-1000:]}")


def parse_repoquery(text: str) -> dict[str, list[str]]:
    """Versions of each package, newest first; repoquery prints the oldest first."""
    candidates: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, _tab, version = line.partition("\t")
        if version and version not in candidates.setdefault(name, []):
            candidates[name].insert(0, version)
    return candidates


def read_candidates(run: Run, names: list[str]) -> dict[str, list[str]]:
    """The versions in the package sources, for each name they have."""
    form = "%{name}\t%{version}-%{release}\n"
    _status, out, _err = run(["dnf", "-q", "repoquery", "--showduplicates", "--queryformat", form, *names])
    return parse_repoquery(out)


def transactions(change: Change, installed: dict[str, str]) -> list[list[str]]:
    """dnf's command lines: unlock, remove, install, lock."""
    commands = []
    unlock = sorted({*change.unhold, *(change.install if can_lock(installed) else ())})
    if unlock and can_lock(installed):
        commands.append(["dnf", "-q", "-y", "versionlock", "delete", *unlock])
    if change.remove:
        commands.append(["dnf", "-q", "-y", "remove", *change.remove])
    words = [f"{name}-{version}" if version else name for name, version in sorted(change.install.items())]
    words += [LOCK_PLUGIN] if change.hold and not can_lock(installed) else []
    if words:
        commands.append(["dnf", "-q", "-y", "install", "--allowerasing", "--setopt=install_weak_deps=False", *words])
    if change.hold:
        commands.append(["dnf", "-q", "-y", "versionlock", "add", *change.hold])
    return commands


def apply(run: Run, change: Change) -> None:
    """Apply the change."""
    installed, _held = read_installed(run)
    for command in transactions(change, installed):
        status, _out, err = run(command)
        # Unlocking a package that was not locked is not a failure.
        if status != 0 and "delete" not in command:
            raise PackageError(f"{' '.join(command[:4])} failed: {err.strip()[-1000:]}")
