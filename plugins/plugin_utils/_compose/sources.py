# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Read files on the controller; callers can replace the reader, for example to decrypt files."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError

Reader = Callable[[str], bytes]
"""The content of a file, by its path. Raises OSError or ValueError where it cannot be read."""


def from_disk(path: str) -> bytes:
    """The file, unchanged."""
    with open(path, "rb") as file:
        return file.read()


def content(path: str, read: Reader, what: str) -> bytes:
    """The content of a file.

    Raises:
        ComposeError: it cannot be read, with the reason.
    """
    try:
        return read(path)
    except (OSError, ValueError) as error:
        raise ComposeError(f"{path}: the {what} cannot be read: {reason(error)}") from error


def text(path: str, read: Reader, what: str) -> str:
    """The content of a text file.

    Raises:
        ComposeError: it cannot be read, or is no UTF-8.
    """
    try:
        return content(path, read, what).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ComposeError(f"{path}: not UTF-8 text: byte {error.start} begins no character") from None


def reason(error: OSError | ValueError) -> str:
    """The reason why a file cannot be read, without its name."""
    return str(error.strerror) if isinstance(error, OSError) and error.strerror else str(error)
