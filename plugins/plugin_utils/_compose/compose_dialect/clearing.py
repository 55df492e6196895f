# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.
"""`!reset` and `!override`: remove values that earlier files, or an extended service, have set.

Both clear what stood at their place before; the value after `!override` then counts, that after `!reset` does not.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import Path
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.tree import Items, Map
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.yaml_reader import OVERRIDE, RESET, Document


def cleared_paths(document: Document) -> list[Path]:
    """The values of earlier documents that one document removes."""
    return [path for path, tag in document.tags.items() if path and tag in (RESET, OVERRIDE)]


def drop_reset_values(tree: Map, document: Document) -> None:
    """Remove the values tagged `!reset` from a document's own tree, from the last to the first."""
    resets = [path for path, tag in document.tags.items() if path and tag == RESET]
    for path in reversed(resets):
        _remove(tree, path)


def clear(tree: Any, path: Path) -> None:
    """Remove a key, if its path consists of mappings only: list items have no key to find them by."""
    if path and not any(isinstance(part, int) for part in path):
        _remove(tree, path)


def clear_in_service(service: Map, name: str, paths: list[Path]) -> None:
    """Remove from an extended service what the extending service clears."""
    for path in paths:
        if path[:2] == ("services", name):
            clear(service, path[2:])


def _remove(tree: Any, path: Path) -> None:
    for part in path[:-1]:
        if isinstance(tree, Items) and isinstance(part, int) and part < len(tree):
            tree = tree[part]
        else:
            tree = tree.get(str(part)) if isinstance(tree, Map) else None
    last = path[-1]
    if isinstance(tree, Map) and isinstance(last, str):
        tree.pop(last, None)
    elif isinstance(tree, Items) and isinstance(last, int) and last < len(tree):
        del tree[last]
        del tree.places[last]
