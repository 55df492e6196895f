# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Whether this host is a member of a swarm, according to its engine or, if that does not answer, its data on disk.

An engine that hangs may still be a member. While this is unknown, the engine is not restarted, not stopped, and its
data is not removed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._host.data_root import (
    data_roots,
    declared_root,
    swarm_root,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._host.node_certificate import read_node_identity

Json = dict[str, Any]

#: The state when the engine does not answer and its data shows a membership, or cannot be read.
UNKNOWN = "unknown"


def swarm_state(info: Json) -> Json:
    """The swarm fields of `GET /info`: state, node_id, manager (bool), managers (their node ids)."""
    swarm = info.get("Swarm") or {}
    return {
        "state": swarm.get("LocalNodeState") or "inactive",
        "node_id": swarm.get("NodeID") or "",
        "manager": bool(swarm.get("ControlAvailable")),
        "managers": sorted(manager["NodeID"] for manager in swarm.get("RemoteManagers") or []),
    }


def swarm_state_on_disk(roots: list[Path], complete: bool) -> Json:
    """The same fields from the engine's data on disk; the state is `inactive` or `unknown`.

    Args:
        roots: see `data_root.data_roots`.
        complete: the engine's data is in one of these folders, or it has none.
    """
    try:
        root = swarm_root(roots)
    except PermissionError:
        root, complete = None, False
    if root is None:
        return {"state": "inactive" if complete else UNKNOWN, "node_id": "", "manager": False, "managers": []}
    identity = read_node_identity(str(root))
    return {
        "state": UNKNOWN,
        "node_id": identity.node_id if identity else "",
        "manager": identity is not None and identity.role == "manager",
        "managers": _managers(root),
    }


def is_member(swarm: Json) -> bool:
    """Whether the host is, or may be, a member: `active`, `pending`, `locked`, `error` and `unknown` all count."""
    return bool(swarm["state"] != "inactive")


def read_membership(info: Json, command_line: str, running: bool) -> Json:
    """The membership from the engine's answer or, without one, from its data on disk.

    Args:
        info: `GET /info`; empty when the engine does not answer.
        command_line: ExecStart of docker.service.
        running: systemd considers the engine running.
    """
    if info:
        return swarm_state(info)
    # A running engine has data: if its folder is missing, its disk is gone or another data-root was declared meanwhile.
    complete = not running or declared_root(command_line).is_dir()
    return swarm_state_on_disk(data_roots(command_line), complete)


def refusal_to_lose(swarm: Json) -> str | None:
    """Why the engine must not be stopped or lose its data; None if it may."""
    if not is_member(swarm):
        return None
    if swarm["state"] != UNKNOWN:
        return f"This host is a member of a swarm ({swarm['state']}): remove it from the swarm first"
    node = f" (node {swarm['node_id']})" if swarm["node_id"] else ""
    return (
        "The engine of this host does not answer, and according to its data on disk it is a member of "
        f"a swarm{node}: start or restart it (systemctl restart docker) and remove it from the swarm first. If that "
        "swarm no longer exists, remove the folder swarm in the engine's data-root"
    )


def _managers(root: Path) -> list[str]:
    """Node ids of the managers that the engine last knew."""
    try:
        peers = json.loads((root / "swarm" / "state.json").read_text(encoding="utf-8"))
        return sorted(str(peer["node_id"]) for peer in peers)
    except (OSError, ValueError, KeyError, TypeError):
        return []
