# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""`include`: each included project is read separately, from its own directory, and its objects are added to the
project.

Source: https://github.com/compose-spec/compose-spec/blob/main/14-include.md
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path, Source
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.mounts import absolute
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.tree import Map

_SECTIONS = ("services", "networks", "volumes", "configs", "secrets")
_KEYS = ("path", "project_directory", "env_file")


@dataclass(frozen=True)
class Include:
    """One entry of `include`.

    Attributes:
        files: absolute paths, merged in this order.
        directory: where relative paths in the files begin.
        fixed: whether the directory is written as an absolute path, which the project's paths then become.
        env_files: absolute paths; where there are none, `.env` in the directory counts.
        source: the including file, and `path` the place in it, for messages.
    """

    files: tuple[str, ...]
    directory: str
    fixed: bool
    env_files: tuple[str, ...]
    source: Source
    path: Path


def parse_includes(value: Any, source: Source, directory: str) -> list[Include]:
    """The entries of a file's `include`.

    Args:
        directory: that of the including project, where relative paths begin.

    Raises:
        ComposeError: an entry that is none.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise source.error(("include",), "must be a list of paths, or of mappings with path")
    return [_include(item, source, ("include", index), directory) for index, item in enumerate(value)]


def _include(item: Any, source: Source, path: Path, directory: str) -> Include:
    entry = {"path": item} if isinstance(item, str) else item
    if not isinstance(entry, dict) or not entry.get("path"):
        raise source.error(path, "must be a path, or a mapping with path")
    for key in entry:
        if key not in _KEYS:
            raise source.error((*path, key), f"unknown key; known here: {', '.join(_KEYS)}")
    files = _paths(entry["path"], source, (*path, "path"), directory)
    env_files = _paths(entry.get("env_file") or [], source, (*path, "env_file"), directory)
    own = entry.get("project_directory")
    if own is not None and not isinstance(own, str):
        raise source.error((*path, "project_directory"), "must be a string")
    home = absolute(own, directory) if own else os.path.dirname(files[0])
    return Include(files, home, bool(own and own.startswith("/")), env_files, source, path)


def _paths(value: Any, source: Source, path: Path, directory: str) -> tuple[str, ...]:
    paths = [value] if isinstance(value, str) else value
    if not isinstance(paths, list) or not all(isinstance(item, str) and item for item in paths):
        raise source.error(path, "must be a path or a list of paths")
    for item in paths:
        if "://" in item:
            raise source.error(path, f"{item} is not on the controller; fetch it there first and name its path")
    return tuple(absolute(item, directory) for item in paths)


def join(tree: Map, included: Map, include: Include) -> None:
    """Add the objects of an included project to those of a document.

    Raises:
        ComposeError: both define an object of one name, and differently.
    """
    problems = []
    for section in _SECTIONS:
        theirs = included.get(section)
        if not isinstance(theirs, Map):
            continue
        mine = tree.get(section)
        if not isinstance(mine, Map):
            mine = Map()
            tree.put(section, mine, included.places[section])
        for name, value, place in theirs.entries():
            if name in mine and mine[name] != value:
                text = f"{section[:-1]} {name} of {include.files[0]} is defined here, too, and differently"
                problems.append(include.source.message(include.path, f"{text}; rename one of them"))
            mine.put(name, value, place)
    if problems:
        raise ComposeError(problems)
