# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Mounts: unique absolute targets, and binds of files of the nodes.

Source: swarmkit, manager/controlapi/service.go (validateMounts); moby, daemon/cluster/executor/container/validate.go.
"""

from __future__ import annotations

import posixpath
import re

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.placement.nodes import satisfies_constraints
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import (
    Cluster,
    Finding,
    Subject,
)

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


def check_against(subject: Subject, cluster: Cluster) -> list[Finding]:
    """Targets on a Windows drive, where no node that could run the service has Windows.

    In the short form the docker CLI takes a single letter before a colon for a drive, also where a volume is meant.
    """
    found = []
    for name, spec in sorted(subject.desired.services.items()):
        nodes = [node for node in cluster.nodes if satisfies_constraints(spec, node)]
        systems = {str((node["Description"].get("Platform") or {}).get("OS") or "") for node in nodes}
        if not nodes or systems & {"windows", ""}:
            continue
        for index, mount in enumerate(spec["TaskTemplate"]["ContainerSpec"].get("Mounts") or []):
            target = mount.get("Target") or ""
            if not _DRIVE.match(target):
                continue
            text = f'"{target}" is taken for a path on a drive of Windows, which no node that could run it has'
            drive, colon, rest = target.partition(":")
            if colon and rest.startswith("/"):
                text += f"; for a volume called {drive} write {{type: volume, source: {drive}, target: {rest}}}"
            found.append(Finding(subject.path("services", name, "volumes", index), text))
    return found
