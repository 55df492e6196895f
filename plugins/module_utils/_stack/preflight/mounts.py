# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Mounts: each at a place of its own, given from the root, and binds that mean the node's files.

Source: swarmkit, manager/controlapi/service.go (validateMounts); moby, daemon/cluster/executor/container/validate.go.
"""

from __future__ import annotations

import posixpath
import re

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import Finding, Subject

_DRIVE = re.compile(r"[A-Za-z]:[\\/]?|\\\\")


def check(subject: Subject) -> list[Finding]:
    """Targets that the engine refuses, or that hide each other."""
    found = []
    for name, spec in sorted(subject.desired.services.items()):
        seen: dict[str, int] = {}
        for index, mount in enumerate(spec["TaskTemplate"]["ContainerSpec"].get("Mounts") or []):
            target = mount.get("Target") or ""
            path = subject.path("services", name, "volumes", index)
            if target and not target.startswith("/") and not _DRIVE.match(target) and "{{" not in target:
                found.append(Finding(path, f'the target "{target}" does not begin at the root; write "/{target}"'))
            place = posixpath.normpath(target)
            first = seen.setdefault(place, index)
            if first != index:
                text = f'"{place}" is already the target of volumes[{first}]; remove one of them'
                found.append(Finding(path, text))
    return found
