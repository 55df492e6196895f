# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Environment files: those of `env_file`, and those with the variables of a project."""

from __future__ import annotations

import os
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect import dotenv
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.sources import Reader, from_disk, text

RAW = "raw"
"""The format of lines NAME=value in which nothing is unquoted or expanded, as `docker run --env-file` reads them."""


def read_env_file(path: str, environment: Mapping[str, str], read: Reader = from_disk) -> Iterator[tuple[str, str]]:
    """The variables of a file in the raw format, in the order of the file.

    A line with a name alone takes its value from the environment and counts for nothing if there is none.

    Raises:
        ComposeError: a file that cannot be read, or a line that is none.
    """
    lines = [line.removesuffix("\r") for line in text(path, read, "env_file").split("\n")]
    for number, whole in enumerate(lines, 1):
        line = whole.lstrip(" \t\ufeff" if number == 1 else " \t")
        if not line or line.startswith("#"):
            continue
        name, separator, value = line.partition("=")
        if not name:
            raise ComposeError(f"{path}:{number}: a name is missing before the =")
        if any(char.isspace() for char in name):
            raise ComposeError(f'{path}:{number}: the name "{name}" has spaces; write NAME=value')
        if separator:
            yield name, value
        elif name in environment:
            yield name, environment[name]


def project_variables(
    directory: str, env_files: Sequence[str], environment: Mapping[str, str], read: Reader = from_disk
) -> dict[str, str]:
    """The variables that a project is read with.

    Args:
        directory: the project's; its `.env` is read where no files are named.
        env_files: files in Compose's format; a later one wins over an earlier one.
        environment: variables that win over all files.

    Raises:
        ComposeError: a file that cannot be read, or a line that is none.
    """
    files = list(env_files)
    beside = os.path.join(directory, ".env")
    if not files and os.path.isfile(beside):
        files = [beside]
    found: dict[str, str] = {}
    for path in files:
        found.update(dotenv.parse(text(path, read, "env file"), path, ChainMap(dict(environment), found)))
    return {**found, **environment}


def container_variables(
    env_files: Sequence[Mapping[str, Any]], environment: Mapping[str, str], read: Reader, key: str = "env_file"
) -> dict[str, str]:
    """The variables that a service's `env_file` entries set in its containers; later files override earlier ones.

    Files of `label_file` are read by the same rules.

    Args:
        env_files: each with its absolute `path`, perhaps `required: false`, perhaps `format: raw`.
        key: the key that names the files, for messages.

    Raises:
        ComposeError: a file that cannot be read, or a line that is none.
    """
    found: dict[str, str] = {}
    for entry in env_files:
        path = entry["path"]
        if not path:
            raise ComposeError("names no file; a variable in it is perhaps not set")
        if not entry.get("required", True) and not os.path.exists(path):
            continue
        if entry.get("format") == RAW:
            found.update(read_env_file(path, {**found, **environment}, read))
        else:
            found.update(dotenv.parse(text(path, read, key), path, environment, found))
    return found
