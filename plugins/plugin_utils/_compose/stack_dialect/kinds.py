# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The checks behind the names of kinds in the table of compose keys, and the format built from them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.keys import KEYS, Key
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.schema import (
    Either,
    Flag,
    Integer,
    Keys,
    Kind,
    ListOf,
    MapOf,
    Null,
    Number,
    Since,
    Text,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.units import nanoseconds

OBJECT_NAME = "[a-zA-Z0-9._-]+"

_TEXT = Text()
_SCALAR = Either(_TEXT, Number(), Null())
_SET = ListOf(_TEXT, unique=True)

# Kinds that need nothing else to be known.
_LEAVES: dict[str, Kind] = {
    "text": _TEXT,
    "flag": Flag(),
    "empty": Null(),
    "integer": Integer(),
    "natural": Integer(),
    "whole": Integer(strict=True),
    "number": Number(),
    "ratio": Number(),
    "count": Number(),
    "duration": Text(nanoseconds),
    "order": Text(choices=("start-first", "stop-first")),
    "cpus": _TEXT,
    "size": _TEXT,
    "size_number": Integer(0),
    "set": _SET,
    "command": Either(_TEXT, ListOf(_TEXT)),
    "pairs": Either(MapOf(_SCALAR, what="key"), _SET),
    "options": MapOf(Either(_TEXT, Number()), ".*"),
    "scalars": MapOf(_SCALAR, ".*"),
    "addresses": MapOf(_TEXT),
    "exposed": ListOf(Either(_TEXT, Number()), unique=True),
    "groups": ListOf(Either(_TEXT, Integer(strict=True)), unique=True),
}


@cache
def known_below(path: str) -> frozenset[str]:
    """The keys that the 3.x format has in the mapping at a path."""
    below = (key.path.rpartition(".") for key in KEYS.values() if key.kind)
    return frozenset(name for above, _dot, name in below if above == path)


class Format:
    """Builds the format from the table.

    Args:
        mappings: by path, what the table does not say of a mapping's keys: the arguments of schema.Keys.
        names: by path, what the names in a mapping are called, and the pattern they fit.
    """

    def __init__(self, mappings: dict[str, dict[str, object]], names: dict[str, tuple[str, str]]) -> None:
        self._mappings = mappings
        self._names = names
        self._below: dict[str, list[Key]] = {}
        for key in KEYS.values():
            above = key.path.rpartition(".")[0]
            if key.kind:
                self._below.setdefault(above, []).append(key)

    def mapping(self, path: str) -> Keys:
        """The mapping at a path; the empty path is the whole file."""
        keys = {key.path.rpartition(".")[2]: self._kind_of(key) for key in self._children(path)}
        return Keys(keys, **self._mappings.get(path, {}))  # type: ignore[arg-type]

    def _children(self, path: str) -> Iterable[Key]:
        return self._below.get(path, [])

    def _kind_of(self, key: Key) -> Kind | Since:
        kinds = [self._kind(name, key.path) for name in key.kind.split("|")]
        kind = kinds[0] if len(kinds) == 1 else Either(*kinds)
        return Since(key.since, kind) if key.since else kind

    def _kind(self, name: str, path: str) -> Kind:
        if name == "mapping":
            return self.mapping(path)
        if name == "names":
            what, pattern = self._names.get(path, ("name", ".+"))
            return MapOf(self._item(f"{path}.*"), pattern, what)
        if name in ("list", "distinct"):
            return ListOf(self._item(f"{path}.[]"), unique=name == "distinct")
        return _LEAVES[name]

    def _item(self, path: str) -> Kind:
        kind = self._kind_of(KEYS[path])
        return kind.kind if isinstance(kind, Since) else kind
