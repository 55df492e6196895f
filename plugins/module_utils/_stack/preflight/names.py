# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Check that the engine accepts the names, with the stack's prefix where they have one.

Source: swarmkit, manager/controlapi/common.go (services, networks, configs, secrets); moby, daemon/names (volumes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import Finding, Json, Subject
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.settings import WARN

_DNS_NAME = re.compile(r"[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*", re.ASCII)
_CONTENT_NAME = re.compile(r"[a-zA-Z0-9]+(?:[a-zA-Z0-9\-_.]*[a-zA-Z0-9])?", re.ASCII)
_VOLUME_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.\-]+", re.ASCII)
_ALIAS = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_\-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_\-]*[A-Za-z0-9_])?)*")
_LONGEST_DNS_NAME = 63
_LONGEST_CONTENT_NAME = 64
# The kernel's limit.
_LONGEST_HOSTNAME = 64
_LONGEST_VOLUME_NAME = 255


def check(subject: Subject) -> list[Finding]:
    """Every name that the engine would refuse, and aliases that DNS clients cannot resolve."""
    desired = subject.desired
    found = []
    for section, names, pattern, longest in (
        ("services", desired.services, _DNS_NAME, _LONGEST_DNS_NAME),
        ("networks", desired.networks, _DNS_NAME, _LONGEST_DNS_NAME),
        ("configs", desired.configs, _CONTENT_NAME, _LONGEST_CONTENT_NAME),
        ("secrets", desired.secrets, _CONTENT_NAME, _LONGEST_CONTENT_NAME),
    ):
        folded: dict[str, str] = {}
        for name in sorted(names):
            path = subject.path(section, name)
            text = _fault(name, pattern, longest, subject)
            if text:
                found.append(Finding(path, text))
            other = folded.setdefault(name.lower(), name)
            if other != name:
                text = f'"{name}" and "{other}" are one name to the swarm, which ignores case; rename one of them'
                found.append(Finding(path, text))
    for name, spec in desired.services.items():
        found += _inside(subject, name, spec["TaskTemplate"])
    return found


def _fault(name: str, pattern: re.Pattern[str], longest: int, subject: Subject) -> str:
    whole = f'the full name "{name}"' if name.startswith(f"{subject.stack}_") else f'the name "{name}"'
    if not pattern.fullmatch(name):
        letters = "letters, digits, - _ and ." if pattern is _CONTENT_NAME else "letters, digits, - and _"
        return (
            f"{whole} may only have {letters}, and has to begin and end with a letter or digit; "
            f'write "{_better(name, subject)}"'
        )
    if len(name) > longest:
        return (
            f"{whole} has {len(name)} characters and may have {longest}; "
            f"shorten it by {len(name) - longest} or more, or the stack's name"
        )
    return ""


def _better(name: str, subject: Subject) -> str:
    """The nearest name that the engine accepts, as the file would write it."""
    prefix = f"{subject.stack}_"
    own = name[len(prefix) :] if name.startswith(prefix) else name
    return re.sub(r"[^A-Za-z0-9_]+", "-", own).strip("-_") or "app"


def _inside(subject: Subject, name: str, task: Json) -> Iterator[Finding]:
    container = task["ContainerSpec"]
    hostname = container.get("Hostname") or ""
    if len(hostname) > _LONGEST_HOSTNAME and "{{" not in hostname:
        text = f"has {len(hostname)} characters and may have {_LONGEST_HOSTNAME}; shorten it"
        yield Finding(subject.path("services", name, "hostname"), text)
    for network in task.get("Networks") or []:
        for alias in network.get("Aliases") or []:
            if alias == subject.path("services", name)[1]:
                continue  # its own name, which is told already
            if not _ALIAS.fullmatch(alias) or any(len(label) > _LONGEST_DNS_NAME for label in alias.split(".")):
                key = subject.path("networks", network["Target"])[1]
                text = (
                    f'the alias "{alias}" is no DNS name, so nobody can ask for it; write "{_better(alias, subject)}"'
                )
                yield Finding(subject.path("services", name, "networks", key, "aliases"), text, WARN)
    for index, mount in enumerate(container.get("Mounts") or []):
        source = mount.get("Source") or ""
        if mount.get("Type") != "volume" or not source or "{{" in source:
            continue
        if not _VOLUME_NAME.fullmatch(source) or len(source) > _LONGEST_VOLUME_NAME:
            text = (
                f'the volume\'s name "{source}" may only have ASCII letters, digits, - _ and dots, two or more, '
                f'and begins with a letter or digit; write "{_better(source, subject)}"'
            )
            yield Finding(subject.path("services", name, "volumes", index), text)
