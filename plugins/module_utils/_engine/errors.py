# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""What goes wrong with an engine: it refuses, or no answer comes."""

from __future__ import annotations

import re

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

_NETWORK_GONE = re.compile(r"network \S+ not found")


class EngineError(UserError):
    """An engine that refused a request, or could not be asked.

    Attributes:
        status: the HTTP status of the engine's answer; 0 when no answer came.
        message: the engine's own words, or what prevented the question.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.status = status

    @property
    def not_found(self) -> bool:
        """The object asked for does not exist. Of a network that has just gone, engines may say so with 500."""
        return self.status == 404 or _NETWORK_GONE.fullmatch(self.message) is not None

    @property
    def conflict(self) -> bool:
        """The name is taken, or the object is still in use."""
        return self.status == 409

    @property
    def leaderless(self) -> bool:
        """The managers have no leader, for good or until they have elected one; nothing has been carried out."""
        return "does not have a leader" in self.message

    @property
    def out_of_sequence(self) -> bool:
        """Somebody else changed the object since its version was read (swarmkit's optimistic lock)."""
        return "update out of sequence" in self.message


class MissingSdkError(EngineError):
    """The host has no Docker SDK for Python, which the engine's address needs."""


class NoAnswerError(EngineError):
    """No whole answer came; the message says why, in words, without the address and the request."""
