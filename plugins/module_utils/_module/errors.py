# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The one kind of error that a person gets to read."""

from __future__ import annotations

from typing import Any


class UserError(Exception):
    """An error whose text says, to whoever runs the play, what is wrong, where, and what to do.

    Attributes:
        result: what the module returns beside the text.
    """

    def __init__(self, message: str = "", **result: Any) -> None:
        super().__init__(message)
        self.result = result
