# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Errors of requests to Google's APIs."""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError


class GceError(UserError):
    """A request that Google refused, or that got no answer.

    Attributes:
        message: what is wrong and what to do, as a sentence.
        status: the HTTP status; 0 without an answer.
        reason: Google's reason code, such as `rateLimitExceeded`; empty without an answer.
    """

    def __init__(self, message: str, status: int = 0, reason: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.reason = reason


class CredentialsError(GceError):
    """There are no credentials, or Google rejects them."""
