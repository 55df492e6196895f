# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The input and the result of reading a project's files, for both dialects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import Path
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.sources import Reader, from_disk
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.tree import Map
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.yaml_reader import Document

STARTED = "service_started"


@dataclass
class Choices:
    """The caller's settings for reading files.

    Attributes:
        profiles: active profiles; `*` stands for all.
        unsupported: `error`, `warn` or `ignore` what swarm has nothing for.
        dialect: `stack` or `compose`.
        contents: content of configs and secrets by section and key; it wins over what the files say.
        read: how files are read.
        name: the stack's name, if it is known.
        documents: files of one document that have been parsed for the other dialect, by name.
    """

    profiles: tuple[str, ...] = ()
    unsupported: str = "warn"
    dialect: str = "stack"
    contents: Mapping[tuple[str, str], bytes] = field(default_factory=dict)
    read: Reader = from_disk
    name: str | None = None
    documents: dict[str, Document] = field(default_factory=dict)


@dataclass
class Extras:
    """What the files contain beyond the 3.x format.

    Attributes:
        name: the project's own name.
        depends_on: by service and the service it waits for, the condition.
        contents: text of configs and secrets, by section and key.
        optional: service and the service it waits for, where that may be missing.
        env_files: by service, its files of variables, each with `path`, `required` and `format`.
        label_files: by service, the paths of its files of labels.
    """

    name: str | None = None
    depends_on: dict[str, dict[str, str]] = field(default_factory=dict)
    contents: dict[tuple[str, str], bytes] = field(default_factory=dict)
    env_files: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    label_files: dict[str, list[str]] = field(default_factory=dict)
    optional: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class Reading:
    """A project as read from its files.

    Attributes:
        config: the canonical form; see the package's docstring.
        message: a sentence about a path of `config`, with the file and line where it was written.
        trees: the files, or what they are together, which know where each key was written; the last counts.
        directory: the project's, where relative paths begin.
        warnings: sentences about what has no effect.
        relative_sources: sources of bind mounts that the files write as relative paths, by what they become.
        problems: what is wrong with the files; `config` is without it.
    """

    config: dict[str, Any]
    extras: Extras
    message: Callable[[Path, str], str]
    trees: list[Map]
    directory: str
    warnings: list[str]
    relative_sources: dict[str, str]
    problems: list[str] = field(default_factory=list)
