# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write plan files, readable only by their owner: they contain details of the cluster."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.dockyard.swarm.plugins.plugin_utils.owner_file import write_for_owner
from ansible_collections.dockyard.swarm.plugins.plugin_utils.user_path import PathError, user_path

SUFFIXES = (".md", ".json")


class PlanFileError(Exception):
    """The plan cannot be written to this path."""


def plan_path(text: str, what: str) -> Path:
    """The absolute path from an option; relative paths are resolved against the working directory.

    Args:
        text: the option's value.
        what: the option's name, for messages.

    Raises:
        PlanFileError: the suffix is unknown, or the directory does not exist.
    """
    try:
        path = Path(user_path(text, what))
    except PathError as error:
        raise PlanFileError(str(error)) from error
    if path.suffix not in SUFFIXES:
        raise PlanFileError(f"{what} {path}: the name must end with .md or .json, which selects the format")
    if not path.parent.is_dir():
        raise PlanFileError(f"{what} {path}: the directory {path.parent} does not exist")
    return path


def write_plan(path: Path, text: str, what: str) -> None:
    """Write the file, or keep the previous one on failure.

    Raises:
        PlanFileError: it cannot be written.
    """
    try:
        write_for_owner(path, text.encode())
    except OSError as error:
        raise PlanFileError(f"{what} {path}: {error.strerror}") from error
