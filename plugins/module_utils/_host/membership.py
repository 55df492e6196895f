# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Whether this host is a member of a swarm: by its engine, or, where that does not answer, by what it left on disk.

An engine that hangs is not one outside of a swarm. As long as nobody knows, it is neither restarted in passing, nor
stopped, nor is its data removed.
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

#: The state of an engine that does not answer, on a host whose disk says that it is a member, or does not say.
UNKNOWN = "unknown"


def swarm_state(info: Json) -> Json:
    """What `GET /info` tells of the swarm: state, node_id, manager (bool), managers (their node ids)."""
    swarm = info.get("Swarm") or {}
    return {
        "state": swarm.get("LocalNodeState") or "inactive",
        "node_id": swarm.get("NodeID") or "",
        "manager": bool(swarm.get("ControlAvailable")),
        "managers": sorted(manager["NodeID"] for manager in swarm.get("RemoteManagers") or []),
    }


def swarm_state_on_disk(roots: list[Path], complete: bool) -> Json:
    """What the engine's data tells of the swarm, in the same form; the state is `inactive` or `unknown`.

    Args:
        roots: as of `data_root.data_roots`.
        complete: the engine's data is in one of these, or it has none.
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
    """In a swarm, or not known to be in none: `active`, `pending`, `locked`, `error` and `unknown` all count."""
    return bool(swarm["state"] != "inactive")


def read_membership(info: Json, command_line: str, running: bool) -> Json:
    """The engine's own word where it has answered, else what its disk says.

    Args:
        info: of `GET /info`; empty where nobody answers.
        command_line: ExecStart of docker.service.
        running: systemd takes the engine for running.
    """
    if info:
        return swarm_state(info)
    # An engine that runs has data: where its folder is not there, its disk has gone or another was declared meanwhile.
    complete = not running or declared_root(command_line).is_dir()
    return swarm_state_on_disk(data_roots(command_line), complete)


def refusal_to_lose(swarm: Json) -> str | None:
    """Why the engine of this host must not be stopped or lose its data; None when it may."""
    if not is_member(swarm):
        return None
    if swarm["state"] != UNKNOWN:
        return f"This host is a member of a swarm ({swarm['state']}): have it leave the swarm first"
    node = f" (node {swarm['node_id']})" if swarm["node_id"] else ""
    return (
        f"The engine of this host does not answer, and by its data on disk it is a member of a swarm{node}: start or "
        "restart it (systemctl restart docker) and have it leave the swarm first. If that swarm is no more, remove the "
        "folder swarm in the engine's data-root"
    )


def _managers(root: Path) -> list[str]:
    """Node ids of the managers that the engine knew last."""
    try:
        peers = json.loads((root / "swarm" / "state.json").read_text(encoding="utf-8"))
        return sorted(str(peer["node_id"]) for peer in peers)
    except (OSError, ValueError, KeyError, TypeError):
        return []
