# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Warnings about keys that `docker stack deploy` and docker compose read differently.

The dialect `auto` reads such a project as `docker stack deploy` does, and says what docker compose would have read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import Path
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.keys import INEFFECTIVE
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.reading import Reading
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.tree import Map

_ADVICE = "set dialect to stack or compose to say which is meant"
# Keys of services that say nothing to a swarm, or of which the readings have different forms.
# Keys of services that say nothing to a swarm, or of which the readings have different forms; a tmpfs that only
# docker compose mounts is told for itself.
_NOT_COMPARED = ("depends_on", "env_file", "tmpfs")
# What may hold secrets is not shown.
_NOT_SHOWN = ("command", "entrypoint", "environment", "healthcheck", "labels")
_LONGEST = 60


def differences(stack: Reading, compose: Reading) -> list[str]:
    """One sentence for each key that the two read differently, with its place in the files."""
    found = []
    for path, one, other in _compared(stack.config, compose.config):
        told = _told_path(path, stack.trees)
        found.append(stack.message(told, f"{_subject(path, told)}{_how(path, one, other)}; {_ADVICE}"))
    return found


def _compared(stack: dict[str, Any], compose: dict[str, Any]) -> Iterator[tuple[Path, Any, Any]]:
    for section in ("services", "networks", "volumes", "configs", "secrets"):
        ours, theirs = stack.get(section, {}), compose.get(section, {})
        for name in ours:
            yield from _unlike(ours[name], theirs.get(name, {}), (section, name))


def _unlike(one: Any, other: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    """The innermost keys whose two values differ."""
    if one == other or not (one or other) or _is_ineffective(path) or path[2:] in [(key,) for key in _NOT_COMPARED]:
        return
    if path[2:] == ("volumes",):
        other = [mount for mount in other or () if mount.get("type") != "tmpfs" or mount in (one or ())]
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            yield from _unlike(one.get(key), other.get(key), (*path, key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other) and path[2] not in _NOT_SHOWN:
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield from _unlike(*pair, (*path, index))
    elif one or other:
        yield path, one, other


def _is_ineffective(path: Path) -> bool:
    keys = ["[]" if isinstance(part, int) else part for part in path]
    return any(
        len(known) == len(keys) and all(part in ("*", key) for part, key in zip(known, keys, strict=True))
        for known in INEFFECTIVE
    )


def _told_path(path: Path, trees: list[Map]) -> Path:
    """Variables from an env_file are reported at the entry of the file."""
    if path[2:3] != ("environment",) or any(_is_written(path, tree) for tree in trees):
        return path
    return (*path[:2], "env_file")


def _is_written(path: Path, tree: Map) -> bool:
    services = tree.get("services")
    service = services.get(path[1]) if isinstance(services, dict) else None
    written = service.get("environment") if isinstance(service, dict) else None
    names = [str(name).partition("=")[0] for name in written] if isinstance(written, (list, dict)) else []
    return path[3] in names


def _subject(path: Path, told: Path) -> str:
    return f"the variable {path[3]} " if told[2:] == ("env_file",) else ""


def _how(path: Path, one: Any, other: Any) -> str:
    if path[0] == "services" and path[2] in _NOT_SHOWN:
        if isinstance(one, str) and isinstance(other, str) and one[1:-1] == other and one[:1] in ("'", '"'):
            return "keeps its quotes, as with docker stack deploy; docker compose takes them away"
        return f"is {_size(one)}, as with docker stack deploy; docker compose makes {_size(other)} of it"
    return f"is {_shown(one)}, as with docker stack deploy; docker compose makes {_shown(other)} of it"


def _size(value: Any) -> str:
    if isinstance(value, str):
        return f"a text of {len(value)} characters" if value else "an empty text"
    if isinstance(value, list):
        return f"a list of {len(value)}, {sum(len(str(item)) for item in value)} characters in all"
    return "nothing" if value is None else "something else"


def _shown(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
