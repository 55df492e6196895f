# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""apt and dpkg, spoken to in one transaction."""

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
    """Installed packages and held ones, from lines of `dpkg-query`: want, status, name, version."""
    installed, held = {}, set()
    for line in text.splitlines():
        want, status, name, version = line.split("\t")
        if status == "installed":
            installed[name] = version
            if want == "hold":
                held.add(name)
    return installed, held


def read_installed(run: Run) -> tuple[dict[str, str], set[str]]:
    """Installed packages with versions, and the held ones."""
    columns = "${db:Status-Want}\t${db:Status-Status}\t${Package}\t${Version}\n"
    status, out, err = run(["dpkg-query", "--show", "--showformat", columns])
    if status != 0:
        raise PackageError(f"dpkg-query failed: {err.strip()}")
    return parse_status(out)


def refresh(run: Run) -> None:
    """Fetch the package lists."""
    status, _out, err = run(["apt-get", "-q", "update", *_OPTIONS, "-o", "APT::Update::Error-Mode=any"])
    if status != 0:
        raise PackageError(f"The package lists could not be fetched: {_complaints(err)}")


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
    """Versions the package sources have, for each name they know."""
    _status, out, _err = run(["apt-cache", "madison", *names])
    return parse_madison(out)


def transaction(change: Change) -> list[str]:
    """apt-get's command line: a trailing `-` removes, so that both happen in one transaction."""
    words = [f"{name}={version}" if version else name for name, version in sorted(change.install.items())]
    words += [f"{name}-" for name in change.remove]
    flags = ["--yes", "--no-install-recommends", "--allow-downgrades", "--allow-change-held-packages"]
    return ["apt-get", "-q", "install", *flags, *_OPTIONS, *words]


def apply(run: Run, change: Change) -> None:
    """Carry the change out. No package starts or restarts a service: that is the service step's to decide."""
    if change.install or change.remove:
        with _no_service_starts():
            status, _out, err = run(transaction(change))
        if status != 0:
            raise PackageError(f"apt-get failed: {_complaints(err)}")
    for verb, names in (("unhold", change.unhold), ("hold", change.hold)):
        if names:
            status, _out, err = run(["apt-mark", verb, *names])
            if status != 0:
                raise PackageError(f"apt-mark {verb} failed: {err.strip()}")


def _complaints(err: str) -> str:
    lines = [line for line in err.splitlines() if re.match(r"(E|W|Err|dpkg):", line)]
    return "\n".join(lines[-8:]) or err.strip()[-1000:]


@contextlib.contextmanager
def _no_service_starts() -> Iterator[None]:
    """Packages ask policy-rc.d whether they may start a service (deb-systemd-invoke(1p)).

    A policy found here comes back, also after a run that was killed. What such a run has left is our own policy: it
    is nobody's to come back.
    """
    aside = f"{_POLICY}.dockyard"
    if os.path.exists(_POLICY) and not is_left_behind() and not os.path.exists(aside):
        os.rename(_POLICY, aside)
    apply_file(plan_file(_POLICY, _POLICY_TEXT, mode=0o755))
    try:
        yield
    finally:
        restore_policy()


def is_left_behind() -> bool:
    """Whether a run that was killed has left our policy in place: then no package starts a service any more."""
    try:
        with open(_POLICY, encoding="utf-8", errors="replace") as file:
            return file.read() == _POLICY_TEXT
    except OSError:
        return False


def restore_policy() -> None:
    """Take our policy away, and put the administrator's back where there was one."""
    aside = f"{_POLICY}.dockyard"
    if is_left_behind():
        os.unlink(_POLICY)
    if os.path.exists(aside):
        os.rename(aside, _POLICY)
