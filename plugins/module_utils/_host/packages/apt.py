# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Packages on Debian-like hosts, with apt and dpkg, in one transaction."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator

from ansible_collections.dockyard.swarm.plugins.module_utils._host.files import apply_file, plan_file
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.plan import Change, PackageError
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import Run

_POLICY = "/usr/sbin/policy-rc.d"
_POLICY_TEXT = "#!/bin/sh\n# Written by the role dockyard.swarm.docker while packages are installed.\nexit 101\n"
_OPTIONS = ["-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Options::=--force-confold", "-o", "Dpkg::Use-Pty=0"]


def parse_status(text: str) -> tuple[dict[str, str], set[str]]:
    """Installed and held packages, from lines of `dpkg-query`: want, status, name, version."""
    installed, held = {}, set()
    for line in text.splitlines():
        want, status, name, version = line.split("\t")
        if status == "installed":
            installed[name] = version
            if want == "hold":
                held.add(name)
    return installed, held


def read_installed(run: Run) -> tuple[dict[str, str], set[str]]:
    """Installed packages with their versions, and the held ones."""
    columns = "${db:Status-Want}\t${db:Status-Status}\t${Package}\t${Version}\n"
    status, out, err = run(["dpkg-query", "--show", "--showformat", columns])
    if status != 0:
        raise PackageError(f"dpkg-query failed: {err.strip()}")
    return parse_status(out)


def refresh(run: Run) -> None:
    """Fetch the package lists."""
    status, _out, err = run(["apt-get", "-q", "update", *_OPTIONS, "-o", "APT::Update::Error-Mode=any"])
    if status != 0:
        raise PackageError(f"The package lists could not be fetched: {_errors_in(err)}")


def parse_madison(text: str) -> dict[str, list[str]]:
    """Versions of each package, newest first, from `apt-cache madison`."""
    candidates: dict[str, list[str]] = {}
    for line in text.splitlines():
        fields = [field.strip() for field in line.split("|")]
        if len(fields) == 3:
            versions = candidates.setdefault(fields[0], [])
            if fields[1] not in versions:
                versions.append(fields[1])
    return candidates


def read_candidates(run: Run, names: list[str]) -> dict[str, list[str]]:
    """The versions in the package sources, for each name they have."""
    _status, out, _err = run(["apt-cache", "madison", *names])
    return parse_madison(out)


def transaction(change: Change) -> list[str]:
    """apt-get's command line. A trailing `-` removes a package, so that both happen in one transaction."""
    words = [f"{name}={version}" if version else name for name, version in sorted(change.install.items())]
    words += [f"{name}-" for name in change.remove]
    flags = ["--yes", "--no-install-recommends", "--allow-downgrades", "--allow-change-held-packages"]
    return ["apt-get", "-q", "install", *flags, *_OPTIONS, *words]


def apply(run: Run, change: Change) -> None:
    """Apply the change. No package starts or restarts a service: the step `engine_service` decides that."""
    if change.install or change.remove:
        with _no_service_starts():
            status, _out, err = run(transaction(change))
        if status != 0:
            raise PackageError(f"apt-get failed: {_errors_in(err)}")
    for verb, names in (("unhold", change.unhold), ("hold", change.hold)):
        if names:
            status, _out, err = run(["apt-mark", verb, *names])
            if status != 0:
                raise PackageError(f"apt-mark {verb} failed: {err.strip()}")


def _errors_in(err: str) -> str:
    lines = [line for line in err.splitlines() if re.match(r"(E|W|Err|dpkg):", line)]
    return "\n".join(lines[-8:]) or err.strip()[-1000:]


@contextlib.contextmanager
def _no_service_starts() -> Iterator[None]:
    """Keep packages from starting services: they ask policy-rc.d (deb-systemd-invoke(1p)).

    A policy that was there before is put back, also after a run that was killed. The policy that a killed run left
    behind is our own and is not put back.
    """
    saved = f"{_POLICY}.dockyard"
    if os.path.exists(_POLICY) and not is_left_behind() and not os.path.exists(saved):
        os.rename(_POLICY, saved)
    apply_file(plan_file(_POLICY, _POLICY_TEXT, mode=0o755))
    try:
        yield
    finally:
        restore_policy()


def is_left_behind() -> bool:
    """Whether a killed run left our policy in place, which keeps all packages from starting services."""
    try:
        with open(_POLICY, encoding="utf-8", errors="replace") as file:
            return file.read() == _POLICY_TEXT
    except OSError:
        return False


def restore_policy() -> None:
    """Remove our policy, and put the administrator's back if there was one."""
    saved = f"{_POLICY}.dockyard"
    if is_left_behind():
        os.unlink(_POLICY)
    if os.path.exists(saved):
        os.rename(saved, _POLICY)
