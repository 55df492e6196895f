# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The interface of a transport: send one request to an engine, return its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.errors import EngineError

Json = dict[str, Any]

_LONGEST_MESSAGE = 10_000


@dataclass(frozen=True)
class Answer:
    """An HTTP response.

    Attributes:
        status: the HTTP status.
        text: the body.
        headers: by name in lower case.
    """

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Transport(Protocol):
    """A connection to one engine. Threads may share it."""

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request and wait for the whole answer, whatever its status.

        Args:
            path: with the API version, for example `/v1.45/info`.
            query: parameters; those with the value None are left out.
            body: sent as JSON.

        Raises:
            NoAnswerError: no complete answer arrived.
        """


def address_of(path: str, query: Mapping[str, Any] | None = None) -> str:
    """The path with its query, percent-encoded."""
    given = {key: value for key, value in (query or {}).items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def refusal_in(answer: Answer) -> EngineError | None:
    """The error in an answer; None if the engine carried the request out."""
    if answer.status < 300:
        return None
    try:
        message = json.loads(answer.text)["message"]
    except (ValueError, KeyError, TypeError):
        message = answer.text
    text = str(message or "").strip()[:_LONGEST_MESSAGE]
    return EngineError(text or f"HTTP status {answer.status}", answer.status)
