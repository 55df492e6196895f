# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Change a cluster's settings, and rotate its tokens, unlock key and certificate authority."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.objects import version_of
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.retry import from_fresh_version
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.cluster.settings import (
    SETTINGS,
    changed_settings,
    nodes_behind_root,
    settings_changes,
    settings_view,
    with_new_root,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.nodes.plan import label_texts
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.settle import wait_until

Json = dict[str, Any]

_BAD_REQUEST = 400


def change_cluster(engine: Engine, params: Json, check_mode: bool) -> Json:
    """Change the cluster's settings to the declared ones, and rotate the named keys.

    The result reports what was applied: if another client changed settings meanwhile, the differences from those.

    Args:
        engine: of a manager.
        params: options of the module `cluster`.

    Returns:
        The result of the module.
    """
    desired = {name: params[name] for name in SETTINGS}
    desired["labels"] = label_texts(params["labels"])
    if check_mode:
        before = engine.swarm()["Spec"]
    else:
        change = ClusterChange(engine, params["wait_timeout"])
        before = change.settings(desired)
        change.rotate(params["rotate"])
    changes = settings_changes(before, desired)
    result = {
        "changed": bool(changes or params["rotate"]),
        "settings": settings_view(changed_settings(before, changes)),
        "rotated": params["rotate"],
        "diff": {
            "before": {name: value for name, (value, _after) in changes.items()},
            "after": {name: value for name, (_before, value) in changes.items()},
        },
    }
    if params["unlock_key"]:
        result["unlock_key"] = engine.swarm_unlock_key()
    return result


class ClusterChange:
    """Changes of one cluster.

    Args:
        engine: the engine of a manager.
        timeout: seconds to wait until all nodes have taken over a new certificate authority.
    """

    def __init__(self, engine: Engine, timeout: float) -> None:
        self._engine = engine
        self._timeout = timeout

    def settings(self, desired: Json) -> Json:
        """Set what differs from `desired` (see `settings.settings_changes`), keeping concurrent changes by other
        clients.

        Returns:
            The SwarmSpec before this change.
        """
        return self._update(lambda spec: changed_settings(spec, settings_changes(spec, desired)))

    def rotate(self, what: Collection[str]) -> None:
        """Rotate `worker_token`, `manager_token`, `unlock_key`, `ca`; for `ca`, wait until all nodes trust the new
        one."""
        keys = {f"rotate_{name}": True for name in what if name != "ca"}
        if keys:
            self._update(lambda spec: spec, **keys)
        if "ca" in what:
            old_root = self._root()
            self._update(with_new_root)
            wait_until(
                lambda: self._root() != old_root and not self._rotating() and not self._behind(),
                self._timeout,
                "not all nodes trust the new certificate authority",
                lambda: ", ".join(self._behind()) or "the rotation is still in progress",
            )

    def _update(self, change: Callable[[Json], Json], **keys: bool) -> Json:
        """Change the SwarmSpec. Returns the spec before the change."""

        def attempt() -> Json:
            swarm = self._engine.swarm()
            before: Json = swarm["Spec"]
            spec = change(before)
            if spec != before or keys:
                self._submit(swarm, spec, keys)
            return before

        return from_fresh_version(attempt)

    def _submit(self, swarm: Json, spec: Json, keys: dict[str, bool]) -> None:
        try:
            self._engine.swarm_update(version_of(swarm), spec, **keys)
        except EngineError as error:
            names = ", ".join(sorted(settings_changes(swarm["Spec"], settings_view(spec))))
            if error.status != _BAD_REQUEST or not names:
                raise
            raise EngineError(f"the swarm refused the settings ({names}): {error.message}", error.status) from error

    def _root(self) -> str:
        return str((self._engine.swarm().get("TLSInfo") or {}).get("TrustRoot") or "")

    def _rotating(self) -> bool:
        return bool(self._engine.swarm().get("RootRotationInProgress"))

    def _behind(self) -> list[str]:
        return nodes_behind_root(self._engine.nodes(), self._root())
