# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The base class of all errors that are shown to users."""

from __future__ import annotations

from typing import Any


class UserError(Exception):
    """An error whose text tells the user what is wrong, where, and what to do.

    Attributes:
        result: values that the module returns in addition to the text.
    """

    def __init__(self, message: str = "", **result: Any) -> None:
        super().__init__(message)
        self.result = result
