# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Keys that have no effect in a swarm, with advice; by setting they are errors, warnings or ignored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path, Source
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.keys import INEFFECTIVE

Json = dict[str, Any]


class Ineffective:
    """Collects the keys without effect, as errors, as warnings or not at all."""

    def __init__(self, policy: str, source: Source, warnings: list[str]) -> None:
        self._policy = policy
        self._source = source
        self._warnings = warnings
        self._faults: list[str] = []

    def add(self, path: Path, text: str) -> None:
        """Record one key."""
        if self._policy == "error":
            self._faults.append(self._source.message(path, f"{text} (refused by unsupported: error)"))
        elif self._policy == "warn":
            self._warnings.append(self._source.message(path, text))

    def tell(self, data: Any) -> None:
        """Record all keys of a file that have no effect."""
        for path, advice, value in _found(data, _TREE, ()):
            # Keys set to false need no warning.
            if value is not False:
                self.add(path, f"has no effect in a swarm: {advice}")

    def drop(self, value: Any, path: Path) -> Any:
        """The value at a path of a file, without the keys that have no effect; each is recorded."""
        tree = _TREE
        for part in path:
            tree = tree.get("*") or tree.get(str(part)) or {}
        found = list(_found(value, tree, path))
        for place, advice, dropped in found:
            # Keys set to false need no warning.
            if dropped is not False:
                self.add(place, f"has no effect in a swarm: {advice}")
        return _without(value, [place[len(path) :] for place, _advice, _value in found])

    def raise_any(self) -> None:
        """Raise ComposeError if there were faults."""
        if self._faults:
            raise ComposeError(self._faults)


_LEAF = ""


def _tree() -> Json:
    """The paths of the keys that have no effect as nested mappings, the advice at the end of each."""
    tree: Json = {}
    for path, advice in INEFFECTIVE.items():
        branch = tree
        for part in path:
            branch = branch.setdefault(part, {})
        branch[_LEAF] = advice
    return tree


_TREE = _tree()


def _found(value: Any, tree: Json, path: Path) -> Iterator[tuple[Path, str, Any]]:
    """Each key of a value that has no effect: its path, the advice, and what it is set to."""
    if _LEAF in tree:
        yield path, tree[_LEAF], value
    elif isinstance(value, dict):
        if "*" in tree:
            for key, item in value.items():
                yield from _found(item, tree["*"], (*path, key))
        else:
            for key, item in value.items():
                if key in tree:
                    yield from _found(item, tree[key], (*path, key))
    elif isinstance(value, list) and "[]" in tree:
        for index, item in enumerate(value):
            yield from _found(item, tree["[]"], (*path, index))


def _without(value: Any, paths: list[Path]) -> Any:
    if not paths:
        return value
    gone = {path[0] for path in paths if len(path) == 1}
    items = value.items() if isinstance(value, dict) else enumerate(value)
    kept = {
        key: _without(item, [path[1:] for path in paths if path[0] == key and len(path) > 1])
        for key, item in items
        if key not in gone
    }
    return kept if isinstance(value, dict) else list(kept.values())
