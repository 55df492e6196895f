# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Errors of the Engine API: refused requests and missing answers."""

from __future__ import annotations

import re

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

_NETWORK_GONE = re.compile(r"network \S+ not found")
#: How managers pass an error on to their engine (gRPC); it says nothing to whoever reads the message.
_PASSED_ON = re.compile(r"^rpc error: code = \w+ desc = ")


class EngineError(UserError):
    """The engine refused a request, or could not be reached.

    Attributes:
        status: the HTTP status of the engine's answer; 0 when no answer came.
        message: the engine's own message, or why it could not be reached.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        message = _PASSED_ON.sub("", message)
        super().__init__(message)
        self.message = message
        self.status = status

    @property
    def not_found(self) -> bool:
        """The object does not exist. For a network that was removed a moment ago, engines may answer 500 instead of
        404."""
        return self.status == 404 or _NETWORK_GONE.fullmatch(self.message) is not None

    @property
    def conflict(self) -> bool:
        """The name is taken, or the object is still in use."""
        return self.status == 409

    @property
    def leaderless(self) -> bool:
        """The managers have no leader, permanently or until they have elected one; the request was not carried out."""
        return "does not have a leader" in self.message

    @property
    def out_of_sequence(self) -> bool:
        """Another client changed the object since its version was read (swarmkit's optimistic locking)."""
        return "update out of sequence" in self.message


class MissingSdkError(EngineError):
    """The engine's address needs the Docker SDK for Python, which is not installed on this host."""


class NoAnswerError(EngineError):
    """No complete answer arrived. The message gives only the reason, without the address and the request."""
