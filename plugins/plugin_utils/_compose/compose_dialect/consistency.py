# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Keys of a project that contradict or require each other: docker compose refuses such files, and so does this
dialect.

Also keys that a swarm has nothing for are looked at: a file that Compose refuses is a mistake wherever it is deployed.
Source: what docker compose 2.40 refuses.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.values import wrong_values
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import Path
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.units import byte_count

Fault = tuple[Path, str]

_TESTS = ("CMD", "CMD-SHELL", "NONE")
_WATCH = ("develop", "watch")
_COPYING = ("sync", "sync+restart", "sync+exec")
_DEVICES = ("deploy", "resources", "reservations", "devices")
_NEEDED: dict[tuple[str, ...], tuple[str, ...]] = {
    _WATCH: ("path", "action"),
    _DEVICES: ("capabilities",),
    ("post_start",): ("command",),
    ("pre_stop",): ("command",),
    ("ports",): ("target",),
}


def contradictions(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Path and fault of each contradiction in a merged project."""
    services = data.get("services")
    models = data.get("models")
    for name, service in services.items() if isinstance(services, dict) else ():
        if isinstance(service, dict):
            known = models if isinstance(models, dict) else {}
            found = (*wrong_values(service), *_of_service(service, known), *_of_items(service))
            yield from ((("services", name, *path), text) for path, text in found)


def _of_service(service: Mapping[str, Any], models: Mapping[str, Any]) -> Iterator[Fault]:
    if "build" in service and not service.get("image"):
        yield ("build",), "a swarm builds no images; build and push it first, and name it in `image`"
    if service.get("network_mode") and service.get("networks"):
        yield ("network_mode",), "excludes networks; keep one of them"
    used = service.get("models")
    for model in used if isinstance(used, (list, dict)) else ():
        if isinstance(model, str) and model not in models:
            yield ("models",), f'the model "{model}" is not defined under the top-level `models`'
    for key, path, measure in _TWICE:
        if service.get(key) or (key == "scale" and key in service):
            yield from _of_two(key, service[key], path, service, measure)
    if isinstance(service.get("provider"), dict) and not service["provider"].get("type"):
        yield ("provider",), "needs type"
    test = _at(service, ("healthcheck", "test"))
    if isinstance(test, list) and test and test[0] not in _TESTS:
        yield ("healthcheck", "test"), f"begins with {test[0]}; a list begins with one of {', '.join(_TESTS)}"


def _of_items(service: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults of the mappings in the lists of a service."""
    for path, needed in _NEEDED.items():
        for index, item in _mappings(service, path):
            missing = [key for key in needed if item.get(key) in (None, "")]
            if missing:
                yield (*path, index), f"needs {' and '.join(missing)}"
    for index, rule in _mappings(service, _WATCH):
        if rule.get("action") in _COPYING and not rule.get("target"):
            yield (*_WATCH, index), f"needs target for the action {rule['action']}"
    for path in (_DEVICES, ("gpus",)):
        for index, request in _mappings(service, path):
            if "count" in request and "device_ids" in request:
                yield (*path, index), "count and device_ids exclude each other; keep one of them"
    for index, port in _mappings(service, ("ports",)):
        if "host_ip" in port and not _is_address(port["host_ip"]):
            yield ("ports", index, "host_ip"), f'"{port["host_ip"]}" is no IP address'


def _mappings(service: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[int, dict[str, Any]]]:
    items = _at(service, path)
    for index, item in enumerate(items) if isinstance(items, list) else ():
        if isinstance(item, dict):
            yield index, item


def _is_address(text: Any) -> bool:
    try:
        ipaddress.ip_address(str(text))
    except ValueError:
        return False
    return True


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _of_two(
    key: str, short: Any, path: tuple[str, ...], service: Mapping[str, Any], measure: Callable[[Any], Any]
) -> Iterator[Fault]:
    """A key of a service that sets the same property as a key below `deploy`."""
    try:
        known = measure(short)
    except (TypeError, ValueError):
        return  # told as a wrong value
    long = _at(service, path)
    # Limits that leave one out say that there is none.
    if long is None and (key == "scale" or _at(service, path[:-1]) is None):
        return
    with suppress(TypeError, ValueError):
        if measure(long or 0) != known:
            says = "leaves it out" if long is None else f"says {long}"
            yield (key,), f"is {short}, and {'.'.join(path)} {says}; write it there alone"


def _bytes(value: Any) -> int:
    return int(value) if isinstance(value, (int, float)) else byte_count(value)


_LIMITS = ("deploy", "resources", "limits")
_TWICE: tuple[tuple[str, tuple[str, ...], Callable[[Any], Any]], ...] = (
    ("scale", ("deploy", "replicas"), int),
    ("cpus", (*_LIMITS, "cpus"), float),
    ("mem_limit", (*_LIMITS, "memory"), _bytes),
    ("mem_reservation", ("deploy", "resources", "reservations", "memory"), _bytes),
    ("pids_limit", (*_LIMITS, "pids"), int),
)
