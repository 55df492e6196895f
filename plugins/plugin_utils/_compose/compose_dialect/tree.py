# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.
"""Plain trees of compose files that remember where each value was written, so that messages can say it after merging.

`Map` and `Items` are a dict and a list in all else. Their places run beside them: a key's or an item's file and line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import Path, Source, describe

Place = tuple[str, "int | None"]
"""File and line."""


class Map(dict[str, Any]):
    """A mapping that knows where its keys were written."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, Place] = {}

    def put(self, key: str, value: Any, place: Place) -> None:
        """Set a key."""
        self[key] = value
        self.places[key] = place

    def entries(self) -> Iterator[tuple[str, Any, Place]]:
        """Each key with its value and place."""
        return ((key, value, self.places[key]) for key, value in self.items())


class Items(list[Any]):
    """A list that knows where its items were written."""

    def __init__(self, items: Iterable[tuple[Any, Place]] = ()) -> None:
        super().__init__()
        self.places: list[Place] = []
        for value, place in items:
            self.put(value, place)

    def put(self, value: Any, place: Place) -> None:
        """Add an item."""
        self.append(value)
        self.places.append(place)

    def entries(self) -> Iterator[tuple[Any, Place]]:
        """Each item with its place."""
        return zip(self, self.places, strict=True)


def a_map(entries: Iterable[tuple[str, Any, Place]]) -> Map:
    """A map of keys, values and places; of equal keys the last one counts."""
    result = Map()
    for key, value, place in entries:
        result.put(key, value, place)
    return result


def grown(value: Any, source: Source, leaf: Callable[[Any, Path], Any], path: Path = ()) -> Any:
    """The tree of a file's plain values; `leaf` may change scalars, which it is given with their paths."""
    lines, file = source.lines, source.file
    if isinstance(value, dict):
        tree = Map()
        for key, item in value.items():
            here = (*path, key)
            tree[key] = grown(item, source, leaf, here) if isinstance(item, (dict, list)) else leaf(item, here)
            tree.places[key] = (file, lines.get(here))
        return tree
    items = Items()
    for index, item in enumerate(value):
        here = (*path, index)
        items.append(grown(item, source, leaf, here) if isinstance(item, (dict, list)) else leaf(item, here))
        items.places.append((file, lines.get(here)))
    return items


def copied(value: Any) -> Any:
    """A tree of its own."""
    if isinstance(value, Map):
        return a_map((key, copied(item), place) for key, item, place in value.entries())
    if isinstance(value, Items):
        return Items((copied(item), place) for item, place in value.entries())
    return value


class TreeSource(Source):
    """Where the values of a tree were written, for messages."""

    def __init__(self, file: str, root: Map) -> None:
        super().__init__(file)
        self._root = root

    def look_at(self, root: Map) -> None:
        """Take the places from this tree from now on."""
        self._root = root

    def place(self, path: Path) -> Place:
        """The place of a path, or of the nearest of its parents that has one."""
        found: Place = (self.file, None)
        value: Any = self._root
        for part in path:
            if isinstance(value, Map) and part in value:
                found = value.places[str(part)]
            elif isinstance(value, Items) and isinstance(part, int) and part < len(value):
                found = value.places[part]
            else:
                break
            value = value[part]
        return found

    def places(self) -> dict[str, str]:
        """File and line of each key and item, by dotted path."""
        found: dict[str, str] = {}
        _note_places(self._root, "", found)
        return found

    def line(self, path: Path) -> int | None:
        """The line, in the file that `message` names."""
        return self.place(path)[1]

    def message(self, path: Path, text: str) -> str:
        """`file:line: service web: deploy.replicas: text`."""
        sentence = ": ".join([_shown(self.place(path)), *describe(path), text])
        self.told[sentence] = path
        return sentence


def _note_places(value: Any, path: str, found: dict[str, str]) -> None:
    if isinstance(value, Map):
        for key, item in value.items():
            here = f"{path}.{key}" if path else key
            found[here] = _shown(value.places[key])
            if isinstance(item, (Map, Items)):
                _note_places(item, here, found)
    else:
        for index, item in enumerate(value):
            here = f"{path}[{index}]"
            found[here] = _shown(value.places[index])
            if isinstance(item, (Map, Items)):
                _note_places(item, here, found)


def _shown(place: Place) -> str:
    file, line = place
    return f"{file}:{line}" if line else file
