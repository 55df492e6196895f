# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""ComposeError, the only exception of the compose loader, and the places in files that its messages name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.tree import Items, Map, Place, shown

Path = tuple["str | int", ...]

_SINGULAR = {
    "services": "service",
    "networks": "network",
    "volumes": "volume",
    "configs": "config",
    "secrets": "secret",
}


class ComposeError(Exception):
    """A compose project that cannot be used.

    Attributes:
        problems: one sentence each, with file, line, object and key; never empty.
        partial: the project without what is wrong in it, as far as it could be read; None if it could not.
    """

    partial: Any = None

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems: list[str] = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


_PLACE = re.compile(r"(?P<file>.*?):(?P<line>[0-9]+): ")


def in_order(problems: Sequence[str]) -> list[str]:
    """The problems in the order of the files; those without a line first."""

    def place(problem: str) -> tuple[str, int]:
        found = _PLACE.match(problem)
        return (found["file"], int(found["line"])) if found else ("", 0)

    return sorted(problems, key=place)


class Source:
    """The places at which the values of a file, or of a tree merged from several files, were written, for messages.

    Args:
        file: the name it was asked for by.
        root: the tree that paths lead into.
    """

    def __init__(self, file: str, root: Map | None = None) -> None:
        self.file = file
        self._root = Map() if root is None else root
        self._told: dict[str, Path] = {}

    def look_at(self, root: Map) -> None:
        """Look up places in this tree from now on."""
        self._root = root

    def place(self, path: Path) -> Place:
        """The place of a path, or of the nearest parent that has one."""
        return self._found(path)[1]

    def known(self, path: Path) -> int:
        """The number of leading parts of a path that exist in the tree."""
        return self._found(path)[0]

    def _found(self, path: Path) -> tuple[int, Place]:
        place: Place = (self.file, None)
        value: Any = self._root
        for number, part in enumerate(path):
            if isinstance(value, Map) and part in value:
                place = value.places[str(part)]
            elif isinstance(value, Items) and isinstance(part, int) and part < len(value):
                place = value.places[part]
            else:
                return number, place
            value = value[part]
        return len(path), place

    def line(self, path: Path) -> int | None:
        """The line number of a place."""
        return self.place(path)[1]

    def message(self, path: Path, text: str) -> str:
        """`file:line: service web: deploy.replicas: text`."""
        sentence = ": ".join([shown(self.place(path)), *describe(path), text])
        self._told[sentence] = path
        return sentence

    def paths(self, problems: Iterable[str]) -> list[Path]:
        """The paths that these messages were about, if they are messages of this source."""
        return [self._told[problem] for problem in problems if problem in self._told]

    def error(self, path: Path, text: str) -> ComposeError:
        """The error for one problem at one path."""
        return ComposeError(self.message(path, text))


def describe(path: Path) -> Iterator[str]:
    """A path in words: the object that it belongs to, then the key inside the object."""
    rest = path
    if len(path) > 1 and path[0] in _SINGULAR:
        yield f"{_SINGULAR[str(path[0])]} {path[1]}"
        rest = path[2:]
    if rest:
        yield dotted(rest)


def dotted(path: Path) -> str:
    """`deploy.placement.constraints[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text
