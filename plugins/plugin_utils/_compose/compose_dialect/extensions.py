# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Keys that begin with `x-`, which docker compose takes in nearly every mapping and never looks at."""

from __future__ import annotations

from typing import Any

# Mappings whose keys are names that users choose: `x-` may begin any of them. `*` stands for such a name.
_FREE = (
    ("annotations",),
    ("build", "args"),
    ("build", "labels"),
    ("deploy", "labels"),
    ("driver_opts",),
    ("environment",),
    ("extra_hosts",),
    ("ipam", "options"),
    ("labels",),
    ("logging", "options"),
    ("networks", "*", "driver_opts"),
    ("storage_opt",),
    ("sysctls",),
    ("volumes", "[]", "volume", "labels"),
)
_NAMES = ("depends_on", "models", "networks", "ulimits")
_KEPT = "x-cluster-spec"  # of volumes: the docker CLI knows it


def without_extensions(value: Any, path: tuple[str, ...] = ()) -> Any:
    """A service, network, volume, config or secret without its extensions."""
    if isinstance(value, list):
        if not any(isinstance(item, (dict, list)) for item in value):
            return value
        return [without_extensions(item, (*path, "[]")) for item in value]
    if not isinstance(value, dict) or path in _FREE:
        return value
    if len(path) == 1 and path[0] in _NAMES:
        return {key: without_extensions(item, (path[0], "*")) for key, item in value.items()}
    return {
        key: without_extensions(item, (*path, key))
        for key, item in value.items()
        if not key.startswith("x-") or key == _KEPT
    }
