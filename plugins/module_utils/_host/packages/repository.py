# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The package repository of the engine: its definition, its signing key, and older definitions to remove."""

from __future__ import annotations

import glob
import os
import re
from dataclasses import dataclass, field
from typing import Any, Callable

from ansible_collections.dockyard.swarm.plugins.module_utils._host.files import FileChange, apply_file, plan_file
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.distribution import Distribution
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.openpgp import (
    NotAKeyError,
    fingerprints,
    normal,
    sole_key,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

_HEAD = "# Written by the role dockyard.swarm.docker; changes made here are lost.\n"
_DOCKER = "https://download.docker.com/linux"
# https://docs.docker.com/engine/install/debian/ and .../centos/
_FINGERPRINTS = {
    "apt": "9DC858229FC7DD38854AE2D88D81803C0EBFCD88",
    "dnf": "060A61C51B558A7F742B77AAC52FEB6B621E9F35",
}
_KEYRINGS = {"apt": "/etc/apt/keyrings/docker.asc", "dnf": "/etc/pki/rpm-gpg/RPM-GPG-KEY-docker"}
_DEFINITIONS = {"apt": "/etc/apt/sources.list.d/docker.sources", "dnf": "/etc/yum.repos.d/docker.repo"}
# Where Docker's earlier instructions and other tools put the key; apt refuses two keyrings for one repository.
_OLD_KEYRINGS = (
    "/etc/apt/keyrings/docker.gpg",
    "/etc/apt/keyrings/docker-archive-keyring.gpg",
    "/etc/apt/trusted.gpg.d/docker.asc",
    "/etc/apt/trusted.gpg.d/docker.gpg",
    "/usr/share/keyrings/docker.gpg",
    "/usr/share/keyrings/docker-archive-keyring.gpg",
    "/usr/share/keyrings/docker.asc",
)


class RepositoryError(UserError):
    """The repository's key is not the expected one, or the options are not enough to define the repository."""


@dataclass(frozen=True)
class Repository:
    """The definition of a repository."""

    url: str
    suite: str
    channel: str
    key_url: str
    fingerprint: str
    keyring: str
    definition: str


@dataclass(frozen=True)
class Planned:
    """The files to change: old ones to remove first, then key and definition."""

    old: list[FileChange] = field(default_factory=list)
    new: list[FileChange] = field(default_factory=list)

    @property
    def files(self) -> list[FileChange]:
        """The files that change, in order."""
        return [change for change in [*self.old, *self.new] if change.changed]


def describe(system: Distribution, params: dict[str, Any]) -> Repository:
    """Complete the options with the settings of Docker's own repository. Pure.

    Raises:
        RepositoryError: the codename of the release is unknown.
    """
    url = (params["url"] or f"{_DOCKER}/{_folder(system)}").rstrip("/")
    suite = params["suite"] or system.codename
    if system.manager == "apt" and not suite:
        raise RepositoryError(
            f"The host does not say on which release of {system.identity} it is based: set docker_repository_suite "
            f"to the codename of that release"
        )
    return Repository(
        url=url,
        suite=suite,
        channel=params["channel"],
        key_url=params["key_url"] or f"{url}/gpg",
        fingerprint=normal(params["fingerprint"] or _FINGERPRINTS[system.manager]),
        keyring=_KEYRINGS[system.manager],
        definition=_DEFINITIONS[system.manager],
    )


def render(repository: Repository, system: Distribution) -> str:
    """The text of the definition, deb822 or yum. Pure."""
    if system.manager == "apt":
        return _HEAD + (
            f"Types: deb\nURIs: {repository.url}\nSuites: {repository.suite}\nComponents: {repository.channel}\n"
            f"Architectures: {system.architecture}\nSigned-By: {repository.keyring}\n"
        )
    release = repository.suite or "$releasever"
    return _HEAD + (
        f"[docker-{repository.channel}]\nname=Docker {repository.channel}\n"
        f"baseurl={repository.url}/{release}/$basearch/{repository.channel}\n"
        f"enabled=1\ngpgcheck=1\ngpgkey=file://{repository.keyring}\n"
    )


def checked_key(key: bytes, repository: Repository) -> str:
    """The key to install on the host: exactly the one with the declared fingerprint. Pure.

    Raises:
        RepositoryError: with the fingerprints found.
    """
    try:
        found = fingerprints(key)
        if found != [repository.fingerprint]:
            raise RepositoryError(
                f"{repository.key_url} was refused, and nothing was changed: "
                f"it holds {', '.join(found)}, and docker_repository_fingerprint says {repository.fingerprint}"
            )
        return sole_key(key)
    except NotAKeyError as error:
        raise RepositoryError(f"{repository.key_url} is not a usable key: {error}") from error


def without_entries(text: str, url: str, suite: str, deb822: bool) -> str | None:
    """A sources file without the entries of a repository; None when no entry remains. Pure.

    An entry belongs to the repository if both its URI and its suite match: a mirror may serve the operating system's
    packages at the same address, or below it.

    Args:
        url, suite: see `Repository`.
        deb822: the file has stanzas of fields, not one line for each entry (sources.list(5)).
    """
    parts = re.split(r"(?<=\n)(?=\s*\n)", text) if deb822 else text.splitlines(keepends=True)
    without = _without_stanza if deb822 else _without_line
    kept = [part for part in (without(part, url, suite) for part in parts) if part is not None]
    entry = r"(?m)^\s*URIs:" if deb822 else r"(?m)^\s*deb"
    remains = "".join(kept)
    return remains if re.search(entry, remains) else None


def _without_line(line: str, url: str, suite: str) -> str | None:
    found = re.match(r"\s*deb(?:-src)?\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)", line)
    return None if found and _is_entry(found.group(1), found.group(2), url, suite) else line


def _without_stanza(stanza: str, url: str, suite: str) -> str | None:
    uris, suites = _field(stanza, "URIs"), _field(stanza, "Suites")
    ours = {(uri, one) for uri in uris for one in suites or [suite] if _is_entry(uri, one, url, suite)}
    if not ours:
        return stanza
    rest_of_suites = [one for one in suites if not all((uri, one) in ours for uri in uris)]
    rest_of_uris = [uri for uri in uris if not all((uri, one) in ours for one in suites or [suite])]
    if len(uris) == 1 and rest_of_suites:
        return _with_field(stanza, "Suites", rest_of_suites)
    if rest_of_uris and len(rest_of_uris) < len(uris):
        return _with_field(stanza, "URIs", rest_of_uris)
    return None if not rest_of_uris else stanza


def _is_entry(uri: str, entry_suite: str, url: str, suite: str) -> bool:
    place = uri.rstrip("/")
    # Entries that older instructions wrote for Docker's own repository are replaced, whatever their release.
    return place in (f"{_DOCKER}/debian", f"{_DOCKER}/ubuntu") or (
        place == url.rstrip("/") and entry_suite.rstrip("/") == suite.rstrip("/")
    )


def _field(stanza: str, name: str) -> list[str]:
    """The words of a field; continuation lines begin with a space."""
    found = re.search(rf"(?mi)^{name}:((?:[^\n]*)(?:\n[ \t]+[^\n]*)*)", stanza)
    return found.group(1).split() if found else []


def _with_field(stanza: str, name: str, words: list[str]) -> str:
    return re.sub(rf"(?mi)^({name}):(?:[^\n]*)(?:\n[ \t]+[^\n]*)*", rf"\1: {' '.join(words)}", stanza, count=1)


def plan(params: dict[str, Any], system: Distribution, fetch: Callable[[str], bytes]) -> Planned:
    """Compare the declared repository with this host.

    Args:
        params: the options of the module engine_repository.
        fetch: downloads the key; called only when the host does not have it.

    Raises:
        RepositoryError: the key's fingerprint is not the declared one. Nothing has been changed.
    """
    repository = describe(system, params)
    if params["state"] == "absent":
        return Planned(old=[plan_file(repository.definition, None), plan_file(repository.keyring, None)])
    keyring = plan_file(
        repository.keyring, _key_on_host(repository) or checked_key(fetch(repository.key_url), repository)
    )
    definition = plan_file(repository.definition, render(repository, system))
    old = _outdated(repository) if system.manager == "apt" else []
    return Planned(old=old, new=[keyring, definition])


def apply(planned: Planned) -> None:
    """Apply the plan. Old files are removed first: apt fails when both are there."""
    for change in planned.files:
        apply_file(change)


def _folder(system: Distribution) -> str:
    if system.manager == "apt":
        return system.identity
    return system.identity if system.identity in ("fedora", "rhel") else "centos"


def _key_on_host(repository: Repository) -> str | None:
    try:
        with open(repository.keyring, "rb") as file:
            return checked_key(file.read(), repository)
    except (OSError, RepositoryError):
        return None


def _outdated(repository: Repository) -> list[FileChange]:
    changes = []
    for path in sorted([*glob.glob("/etc/apt/sources.list.d/*"), "/etc/apt/sources.list"]):
        if path == repository.definition or not path.endswith((".list", ".sources")) or not os.path.isfile(path):
            continue
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            text = file.read()
        remains = without_entries(text, repository.url, repository.suite, deb822=path.endswith(".sources"))
        if remains is None and path != "/etc/apt/sources.list" and _has_entries(text):
            changes.append(plan_file(path, None))
        elif remains is not None and remains != text:
            changes.append(plan_file(path, remains))
    return changes + [plan_file(path, None) for path in _OLD_KEYRINGS if os.path.exists(path)]


def _has_entries(text: str) -> bool:
    return re.search(r"(?m)^\s*(deb|URIs:)", text) is not None
