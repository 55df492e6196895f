# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Checks for the values of keys that have no effect in a swarm: what docker compose refuses is refused here as well.

Keys that have an effect are checked with the whole format; these never get there.
Source: https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import Path
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.units import byte_count

_Check = Callable[[Any], bool]


def wrong_values(service: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Path and fault of each value of a service that its key does not allow, such as one that an unset variable left
    empty."""
    for key, value in service.items():
        kind = _KINDS.get(key)
        if kind and not _CHECKS[kind](value):
            yield (key,), f"{_shown(value)} is no value for it; write {kind}"
        pattern = _PATTERNS.get(key)
        if pattern and isinstance(value, str) and not pattern.search(value):
            yield (key,), f"{_shown(value)} is no value for it"


def _shown(value: Any) -> str:
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a mapping"
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else f'"{value}"'


def _number(measure: Callable[[str], Any]) -> _Check:
    def is_number(value: Any) -> bool:
        if not isinstance(value, str):
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        try:
            measure(value)
        except ValueError:
            return False
        return True

    return is_number


def _list_of(*kinds: type) -> _Check:
    return lambda value: isinstance(value, list) and all(isinstance(item, kinds) for item in value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict)


_CHECKS: dict[str, _Check] = {
    "a size, such as 512m": _number(byte_count),
    "a whole number": _number(int),
    "a number": _number(float),
    "true or false": lambda value: isinstance(value, (bool, str)),
    "a text": _is_text,
    "a text or nothing": lambda value: value is None or _is_text(value),
    "a list of texts": _list_of(str),
    "a list of ports": _list_of(str, int),
    "a list of devices": _list_of(str, dict),
    "a list of mappings": _list_of(dict),
    "a mapping": _is_mapping,
    "a mapping or nothing": lambda value: value is None or _is_mapping(value),
    "a mapping or a list of texts": lambda value: _is_mapping(value) or _list_of(str)(value),
    "all or a list of mappings": lambda value: value == "all" or _list_of(dict)(value),
}
_KINDS = {
    key: kind
    for kind, keys in {
        "a size, such as 512m": ("mem_limit", "mem_reservation", "memswap_limit", "mem_swappiness", "shm_size"),
        "a whole number": (
            *("cpu_count", "cpu_percent", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime"),
            *("cpu_shares", "pids_limit"),
        ),
        "a number": ("cpus",),
        "true or false": ("attach", "oom_kill_disable", "privileged", "use_api_socket"),
        "a text": (
            *("cgroup", "cgroup_parent", "container_name", "cpuset", "domainname", "ipc", "mac_address"),
            *("network_mode", "platform", "pull_policy", "pull_refresh_after", "runtime", "userns_mode", "uts"),
        ),
        "a text or nothing": ("pid",),
        "a list of texts": (
            *("device_cgroup_rules", "external_links", "links", "profiles", "security_opt", "volumes_from"),
        ),
        "a list of ports": ("expose",),
        "a list of devices": ("devices",),
        "a list of mappings": ("post_start", "pre_stop"),
        "a mapping": ("blkio_config", "provider", "storage_opt"),
        "a mapping or nothing": ("develop",),
        "a mapping or a list of texts": ("annotations", "models"),
        "all or a list of mappings": ("gpus",),
    }.items()
    for key in keys
}
_PATTERNS = {
    "cgroup": re.compile(r"\A(host|private)\Z"),
    "container_name": re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+"),
    "pull_policy": re.compile(r"always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+"),
}
