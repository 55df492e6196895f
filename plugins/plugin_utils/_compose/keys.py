# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Queries of the loader on the table of compose keys (module_utils/_stack/spec/keys.py)."""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.keys import (
    KEYS,
    REFUSED,
    SERVICE_KEYS,
    Key,
)


def has_no_effect(key: Key) -> bool:
    """Whether a key has no effect in a swarm, in any dialect."""
    return bool(key.advice) and not key.becomes


FORBIDDEN = {path: key.advice for path, key in SERVICE_KEYS.items() if key.cli == REFUSED}
"""Keys of services that the docker CLI refuses by name, with what to do instead."""

INEFFECTIVE: dict[tuple[str, ...], str] = {
    tuple(path.split(".")): key.advice for path, key in KEYS.items() if has_no_effect(key)
}
"""Keys that swarm has nothing for, by path in the file (`*` any name, `[]` any item), with what to do instead."""


def is_ineffective(path: str) -> bool:
    """Whether the key at a path of the table has no effect in a swarm."""
    return tuple(path.split(".")) in INEFFECTIVE


def advice_below() -> dict[str, dict[str, str]]:
    """The advice for keys that the 3.x format does not have, by the path of their mapping."""
    result: dict[str, dict[str, str]] = {}
    for path, key in KEYS.items():
        if key.advice and not key.kind:
            above, _dot, name = path.rpartition(".")
            result.setdefault(above, {})[name] = key.advice
    return result
