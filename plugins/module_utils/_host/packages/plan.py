# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The packages of an engine, and which to install, hold or remove. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.distribution import Distribution
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

# Packages of the other source conflict with those of the chosen one: they share files and the unit's name.
_FROM_DOCKER = (
    "docker-ce docker-ce-cli docker-ce-rootless-extras docker-buildx-plugin docker-compose-plugin containerd.io"
).split()
_FROM_DISTRIBUTION = {
    "apt": (
        "docker.io docker-cli docker-doc docker-buildx docker-compose docker-compose-v2 podman-docker containerd runc"
    ).split(),
    "dnf": (
        "docker docker-client docker-client-latest docker-common docker-latest docker-engine moby-engine docker-cli "
        "podman-docker containerd runc"
    ).split(),
}
EXTRAS = ("buildx", "compose", "rootless", "python")
# The package of the Docker SDK for Python has this name everywhere; RHEL-likes have it in EPEL.
_PYTHON = "python3-docker"


class PackageError(UserError):
    """The requested package or version is not available."""


@dataclass(frozen=True)
class Wanted:
    """The packages of one source on one distribution.

    Attributes:
        engine: all of the same version, and held together.
        others: also needed, in any version.
        obsolete: must not be installed.
    """

    engine: list[str]
    others: list[str]
    obsolete: list[str]

    @property
    def names(self) -> list[str]:
        """All packages that should be installed."""
        return [*self.engine, *self.others]


@dataclass(frozen=True)
class Change:
    """The changes to make, in one transaction.

    Attributes:
        install: name to version; an empty version means the newest.
    """

    install: dict[str, str] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)
    hold: list[str] = field(default_factory=list)
    unhold: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Something is to be changed."""
        return bool(self.install or self.remove or self.hold or self.unhold)


def wanted_packages(system: Distribution, source: str, extras: list[str], apparmor: bool = False) -> Wanted:
    """The packages for this distribution, source and extras.

    Args:
        source: `docker` or `distribution`.
        extras: some of EXTRAS.
        apparmor: the kernel enforces AppArmor, so the engine needs the AppArmor tools to start containers.

    Raises:
        PackageError: the distribution has no such packages.
    """
    others = ["ca-certificates", *([_PYTHON] if "python" in extras else [])]
    if system.manager == "apt":
        others += ["iptables", *(["apparmor"] if apparmor else [])]
    if source == "docker":
        engine = ["docker-ce", "docker-ce-cli"]
        others.insert(0, "containerd.io")
        plugins = {"buildx": "docker-buildx-plugin", "compose": "docker-compose-plugin"}
        others += [plugins[extra] for extra in extras if extra in plugins]
        engine += ["docker-ce-rootless-extras"] if "rootless" in extras else []
        return Wanted(engine, others, _FROM_DISTRIBUTION[system.manager])
    if system.manager == "dnf":
        if system.identity != "fedora":
            raise PackageError(f"{system.identity} packages no Docker Engine: set docker_source to docker")
        return Wanted(["moby-engine", "docker-cli"], others, _FROM_DOCKER)
    return Wanted(*_distribution_apt(system, extras, others), _FROM_DOCKER)


def _distribution_apt(system: Distribution, extras: list[str], others: list[str]) -> tuple[list[str], list[str]]:
    separate_cli = system.identity == "debian" and system.major >= 13
    plugins = {"buildx": ["docker-buildx"], "rootless": ["rootlesskit", "slirp4netns", "uidmap"], "python": []}
    if system.identity == "ubuntu":
        plugins["compose"] = ["docker-compose-v2"]
    elif separate_cli:
        plugins["compose"] = ["docker-compose"]
    else:
        del plugins["buildx"]
    for extra in extras:
        if extra not in plugins:
            raise PackageError(
                f"{system.identity} {system.version} has no package for {extra}: "
                "leave it out, or set docker_source to docker"
            )
    engine = ["docker.io", *(["docker-cli"] if separate_cli else [])]
    return engine, others + [name for extra in extras for name in plugins[extra]]


def upstream(version: str) -> str:
    """A package version without its epoch."""
    return version.split(":", 1)[-1]


def matches(asked: str, version: str) -> bool:
    """Whether a package version begins with the requested one, ending at a boundary.

    `27.5` matches `5:27.5.1-1~debian.12~bookworm` but not `27.50.0`; a full version matches itself.
    """
    return version == asked or re.match(re.escape(asked) + r"(?![0-9A-Za-z])", upstream(version)) is not None


def newest_match(asked: str, name: str, candidates: list[str]) -> str:
    """The first version that matches; candidates are ordered newest first.

    Raises:
        PackageError: no version matches.
    """
    for candidate in candidates:
        if matches(asked, candidate):
            return candidate
    known = ", ".join(candidates[:8]) or "none at all"
    raise PackageError(f"No version of {name} matches {asked}: the package sources of this host have {known}")


def needs_candidates(wanted: Wanted, version: str, installed: dict[str, str]) -> bool:
    """Whether the package sources must be queried, or the installed versions are enough."""
    if version == "latest":
        return True
    if any(name not in installed for name in wanted.names):
        return True
    return bool(version) and any(not matches(version, installed[name]) for name in wanted.engine)


def that_answer(wanted: Wanted, version: str, candidates: dict[str, list[str]]) -> dict[str, list[str]]:
    """Candidates from outdated lists: that such a list lacks the requested version proves nothing."""
    return {
        name: versions
        for name, versions in candidates.items()
        if name not in wanted.engine
        or version in ("", "latest")
        or any(matches(version, candidate) for candidate in versions)
    }


def decide(
    wanted: Wanted,
    version: str,
    hold: bool | None,
    installed: dict[str, str],
    held: set[str],
    candidates: dict[str, list[str]],
) -> Change:
    """Plan the transaction.

    Args:
        version: empty (installed versions stay), `latest`, or the beginning of a version.
        hold: whether the engine's packages are held; None changes nothing.
        installed: name to version.
        candidates: name to the versions in its sources, newest first. A missing name is installed without a version:
            its sources could not be queried yet.

    Raises:
        PackageError: no source has the version.
    """
    install: dict[str, str] = {}
    for name in wanted.names:
        pinned = bool(version) and name in wanted.engine
        present = installed.get(name)
        if present is not None and (not pinned or (version != "latest" and matches(version, present))):
            continue
        known = candidates.get(name)
        if known is None or not pinned:
            target = "" if present is None or pinned else present
        else:
            target = known[0] if version == "latest" and known else newest_match(version, name, known)
        if present is None or target != present:
            install[name] = target
    engine = set(wanted.engine)
    return Change(
        install=install,
        remove=[name for name in wanted.obsolete if name in installed],
        # Changing a held package removes its hold.
        hold=sorted(engine - (held - set(install))) if hold else [],
        unhold=sorted(engine & held) if hold is False else [],
    )


def removal(system: Distribution, installed: dict[str, str], held: set[str]) -> Change:
    """Remove all packages of an engine, whatever their source."""
    engine = [*_FROM_DOCKER, *_FROM_DISTRIBUTION[system.manager]]
    present = [name for name in engine if name in installed]
    return Change(remove=present, unhold=sorted(set(present) & held))


def describe(change: Change, installed: dict[str, str]) -> dict[str, str]:
    """The diff shown by Ansible."""
    before, after = [], []
    for name, version in sorted(change.install.items()):
        before += [f"{name} {installed[name]}"] if name in installed else []
        after.append(f"{name} {version or '(newest)'}")
    before += [f"{name} {installed.get(name, '')}".strip() for name in change.remove]
    before += [f"{name} (held)" for name in change.unhold]
    after += [f"{name} (held)" for name in change.hold]
    return {"before": "".join(f"{line}\n" for line in before), "after": "".join(f"{line}\n" for line in after)}
