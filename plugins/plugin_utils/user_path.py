# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paths on the controller as the person who runs Ansible means them."""

from __future__ import annotations

import os
from pathlib import Path

_COLLECTIONS = "ansible_collections"


class PathError(Exception):
    """Nothing of the user's may be kept there."""


def user_path(text: str, what: str, folder: str | None = None) -> str:
    """An absolute path; a relative one begins where the user stands, not at a playbook, which may be an installed one.

    Args:
        text: the path, such as `backups` or `~/swarm/key`.
        what: the variable that holds it, for the message.
        folder: where the user stands; the working directory unless given.

    Raises:
        PathError: it lies inside an installed collection, which is replaced as a whole when it is upgraded.
    """
    path = os.path.abspath(os.path.join(folder or os.getcwd(), os.path.expanduser(text)))
    if _COLLECTIONS in Path(path).parts:
        raise PathError(
            f"{what} is {text}, which is {path}: that lies inside of an installed collection, and is lost when the "
            "collection is upgraded. Name another path, such as an absolute one"
        )
    return path
