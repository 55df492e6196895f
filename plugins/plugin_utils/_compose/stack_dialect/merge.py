# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Merge several files: later files override earlier ones.

The CLI merges decoded structures in which an unset value cannot be told from the zero of its type,
so a later `false`, `""` or empty list never takes anything away, except where noted.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]


def merge_all(files: list[Json]) -> Json:
    """Merge the canonical forms of several files, in order of precedence, lowest first.

    A list of `_KEYED` that a file gives as empty still counts while merging; the result has none.
    """
    merged = functools.reduce(_merge, files)
    return {**merged, "services": {name: _tidy(service) for name, service in merged["services"].items()}}


def _tidy(service: Json) -> Json:
    tidy = {key: value for key, value in service.items() if value or key not in _KEYED}
    if tidy.get("logging", {}).get("options") == {}:
        tidy["logging"] = {key: value for key, value in tidy["logging"].items() if key != "options"}
    return tidy


def _merge(base: Json, override: Json) -> Json:
    result = dict(base)
    for section, objects in override.items():
        if section == "services":
            result[section] = __merge_services(base.get(section, {}), objects)
        else:
            result[section] = {**base.get(section, {}), **objects}
    return result


def __merge_services(base: Json, override: Json) -> Json:
    result = dict(base)
    for name, service in override.items():
        result[name] = _merge_service(base[name], service) if name in base else service
    return result


def _merge_service(base: Json, override: Json) -> Json:
    tidied = {key: _SPECIAL[(key,)](value, []) if key in _KEYED else value for key, value in base.items()}
    return _merge_mapping(tidied, override, ())


def _merge_mapping(base: Json, override: Json, path: tuple[str, ...]) -> Json:
    result = dict(base)
    for key, value in override.items():
        if key in base:
            result[key] = _merge_value(base[key], value, (*path, key))
        elif value or (*path, key) not in _KEYED_PATHS:
            result[key] = value
    return result


def _merge_value(base: Any, override: Any, path: tuple[str, ...]) -> Any:
    special = _SPECIAL.get(path) or _SPECIAL.get((*path[:-1], "*"))
    if special is not None:
        return special(base, override)
    if isinstance(base, dict) and isinstance(override, dict):
        return _merge_mapping(base, override, path)
    if isinstance(base, list) and isinstance(override, list):
        return base + override
    return override if override or path[-1] in _COUNTS else base


def _replace(_base: Any, override: Any) -> Any:
    return override


def _keyed(key: Callable[[Json], Any], order: Callable[[Json], Any]) -> Callable[[list[Json], list[Json]], list[Json]]:
    def merge_lists(base: list[Json], override: list[Json]) -> list[Json]:
        return sorted({key(item): item for item in base + override}.values(), key=order)

    return merge_lists


def _published(port: Json) -> int:
    return int(port.get("published", 0))


def _source(reference: Json) -> str:
    return str(reference.get("source", ""))


def _target(mount: Json) -> str:
    return str(mount.get("target", ""))


def _merge_logging(base: Json, override: Json) -> Json:
    if base.get("driver") and override.get("driver") and base["driver"] != override["driver"]:
        return override
    merged = {**override, **base}
    merged.pop("options", None)
    if "options" in base:  # the CLI forgets later options where there were none before
        merged["options"] = {**base["options"], **override.get("options", {})}
    return merged


def _unless_empty(base: Any, override: Any) -> Any:
    return base if base and not override else override


def _merge_network(base: Json | None, override: Json | None) -> Json | None:
    """Later addresses override earlier ones, later aliases replace them; driver_opts are those of the first file."""
    if base is None or override is None:
        return override if base is None else base
    merged = {**base, **override}
    for key, decisive in (("aliases", override), ("driver_opts", base)):
        merged.pop(key, None)
        merged.update({key: decisive[key]} if decisive.get(key) else {})
    return merged


_SPECIAL: dict[tuple[str, ...], Callable[[Any, Any], Any]] = {
    ("command",): _replace,
    ("entrypoint",): _replace,
    ("configs",): _keyed(_source, _source),
    ("secrets",): _keyed(_source, _source),
    ("ports",): _keyed(_published, _published),
    ("volumes",): _keyed(_target, _target),
    ("logging",): _merge_logging,
    ("environment", "*"): _unless_empty,
    ("labels", "*"): _replace,
    ("sysctls", "*"): _replace,
    ("build", "labels", "*"): _replace,
    ("deploy", "labels", "*"): _replace,
    ("networks", "*"): _merge_network,
    ("ulimits", "*"): _replace,
}
# Lists with one entry a key: sorted, and cleared of doubles, as soon as two files know the service.
_KEYED = ("configs", "secrets", "ports", "volumes")
_KEYED_PATHS = [(key,) for key in _KEYED]
# Numbers for which a later zero counts.
_COUNTS = ("replicas", "parallelism", "max_attempts", "retries")
