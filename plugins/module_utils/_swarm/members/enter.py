# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Make an engine join or leave a swarm, and wait until it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.engine_plan import (
    Wanted,
    init_request,
    join_request,
    recover_request,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.reading import read_member
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.nodes.change import NodeChange
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.settle import NotSettledError, wait_until

Json = dict[str, Any]


class MemberChange:
    """Applies the steps of `engine_plan.member_steps` to one engine.

    Args:
        engine: the engine.
        options: see `engine_plan.init_request` and `engine_plan.join_request`, addresses resolved.
        timeout: seconds to wait for each step.
    """

    def __init__(self, engine: Engine, options: Json, timeout: float) -> None:
        self._engine = engine
        self._options = options
        self._timeout = timeout

    def apply(self, steps: list[str], wanted: Wanted) -> Json:
        """Apply the steps in order. Returns the membership afterwards, see `reading.read_member`.

        Raises:
            EngineError: the engine refused a step.
            NotSettledError: a step was not completed in time; an incomplete join was undone.
        """
        take: dict[str, Callable[[], None]] = {
            "demote": self._demote,
            "leave": self._leave,
            "init": self._init,
            "join": lambda: self._join(wanted.role),
            "recover": self._recover,
            "unlock": self._unlock,
        }
        for step in steps:
            take[step]()
        return read_member(self._engine)

    def _demote(self) -> None:
        node_id = self._engine.info()["Swarm"]["NodeID"]
        NodeChange(self._engine, self._timeout).demote(node_id)

    def _leave(self) -> None:
        # The engine requires force for managers and whenever it knows no manager. Whether the node may leave was
        # decided before.
        self._engine.swarm_leave(force=True)
        wait_until(lambda: self._state() == "inactive", self._timeout, "the engine is still in a swarm")

    def _init(self) -> None:
        self._engine.swarm_init(init_request(self._options))
        wait_until(self._reachable_manager, self._timeout, "the new swarm has no leader")

    def _recover(self) -> None:
        # For a while after its start, an engine does not know that it is a manager, and refuses.
        wait_until(self._forced_new_cluster, self._timeout, "the engine has not become the only manager")
        wait_until(self._reachable_manager, self._timeout, "the recovered swarm has no leader")

    def _forced_new_cluster(self) -> bool:
        self._engine.swarm_init(recover_request(self._options, read_member(self._engine)))
        return True

    def _unlock(self) -> None:
        self._try_keys([key.strip() for key in self._options["unlock_key"].splitlines() if key.strip()])
        # Other managers may still be locked, so there may be no leader yet.
        wait_until(lambda: self._state() in ("active", "pending"), self._timeout, "the engine is still locked")

    def _try_keys(self, keys: list[str]) -> None:
        if not keys:
            raise NotSettledError("the unlock key is empty")
        for key in keys[:-1]:
            try:
                self._engine.swarm_unlock(key)
            except EngineError:
                # Not this manager's key. One that was down during a key rotation still needs the previous key.
                continue
            return
        self._engine.swarm_unlock(keys[-1])

    def _join(self, role: str) -> None:
        settled = self._reachable_manager if role == "manager" else lambda: self._state() == "active"
        try:
            try:
                self._engine.swarm_join(join_request(self._options))
            except EngineError as error:
                # The engine answers after about 20 s with a timeout, but keeps trying to join.
                if "Timeout was reached before node joined" not in error.message:
                    raise
            wait_until(settled, self._timeout, "the host has not become a member", self._reason)
        except (EngineError, NotSettledError):
            self._undo_join()
            raise

    def _undo_join(self) -> None:
        if self._state() != "inactive":
            self._leave()

    def _state(self) -> str:
        return str(self._engine.info()["Swarm"]["LocalNodeState"])

    def _reason(self) -> str:
        swarm = self._engine.info()["Swarm"]
        return str(swarm.get("Error") or f"its state is {swarm['LocalNodeState']}")

    def _reachable_manager(self) -> bool:
        swarm = self._engine.info()["Swarm"]
        if swarm["LocalNodeState"] != "active" or not swarm.get("ControlAvailable"):
            return False
        try:
            node = self._engine.node(swarm["NodeID"])
        except EngineError:
            return False
        return (node.get("ManagerStatus") or {}).get("Reachability") == "reachable"
