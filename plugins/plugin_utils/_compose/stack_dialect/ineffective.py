# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Keys that swarm has nothing for, with what to do instead, and what becomes of them by choice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path, Source
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.format_service import (
    DEPRECATED,
    FORBIDDEN,
    UNSUPPORTED,
)

_NO_ADDRESSES = "addresses are given by swarm; use an alias"
_ONE_NETWORK = "create the network by hand and use external: true"

# Keys of today's services that swarm has nothing for and the 3.x format does not know.
_NEWER = {
    **{key: text for key, text in FORBIDDEN.items() if key != "extends"},
    "annotations": "use labels",
    "attach": "follow logs with docker service logs",
    "blkio_config": "set limits in the engine on the nodes",
    "cgroup": "set the engine's default-cgroupns-mode on the nodes",
    "cpus": "use deploy.resources.limits.cpus",
    "cpu_count": "use deploy.resources.limits.cpus",
    "cpu_percent": "use deploy.resources.limits.cpus",
    "cpu_period": "use deploy.resources.limits.cpus",
    "cpu_rt_period": "use deploy.resources.limits.cpus",
    "cpu_rt_runtime": "use deploy.resources.limits.cpus",
    "develop": "it is for development on one machine",
    "device_cgroup_rules": "use generic resources",
    "gpus": "use deploy.resources.reservations.generic_resources",
    "label_file": "write the labels under `labels`",
    "mem_reservation": "use deploy.resources.reservations.memory",
    "mem_swappiness": "set it on the nodes",
    "models": "run the model as a service and name it in the environment",
    "oom_kill_disable": "use deploy.resources.limits.memory",
    "pids_limit": "use deploy.resources.limits.pids",
    "platform": "use a placement constraint such as node.platform.arch == x86_64",
    "post_start": "do it in the image's entrypoint",
    "pre_stop": "do it in the image's entrypoint, on the stop signal",
    "provider": "create what it provides beforehand, and name it in the environment",
    "pull_policy": "swarm pulls by digest; see resolve_image",
    "pull_refresh_after": "swarm pulls by digest; see resolve_image",
    "runtime": "set the engine's default-runtime on the nodes",
    "scale": "use deploy.replicas",
    "storage_opt": "set storage options of the engine on the nodes",
    "use_api_socket": "mount /var/run/docker.sock, on managers only",
    "uts": "set `hostname`",
}
SERVICE_KEYS = {**UNSUPPORTED, **DEPRECATED, **_NEWER}

# Deeper in a service: `*` is any name, `[]` any item of a list.
SERVICE_PATHS: dict[tuple[str, ...], str] = {
    ("deploy", "resources", "reservations", "devices"): (
        "declare them as node-generic-resources of the engines and reserve them with generic_resources"
    ),
    ("networks", "*", "gw_priority"): "swarm chooses the gateway",
    ("networks", "*", "interface_name"): "swarm names the interfaces",
    ("networks", "*", "ipv4_address"): _NO_ADDRESSES,
    ("networks", "*", "ipv6_address"): _NO_ADDRESSES,
    ("networks", "*", "link_local_ips"): _NO_ADDRESSES,
    ("networks", "*", "mac_address"): _NO_ADDRESSES,
    ("networks", "*", "priority"): "swarm chooses the order",
    ("ports", "[]", "app_protocol"): "it informs nobody in a swarm",
    ("ports", "[]", "host_ip"): "services listen on all addresses of a node",
    ("ports", "[]", "name"): "swarm's ports have no name",
    ("volumes", "[]", "bind", "create_host_path"): "make sure that the directory exists on each node",
    ("volumes", "[]", "bind", "selinux"): "label the directory on each node",
    ("volumes", "[]", "tmpfs", "mode"): "the docker CLI drops it",
    ("volumes", "[]", "volume", "labels"): "write them under the top-level volumes",
}

# In networks, volumes, configs and secrets.
OBJECT_PATHS: dict[tuple[str, ...], str] = {
    ("networks", "*", "enable_ipv4"): _ONE_NETWORK,
    ("networks", "*", "ipam", "options"): _ONE_NETWORK,
}


class Ineffective:
    """Collects what has no effect, as faults, as warnings or not at all."""

    def __init__(self, policy: str, source: Source, warnings: list[str]) -> None:
        self._policy = policy
        self._source = source
        self._warnings = warnings
        self._faults: list[str] = []

    def add(self, path: Path, text: str) -> None:
        """Note one key."""
        if self._policy == "error":
            self._faults.append(self._source.message(path, f"{text} (refused by unsupported: error)"))
        elif self._policy == "warn":
            self._warnings.append(self._source.message(path, text))

    def drop(self, value: Any, pattern: tuple[str, ...], path: Path, advice: str) -> Any:
        """The value without what a pattern leads to; each thing dropped is noted."""
        found = list(_matches(value, pattern, path))
        for match in found:
            # What was switched off was not to have an effect.
            if _at(value, match[len(path) :]) is not False:
                self.add(match, f"has no effect in a swarm: {advice}")
        return _without(value, [match[len(path) :] for match in found])

    def raise_any(self) -> None:
        """Raise ComposeError if there were faults."""
        if self._faults:
            raise ComposeError(self._faults)


def _matches(value: Any, pattern: tuple[str, ...], path: Path) -> Iterator[Path]:
    if not pattern:
        yield path
    elif pattern[0] == "[]":
        for index, item in enumerate(value) if isinstance(value, list) else ():
            yield from _matches(item, pattern[1:], (*path, index))
    elif isinstance(value, dict):
        for key in list(value) if pattern[0] == "*" else [key for key in value if key == pattern[0]]:
            yield from _matches(value[key], pattern[1:], (*path, key))


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value[part]
    return value


def _without(value: Any, paths: list[Path]) -> Any:
    if not paths:
        return value
    gone = {path[0] for path in paths if len(path) == 1}
    items = value.items() if isinstance(value, dict) else enumerate(value)
    kept = {
        key: _without(item, [path[1:] for path in paths if path[0] == key and len(path) > 1])
        for key, item in items
        if key not in gone
    }
    return kept if isinstance(value, dict) else list(kept.values())
