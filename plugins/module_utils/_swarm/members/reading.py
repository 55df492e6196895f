# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Read an engine's membership and, from a manager, its cluster."""

from __future__ import annotations

import time
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._host.data_root import (
    DEFAULT_ROOT,
    data_roots,
    swarm_root,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._host.kernel.modules import has_ipvs
from ansible_collections.dockyard.swarm.plugins.module_utils._host.network import local_addresses
from ansible_collections.dockyard.swarm.plugins.module_utils._host.node_certificate import (
    is_encrypted,
    read_node_identity,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.cluster.settings import settings_view
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.quorum import quorum_of
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.views import member_view, node_view

Json = dict[str, Any]


def read_member(engine: Engine, pending_timeout: float = 0) -> Json:
    """The engine's membership and, if it is a manager, its cluster.

    Args:
        engine: the engine to ask.
        pending_timeout: seconds to wait for an engine that is still starting or joining.

    Returns:
        See `views.member_view`, and `nodes` (see `views.node_view`; None unless it is a manager with a quorum),
        `encrypted` (autolock is on), `data_root` (the engine's data directory), `addresses` (of the host the module
        runs on), `engine_version`, `api_version`.
    """
    deadline = time.monotonic() + pending_timeout
    while True:
        info = engine.info()
        root = info.get("DockerRootDir") or DEFAULT_ROOT
        member = member_view(info, read_node_identity(root))
        if member["state"] != "pending" or time.monotonic() >= deadline:
            break
        time.sleep(1)
    member["data_root"] = root
    member["encrypted"] = member["state"] != "inactive" and is_encrypted(root)
    member["nodes"] = None
    if member["state"] == "active" and member["role"] == "manager":
        try:
            member["nodes"] = [node_view(node) for node in engine.nodes()]
        except EngineError as error:
            member["error"] = member["error"] or error.message
    member["engine_version"] = info.get("ServerVersion", "")
    member["api_version"] = engine.api_version
    member["addresses"] = local_addresses()
    return member


def member_without_engine() -> Json:
    """The membership of a host whose engine does not answer, in the form of `read_member`.

    The state is `inactive` if the host has never been in a swarm and `unknown` if it has: when its engine runs again,
    it will be in that swarm, as the node that its certificate names.
    """
    member = member_view({}, None)
    try:
        root = swarm_root(data_roots())
    except PermissionError:
        # Unreadable does not mean "never in a swarm".
        root, member["state"] = None, "unknown"
    if root is not None:
        identity = read_node_identity(str(root))
        member["state"] = "unknown"
        member["node_id"] = identity.node_id if identity else None
    member["data_root"] = str(root or DEFAULT_ROOT)
    member.update(encrypted=False, nodes=None, engine_version=None, api_version=None)
    member["addresses"] = local_addresses()
    return member


def with_quorum(member: Json) -> Json:
    """An answer of `read_member` with `quorum` (as of the module cluster_info; None where no nodes are known) and
    `routing_mesh` (whether the host's kernel can carry it)."""
    quorum = quorum_of(member["nodes"]) if member["nodes"] is not None else None
    shown = quorum and {
        "managers": len(quorum.managers),
        "reachable": len(quorum.reachable),
        "needed": quorum.needed,
        "tolerates": quorum.tolerates,
        "held": quorum.held,
    }
    return {**member, "quorum": shown, "routing_mesh": has_ipvs()}


def inspect_member(docker_host: str) -> Json:
    """All that one look at a host tells of its membership, whether or not an engine answers.

    Returns:
        As of `with_quorum`, and `settings` (as of `settings.settings_view`; None unless the host is a manager that its
        cluster answers).
    """
    try:
        engine = Engine.connect(docker_host)
        member = read_member(engine)
        spec = engine.swarm()["Spec"] if member["nodes"] is not None else None
    except EngineError:
        member, spec = member_without_engine(), None
    return {**with_quorum(member), "settings": settings_view(spec) if spec is not None else None}


def engine_answers(docker_host: str) -> bool:
    """Whether an engine answers; also False if the address needs the Docker SDK and it is not installed yet."""
    try:
        Engine.connect(docker_host)
    except EngineError:
        return False
    return True
