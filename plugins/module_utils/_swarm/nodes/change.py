# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Change a node through a manager's engine, and wait until the change has taken effect."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.objects import version_of
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.retry import from_fresh_version
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.nodes.drain import (
    services_incomplete,
    services_moving,
    still_running,
    tasks_left,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.nodes.plan import changed_spec, named
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.settle import wait_until
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.views import node_view

Json = dict[str, Any]


class NodeChange:
    """Changes of nodes.

    Args:
        engine: the engine of a manager.
        timeout: seconds to wait for each change.
    """

    def __init__(self, engine: Engine, timeout: float) -> None:
        self._engine = engine
        self._timeout = timeout

    def apply(
        self, node: Json, changes: Mapping[str, tuple[Any, Any]], wait: bool, ready_first: bool = False
    ) -> Json | None:
        """Apply all changes of one node. Returns it (see `views.node_view`), or None if no manager can be asked any
        more.

        A manager that has demoted itself cannot read nodes any more.

        Args:
            node: see `views.node_view`.
            changes: see `plan.node_changes`.
            wait: wait until they have taken effect; a change of role is always waited for.
            ready_first: wait until the node is ready before changing it.
        """
        if ready_first:
            self.wait_ready(node)
        rest = {key: value for key, value in changes.items() if key != "role"}
        if rest:
            self.update(node["id"], rest)
        if wait and changes.get("role", ("", ""))[1] != "worker":
            self.wait_ready(node)
        if wait and changes.get("availability", ("", node["availability"]))[1] == "drain":
            self.wait_drained(node)
        if "role" in changes:
            (self.promote if changes["role"][1] == "manager" else self.demote)(node["id"])
        return None if self._is_worker() else self._view(node["id"])

    def remove(self, node: Json, force: bool) -> None:
        """Remove a node from the swarm; a member of the managers' Raft group is demoted first.

        A manager that was left out of a recovered cluster cannot be demoted, and need not be.
        """
        if node["reachability"] is not None:
            self.demote(node["id"])
        try:
            self._engine.node_remove(node["id"], force=force or node["state"] != "ready")
        except EngineError as error:
            if not error.not_found:
                raise

    def update(self, node_id: str, changes: Mapping[str, tuple[Any, Any]]) -> None:
        """Submit changes (see `plan.node_changes`), keeping concurrent changes by other clients."""

        def attempt() -> None:
            node = self._engine.node(node_id)
            self._engine.node_update(node_id, version_of(node), changed_spec(node["Spec"], changes))

        from_fresh_version(attempt)

    def promote(self, node_id: str) -> None:
        """Make a worker a manager, and wait until the other managers reach it."""
        self.update(node_id, {"role": ("worker", "manager")})
        wait_until(
            lambda: self._view(node_id)["reachability"] == "reachable",
            self._timeout,
            f"the new manager {node_id} is not reachable for the other managers",
        )

    def demote(self, node_id: str) -> None:
        """Make a manager a worker, and wait until it has left the managers' Raft group."""
        own_id = self._engine.info()["Swarm"]["NodeID"]
        self.update(node_id, {"role": ("manager", "worker")})
        if node_id == own_id:
            wait_until(self._is_worker, self._timeout, "the engine is still a manager")
        else:
            wait_until(
                lambda: self._view(node_id)["reachability"] is None,
                self._timeout,
                f"the other managers still count {node_id} as a manager",
            )

    def wait_ready(self, node: Json) -> None:
        """Wait until the node is ready and, if it is a manager, reachable for the other managers."""
        wait_until(
            lambda: _is_ready(self._view(node["id"])),
            self._timeout,
            f"the node {named(node)} is not ready",
            lambda: _state_of(self._view(node["id"])),
        )

    def wait_drained(self, node: Json) -> None:
        """Wait until no task is left on the node, and its services have all their tasks running elsewhere."""
        moving = services_moving(self._engine.tasks(), node["id"])
        remaining = partial(self._not_drained, node["id"], moving)
        wait_until(
            lambda: not remaining(),
            self._timeout,
            f"the node {named(node)} is not drained",
            lambda: "; ".join(remaining()),
        )

    def _tasks_on(self, node_id: str) -> list[Json]:
        return [task for task in self._engine.tasks({"node": node_id}) if still_running(task)]

    def _not_drained(self, node_id: str, moving: set[str]) -> list[str]:
        """Tasks and services that have not moved yet, as sentences."""
        services = {service["ID"]: service for service in self._engine.services(status=True)}
        return tasks_left(self._tasks_on(node_id), services) + services_incomplete(moving, services)

    def _view(self, node_id: str) -> Json:
        return node_view(self._engine.node(node_id))

    def _is_worker(self) -> bool:
        swarm = self._engine.info()["Swarm"]
        return swarm["LocalNodeState"] == "active" and not swarm.get("ControlAvailable")


def _is_ready(node: Json) -> bool:
    return node["state"] == "ready" and node["reachability"] in (None, "reachable")


def _state_of(node: Json) -> str:
    if node["state"] == "ready":
        return f"its manager is {node['reachability']}"
    return f"it is {node['state']}" + (f" ({node['message']})" if node["message"] else "")
