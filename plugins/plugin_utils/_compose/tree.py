# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.
"""Trees of compose files that record where each value was written, so that messages can name the place after
merging.

`Map` and `Items` are a dict and a list in all else. Their places run beside them: a key's or an item's file and line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Place = tuple[str, "int | None"]
"""File and line."""


class Map(dict[str, Any]):
    """A mapping that records where its keys were written."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}

    def put(self, key: str, value: Any, place: Place) -> None:
        """Set a key."""
        self[key] = value
        self.places[key] = place

    def entries(self) -> Iterator[tuple[str, Any, Place]]:
        """Each key with its value and place."""
        return ((key, value, self.places[key]) for key, value in self.items())


class Items(list[Any]):
    """A list that records where its items were written."""

    __slots__ = ("places",)

    def __init__(self, items: Iterable[tuple[Any, Place]] = ()) -> None:
        self.places: list[Place] = []
        for value, place in items:
            self.put(value, place)

    def put(self, value: Any, place: Place) -> None:
        """Append an item."""
        self.append(value)
        self.places.append(place)

    def entries(self) -> Iterator[tuple[Any, Place]]:
        """Each item with its place."""
        return zip(self, self.places, strict=True)


def a_map(entries: Iterable[tuple[str, Any, Place]]) -> Map:
    """Build a mapping from keys, values and places; of equal keys the last one is used."""
    result = Map()
    for key, value, place in entries:
        result.put(key, value, place)
    return result


def copied(value: Any) -> Any:
    """A copy of the tree."""
    if isinstance(value, Map):
        tree = Map()
        tree.update((key, copied(item) if isinstance(item, (Map, Items)) else item) for key, item in value.items())
        tree.places = dict(value.places)
        return tree
    if isinstance(value, Items):
        items = Items()
        items.extend(copied(item) if isinstance(item, (Map, Items)) else item for item in value)
        items.places = list(value.places)
        return items
    return value


def shown(place: Place) -> str:
    """`compose.yml:12`."""
    file, line = place
    return f"{file}:{line}" if line else file


def note_places(tree: Any, found: dict[str, str], path: str = "") -> None:
    """Add file and line of each key and item of a tree, by dotted path."""
    if isinstance(tree, Map):
        for key, item in tree.items():
            here = f"{path}.{key}" if path else key
            found[here] = shown(tree.places[key])
            if isinstance(item, (Map, Items)):
                note_places(item, found, here)
    else:
        for index, item in enumerate(tree):
            here = f"{path}[{index}]"
            found[here] = shown(tree.places[index])
            if isinstance(item, (Map, Items)):
                note_places(item, found, here)
