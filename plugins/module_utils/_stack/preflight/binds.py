# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Binds with a relative source path, which has no meaning on the nodes where the containers run."""

from __future__ import annotations

import copy
import posixpath
from collections.abc import Mapping

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import Finding, Json, Subject
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.settings import WARN


def check(subject: Subject) -> list[Finding]:
    """Relative sources, unless their folder on the nodes is set."""
    found = []
    for name, spec in sorted(subject.desired.services.items()):
        for index, mount in enumerate(spec["TaskTemplate"]["ContainerSpec"].get("Mounts") or []):
            source = mount.get("Source") or ""
            written = subject.relative_sources.get(source)
            # A share or a pipe of Windows begins with a backslash, and is no relative path.
            if mount.get("Type") != "bind" or written is None or written.startswith("\\"):
                continue
            path = subject.path("services", name, "volumes", index)
            if written.startswith(("..", "~")):
                text = f'"{written}" becomes {source}, a path of this controller, and is looked up so on each node'
                found.append(Finding(path, f"{text}; write the path on the nodes", WARN))
            else:
                text = (
                    f'"{written}" lies beside the file on the controller ({source}), where nodes do not have it; '
                    "deploy it as a config, or say with bind_base where the project's folder is on the nodes"
                )
                found.append(Finding(path, text))
    return found


def on_nodes(config: Json, directory: str, base: str, relative_sources: Mapping[str, str]) -> Json:
    """The project with the relative sources of its binds resolved to their folder on the nodes.

    Args:
        directory: the project's folder on the controller.
        base: the same folder on the nodes.
        relative_sources: as of `Preflight`; those that begin at a home are left.
    """
    result = copy.deepcopy(config)
    for service in (result.get("services") or {}).values():
        for volume in service.get("volumes") or []:
            source = volume.get("source") or ""
            written = relative_sources.get(source)
            if volume.get("type") == "bind" and written is not None and not written.startswith("~"):
                volume["source"] = posixpath.normpath(posixpath.join(base, posixpath.relpath(source, directory)))
    return result
