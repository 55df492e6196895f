# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Faults found during conversion, collected so that all are reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Union

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

Json = dict[str, Any]
Path = tuple[Union[str, int], ...]


class ConvertError(UserError):
    """The project cannot run on any engine, or not on this one.

    Attributes:
        problems: (path in the project, sentence) of each fault.
    """

    def __init__(self, problems: list[tuple[Path, str]]) -> None:
        self.problems = problems
        super().__init__("\n".join(f"{dotted(path)}: {text}" for path, text in problems))


class Problems:
    """Collects faults and warnings."""

    def __init__(self) -> None:
        self._found: list[tuple[Path, str]] = []
        self.warnings: list[str] = []

    def add(self, path: Path, text: str) -> None:
        """Record a fault."""
        self._found.append((path, text))

    def warn(self, path: Path, text: str) -> None:
        """Record something that was left out."""
        self.warnings.append(f"{dotted(path)}: {text}")

    def raise_any(self) -> None:
        """Raise ConvertError if there was a fault."""
        if self._found:
            raise ConvertError(self._found)


_SINGULAR = {
    "services": "service",
    "networks": "network",
    "volumes": "volume",
    "configs": "config",
    "secrets": "secret",
}


def located(path: Path, text: str, places: Mapping[str, str]) -> str:
    """`compose.yml:12: service web: ports[0]: text`.

    Args:
        places: file and line by dotted path; that of the nearest parent is used.
    """
    place = next((places[dotted(path[:end])] for end in range(len(path), 0, -1) if dotted(path[:end]) in places), "")
    return ": ".join([*([place] if place else []), *describe(path), text])


def describe(path: Path) -> Iterator[str]:
    """The parts of a path for a message: the object, then the key in it."""
    rest = path
    if len(path) > 1 and path[0] in _SINGULAR:
        yield f"{_SINGULAR[str(path[0])]} {path[1]}"
        rest = path[2:]
    if rest:
        yield dotted(rest)


def dotted(path: Path) -> str:
    """`services.web.ports[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
