# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""What can go wrong between here and Google."""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError


class GceError(UserError):
    """A request that Google refused, or that never got an answer.

    Attributes:
        message: what is wrong and what to do about it, in a sentence.
        status: the HTTP status; 0 when no answer came.
        reason: Google's word for it, such as `rateLimitExceeded`; empty when no answer came.
    """

    def __init__(self, message: str, status: int = 0, reason: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.reason = reason


class CredentialsError(GceError):
    """Nobody can be asked for anything: there are no credentials, or Google does not accept them."""
