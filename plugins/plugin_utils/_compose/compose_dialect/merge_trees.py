# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.
"""Merge the trees of several files by the rules of docker compose: later files override earlier ones.

Mappings are merged key by key, lists are joined, all else is replaced; the tables below name the exceptions.
An empty value (`user:`) changes nothing, an explicit `""`, `0` or `false` does.
Source: https://github.com/compose-spec/compose-spec/blob/main/13-merge.md, and what docker compose 2.40 prints.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.long_forms import (
    depends_on_map,
    networks_map,
    pairs_list,
    texts_list,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path, describe
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.tree import (
    Items,
    Map,
    Place,
    a_map,
)

_Merge = Callable[[Any, Any, Path, Place], Any]


def merge(base: Map, override: Map, path: Path = ()) -> Map:
    """Merge two mappings into a new one; neither is changed.

    Raises:
        ComposeError: a mapping or list on one side, and something else on the other.
    """
    result = a_map(base.entries())
    for key, value, place in override.entries():
        if key not in base:
            result.put(key, value, place)
            continue
        merged = _merge_values(base[key], value, (*path, key), place)
        result.put(key, merged, base.places[key] if merged is base[key] else place)
    return result


def _merge_values(base: Any, override: Any, path: Path, place: Place) -> Any:
    special = _special(path)
    if special is _replace:
        return override
    if override is None:
        return base
    if base is None:
        return override
    return (special or _generic)(base, override, path, place)


def _generic(base: Any, override: Any, path: Path, place: Place) -> Any:
    if isinstance(base, Map):
        if not isinstance(override, Map):
            raise _clash(path, place, "mapping")
        return merge(base, override, path)
    if isinstance(base, Items):
        if not isinstance(override, Items):
            raise _clash(path, place, "list")
        return Items([*base.entries(), *override.entries()])
    return override


def _clash(path: Path, place: Place, kind: str) -> ComposeError:
    file, line = place
    where = f"{file}:{line}" if line else file
    advice = f"it is a {kind} in what this changes; write a {kind}, or !override before the value to replace it"
    return ComposeError(": ".join([where, *describe(path), advice]))


def _replace(_base: Any, override: Any, _path: Path, _place: Place) -> Any:
    return override


def _with(convert: Callable[[Any, Place], Any]) -> _Merge:
    """Merge after both sides have been converted to the same form."""

    def merge_converted(base: Any, override: Any, path: Path, place: Place) -> Any:
        return _generic(convert(base, place), convert(override, place), path, place)

    return merge_converted


def _merge_logging(base: Any, override: Any, path: Path, place: Place) -> Any:
    if isinstance(base, Map) and isinstance(override, Map):
        drivers = {side["driver"] for side in (base, override) if isinstance(side.get("driver"), str)}
        if len(drivers) > 1:
            return override
    return _generic(base, override, path, place)


def _merge_build(base: Any, override: Any, path: Path, place: Place) -> Any:
    return _generic(_build_map(base, place), _build_map(override, place), path, place)


def _build_map(value: Any, place: Place) -> Any:
    return a_map([("context", value, place)]) if isinstance(value, str) else value


def _merge_pools(base: Any, override: Any, path: Path, place: Place) -> Any:
    """Address pools with the same subnet are merged; of all others, the later file's are kept."""
    if not isinstance(base, Items) or not isinstance(override, Items):
        return _generic(base, override, path, place)
    known = {str(pool.get("subnet")): pool for pool in base if isinstance(pool, Map)}
    result = Items()
    for pool, where in override.entries():
        same = known.get(str(pool.get("subnet"))) if isinstance(pool, Map) else None
        result.put(merge(same, pool, path) if same is not None else pool, where)
    return result


# Keys of services by what they are: mappings that may be lists of NAME=value, and lists that may be one text.
_PAIRS = ("annotations", "environment", "labels", "sysctls")
_TEXTS = ("dns", "dns_opt", "dns_search", "env_file", "label_file", "tmpfs")

_SERVICE: dict[Path, _Merge] = {
    ("command",): _replace,
    ("entrypoint",): _replace,
    ("healthcheck", "test"): _replace,
    ("ulimits", "*"): _replace,
    ("build",): _merge_build,
    ("build", "args"): _with(pairs_list),
    ("build", "labels"): _with(pairs_list),
    ("build", "additional_contexts"): _with(pairs_list),
    ("build", "extra_hosts"): _with(pairs_list),
    ("deploy", "labels"): _with(pairs_list),
    ("depends_on",): _with(depends_on_map),
    ("extra_hosts",): _with(pairs_list),
    ("logging",): _merge_logging,
    ("models",): _with(networks_map),
    ("networks",): _with(networks_map),
    **{(key,): _with(pairs_list) for key in _PAIRS},
    **{(key,): _with(texts_list) for key in _TEXTS},
}
_OBJECT: dict[Path, _Merge] = {
    ("ipam", "config"): _merge_pools,
    ("labels",): _with(pairs_list),
}


def _special(path: Path) -> _Merge | None:
    table = _SERVICE if path[0] == "services" else _OBJECT
    key = path[2:]
    return table.get(key) or table.get((*key[:-1], "*")) if key else None
