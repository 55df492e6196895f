# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The one error of the compose front end, and where in a file it happened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

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
    """As they stand in the files; those that name no line first."""

    def place(problem: str) -> tuple[str, int]:
        found = _PLACE.match(problem)
        return (found["file"], int(found["line"])) if found else ("", 0)

    return sorted(problems, key=place)


@dataclass
class Source:
    """One compose file, as far as messages need it.

    Attributes:
        file: the name it was asked for by.
        lines: line number (from 1) of each key and list item, by path from the root.
        told: the paths that messages were about, by message.
    """

    file: str
    lines: dict[Path, int] = field(default_factory=dict)
    told: dict[str, Path] = field(default_factory=dict, repr=False)

    def line(self, path: Path) -> int | None:
        """The line of a path, or of the nearest of its parents that has one."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None

    def message(self, path: Path, text: str) -> str:
        """`file:line: service web: deploy.replicas: text`."""
        line = self.line(path)
        place = f"{self.file}:{line}" if line else self.file
        sentence = ": ".join([place, *describe(path), text])
        self.told[sentence] = path
        return sentence

    def paths(self, problems: Iterable[str]) -> list[Path]:
        """What these messages were about, where this source has told them."""
        return [self.told[problem] for problem in problems if problem in self.told]

    def error(self, path: Path, text: str) -> ComposeError:
        """The error for one problem at one path."""
        return ComposeError(self.message(path, text))


def describe(path: Path) -> Iterator[str]:
    """What a path names, in words: the object it belongs to, then the key inside it."""
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
