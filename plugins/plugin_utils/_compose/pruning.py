# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Remove faulty parts from a file, so that later stages can run on the rest and find their faults in the same pass."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterable
from typing import Any, TypeVar

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import Path
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.tree import Map

Json = dict[str, Any]
Tree = TypeVar("Tree", bound=Json)

# What stands in for an object, or for a key it needs, so that nothing is told of what was taken out itself.
_OBJECTS: dict[str, Json] = {
    "services": {"image": "unknown"},
    "networks": {},
    "volumes": {},
    "configs": {"external": True},
    "secrets": {"external": True},
}
_WHOLE = ("configs", "secrets")
_NEEDED = {("services", "image"): "unknown"}


def without_faults(data: Tree, paths: Iterable[Path]) -> Tree | None:
    """A copy of the data without the values at these paths; None if nothing could be removed.

    Of a list nothing is taken out but the whole of it, as the lines of its other items would no longer be theirs.
    """
    result = copy.deepcopy(data)
    return result if take_out(result, paths) else None


def take_out(data: Json, paths: Iterable[Path]) -> bool:
    """The same in place; returns whether anything was removed."""
    changed = [_take_out(data, path) for path in paths]
    return any(changed)


def _take_out(data: Json, path: Path) -> bool:
    if len(path) < 2 or path[0] not in _OBJECTS:
        return bool(path) and path[0] != "services" and data.pop(str(path[0]), None) is not None
    section, name = str(path[0]), path[1]
    objects = data.get(section)
    if not isinstance(objects, dict) or name not in objects:
        return False
    if len(path) == 2 or section in _WHOLE or not isinstance(objects[name], dict):
        substitute = _OBJECTS[section]
        changed = objects[name] != substitute
        _put(objects, str(name), type(objects)())
        for key, value in substitute.items():
            _put(objects[name], key, value, like=objects)
        return changed
    return _take_key(objects[name], section, path[2:])


def _was_to_bring_an_image(key: str) -> bool:
    return key in ("build", "extends") or bool(difflib.get_close_matches(key.lower(), ["image"], 1, cutoff=0.6))


def _take_key(value: Json, section: str, path: Path) -> bool:
    """Remove the innermost key of a path that exists in a mapping."""
    holder, key = value, str(path[0])
    for inner in path[1:]:
        if not isinstance(holder.get(key), dict) or not isinstance(inner, str) or inner not in holder[key]:
            break
        holder, key = holder[key], inner
    if key not in holder:
        return False
    if holder is value and section == "services" and "image" not in value and _was_to_bring_an_image(key):
        _put(value, "image", "unknown")
    needed = _NEEDED.get((section, key)) if holder is value else None
    if needed is None:
        del holder[key]
        return True
    changed = holder[key] != needed
    _put(holder, key, needed)
    return changed


def _put(holder: Json, key: str, value: Any, like: Json | None = None) -> None:
    """Set a key; trees also need its place."""
    if isinstance(holder, Map):
        places = (like if isinstance(like, Map) else holder).places
        holder.put(key, value, places.get(key) or next(iter(places.values()), ("", None)))
    else:
        holder[key] = value
