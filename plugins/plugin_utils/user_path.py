# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resolve paths on the controller as the user means them."""

from __future__ import annotations

import os
from pathlib import Path

_COLLECTIONS = "ansible_collections"


class PathError(Exception):
    """The path is inside an installed collection."""


def user_path(text: str, what: str, folder: str | None = None) -> str:
    """An absolute path; relative ones are resolved against the working directory, not the playbook's folder, which may
    be an installed collection.

    Args:
        text: the path, such as `backups` or `~/swarm/key`.
        what: the variable that contains it, for the message.
        folder: the folder to resolve against; default: the working directory.

    Raises:
        PathError: it is inside an installed collection, which is replaced as a whole when it is upgraded.
    """
    path = os.path.abspath(os.path.join(folder or os.getcwd(), os.path.expanduser(text)))
    if _COLLECTIONS in Path(path).parts:
        raise PathError(
            f"{what} is {text}, which is {path}: this is inside an installed collection, and files there are lost when "
            "the "
            "collection is upgraded. Set another path, such as an absolute one"
        )
    return path
