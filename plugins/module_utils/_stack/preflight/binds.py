# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Binds whose source is a relative path: on the nodes, where the containers run, it means nothing by itself."""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import WARN, Finding, Subject


def check(subject: Subject) -> list[Finding]:
    """Relative sources, unless the files say where they are on the nodes."""
    found = []
    for (service, index), written in sorted(subject.relative_binds.items()):
        name = f"{subject.stack}_{service}"
        mounts = (subject.desired.services.get(name) or {}).get("TaskTemplate", {}).get("ContainerSpec", {}).get("Mounts")
        if not mounts or index >= len(mounts) or (subject.bind_base and not written.startswith("~")):
            continue
        source = mounts[index].get("Source")
        path = ("services", service, "volumes", index)
        if written.startswith(("..", "~")):
            text = f'"{written}" becomes {source} of this controller, and is looked up so on each node'
            found.append(Finding(path, f"{text}; write the path on the nodes", WARN))
        else:
            text = (
                f'"{written}" lies beside the file on the controller ({source}), where nodes do not have it; deploy it '
                "as a config, or say with bind_base where the project's folder is on the nodes"
            )
            found.append(Finding(path, text))
    return found
