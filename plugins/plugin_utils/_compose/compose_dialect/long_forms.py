# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.
"""Convert short forms to long forms, as docker compose does after each file, so that later files can change parts of
them.

What has no meaning stays as it is: the checks that follow say what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.mounts import clean, short_mount
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.ports import short_port
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.tree import (
    Items,
    Map,
    Place,
    a_map,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.units import number_text

ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - compared, not bound


def write_out(model: Map) -> None:
    """Bring a whole model into long form."""
    services = model.get("services")
    for service in services.values() if isinstance(services, Map) else ():
        if isinstance(service, Map):
            for key, convert in _SERVICE.items():
                if key in service:
                    service[key] = convert(service[key], service.places[key])
    for section in ("networks", "volumes", "secrets", "configs"):
        objects = model.get(section)
        for value in objects.values() if isinstance(objects, Map) else ():
            _external(value)


def text_of(value: Any) -> str:
    """A scalar in Go's text form."""
    if isinstance(value, bool):
        return str(value).lower()
    return number_text(value) if isinstance(value, (int, float)) else str(value)


def pairs_list(value: Any, place: Place) -> Any:
    """`{a: 1, b: }` as `[a=1, b]`; several values of one name as several items."""
    if not isinstance(value, Map):
        return value if isinstance(value, Items) else Items([(value, place)])
    result = Items()
    for key, item, where in sorted(value.entries(), key=lambda entry: entry[0]):
        for one in item if isinstance(item, Items) else [item]:
            scalar = isinstance(one, (str, int, float))
            result.put(f"{key}={text_of(one)}" if scalar else key if one is None else {key: one}, where)
    return result


def texts_list(value: Any, place: Place) -> Any:
    """`a` as `[a]`."""
    return value if isinstance(value, Items) else Items([(value, place)])


def depends_on_map(value: Any, _place: Place) -> Any:
    """`[db]` as a mapping with the condition that the list form implies."""
    if not isinstance(value, Items) or not all(isinstance(name, str) for name in value):
        return value
    return a_map(
        (name, a_map([("condition", "service_started", where), ("required", True, where)]), where)
        for name, where in value.entries()
    )


def networks_map(value: Any, _place: Place) -> Any:
    """`[front]` as `{front: }`."""
    if not isinstance(value, Items) or not all(isinstance(name, str) for name in value):
        return value
    return a_map((name, None, where) for name, where in value.entries())


def _env_files(value: Any, place: Place) -> Any:
    if isinstance(value, Map):
        return value
    result = Items()
    for item, where in texts_list(value, place).entries():
        result.put(a_map([("path", item, where)]) if isinstance(item, str) else item, where)
    return result


def _dns(value: Any, place: Place) -> Any:
    """Remove empty names, which unset variables leave."""
    return Items((item, where) for item, where in texts_list(value, place).entries() if item not in (None, ""))


def _each(convert: Callable[[str], list[dict[str, Any]]]) -> Callable[[Any, Place], Any]:
    def convert_all(value: Any, _place: Place) -> Any:
        if not isinstance(value, Items):
            return value
        result = Items()
        for item, where in value.entries():
            for long in _converted(item, where, convert):
                result.put(long, where)
        return result

    return convert_all


def _converted(item: Any, where: Place, convert: Callable[[str], list[dict[str, Any]]]) -> list[Any]:
    text = str(item) if isinstance(item, int) and not isinstance(item, bool) else item
    if not isinstance(text, str):
        return [item]
    try:
        return [_grown(long, where) for long in convert(text)]
    except ValueError:
        return [item]


def _grown(value: dict[str, Any], where: Place) -> Map:
    return a_map((key, _grown(item, where) if isinstance(item, dict) else item, where) for key, item in value.items())


def _mount(text: str) -> list[dict[str, Any]]:
    mount = short_mount(text)
    target = mount["target"]
    return [{**mount, "target": clean(target) if target.startswith("/") else target}]


def _port(text: str) -> list[dict[str, Any]]:
    ports, _warning = short_port(text)
    host = ":".join(text.split(":")[:-2]).strip("[]")
    return [{**port, "host_ip": host} if host and host != ANY_ADDRESS else port for port in ports]


def _reference(text: str) -> list[dict[str, Any]]:
    return [{"source": text}]


def _external(value: Any) -> None:
    external = value.get("external") if isinstance(value, Map) else None
    if isinstance(external, Map) and isinstance(external.get("name"), str) and "name" not in value:
        value.put("name", external["name"], external.places["name"])
        value["external"] = True


def _hosts(value: Any, place: Place) -> Any:
    """A mapping in which a host has several addresses; any other form stays."""
    several = isinstance(value, Map) and any(isinstance(item, Items) for item in value.values())
    return pairs_list(value, place) if several else value


_SERVICE: dict[str, Callable[[Any, Place], Any]] = {
    "configs": _each(_reference),
    "depends_on": depends_on_map,
    "dns": _dns,
    "env_file": _env_files,
    "extra_hosts": _hosts,
    "label_file": texts_list,
    "networks": networks_map,
    "ports": _each(_port),
    "secrets": _each(_reference),
    "volumes": _each(_mount),
}
