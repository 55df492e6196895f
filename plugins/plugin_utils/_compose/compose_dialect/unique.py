# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.
"""Lists with unique keys: a later item replaces an earlier one with the same key.

Source: what docker compose 2.40 prints. A published port counts by its number, whether it was written as text or not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.long_forms import (
    ANY_ADDRESS,
    text_of,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.mounts import short_mount
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.tree import Items, Map


def drop_repeated(model: Map) -> None:
    """Keep one item of each key in the lists of a model."""
    for section in ("networks", "volumes", "configs", "secrets"):
        objects = model.get(section)
        for value in objects.values() if isinstance(objects, Map) else ():
            _drop_in(value, {"labels": _name})
    services = model.get("services")
    for service in services.values() if isinstance(services, Map) else ():
        if isinstance(service, Map):
            _drop_in(service, _SERVICE)
            _drop_in(service.get("deploy"), {"labels": _name})
            _drop_in(service.get("build"), dict.fromkeys(("args", "labels", "additional_contexts"), _name))
            networks = service.get("networks")
            for network in networks.values() if isinstance(networks, Map) else ():
                _drop_in(network, {"aliases": _itself, "link_local_ips": _itself})


def _drop_in(values: Any, keys: dict[str, Callable[[Any], str]]) -> None:
    for name, key in keys.items() if isinstance(values, Map) else ():
        if isinstance(values.get(name), Items):
            values[name] = _unique(values[name], key)


def _unique(items: Items, key: Callable[[Any], str]) -> Items:
    names = [key(item) for item in items]
    if len(set(names)) == len(names):
        return items
    result = Items()
    known: dict[str, int] = {}
    for name, (item, place) in zip(names, items.entries(), strict=True):
        if name in known:
            result[known[name]] = item
            result.places[known[name]] = place
        else:
            known[name] = len(result)
            result.put(item, place)
    return result


def _itself(item: Any) -> str:
    return str(item) if isinstance(item, Map) or item is None else text_of(item)


def _name(item: Any) -> str:
    return item.partition("=")[0] if isinstance(item, str) else str(item)


def _target(item: Any) -> str:
    if isinstance(item, Map):
        return str(item.get("target"))
    try:
        return str(short_mount(item)["target"]) if isinstance(item, str) else str(item)
    except ValueError:
        return str(item)


def _path(item: Any) -> str:
    return str(item.get("path")) if isinstance(item, Map) else str(item)


def _reference_in(folder: str) -> Callable[[Any], str]:
    def target(item: Any) -> str:
        if not isinstance(item, Map):
            return f"{folder}/{item}"
        return str(item.get("target") or f"{folder}/{item.get('source')}")

    return target


def _port(item: Any) -> str:
    if not isinstance(item, Map):
        return str(item)
    published = item.get("published")
    address = item.get("host_ip", ANY_ADDRESS)
    return f"{address}:{'' if published is None else published}:{item.get('target')}/{item.get('protocol', 'tcp')}"


_SERVICE: dict[str, Callable[[Any], str]] = {
    "annotations": _name,
    "cap_add": _itself,
    "cap_drop": _itself,
    "configs": _reference_in(""),
    "dns": _itself,
    "dns_opt": _itself,
    "dns_search": _itself,
    "env_file": _path,
    "environment": _name,
    "expose": _itself,
    "extra_hosts": _itself,
    "label_file": _itself,
    "labels": _name,
    "ports": _port,
    "secrets": _reference_in("/run/secrets"),
    "sysctls": _name,
    "tmpfs": _name,
    "volumes": _target,
}
