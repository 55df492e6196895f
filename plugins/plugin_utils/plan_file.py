# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that plans are written to, for their owner alone: they tell much of how a cluster is built."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.dockyard.swarm.plugins.plugin_utils.owner_file import write_for_owner
from ansible_collections.dockyard.swarm.plugins.plugin_utils.user_path import PathError, user_path

SUFFIXES = (".md", ".json")


class PlanFileError(Exception):
    """No plan can be written there."""


def plan_path(text: str, what: str) -> Path:
    """The file that an option names, absolute; a relative path begins at the working directory.

    Args:
        text: what the option says.
        what: the option, for messages.

    Raises:
        PlanFileError: it does not say how the plan is to be written, or cannot be there.
    """
    try:
        path = Path(user_path(text, what))
    except PathError as error:
        raise PlanFileError(str(error)) from error
    if path.suffix not in SUFFIXES:
        raise PlanFileError(f"{what} {path}: end its name in .md or .json, which says how it is written")
    if not path.parent.is_dir():
        raise PlanFileError(f"{what} {path}: the directory {path.parent} does not exist")
    return path


def write_plan(path: Path, text: str, what: str) -> None:
    """Write it, or leave what was there.

    Raises:
        PlanFileError: it cannot be written.
    """
    try:
        write_for_owner(path, text.encode())
    except OSError as error:
        raise PlanFileError(f"{what} {path}: {error.strerror}") from error
