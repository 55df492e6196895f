# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""How requests travel to an engine and answers come back."""

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
    """What came back.

    Attributes:
        status: the HTTP status.
        text: the body.
        headers: by name in lower case.
    """

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Transport(Protocol):
    """A way to one engine. It may be shared by threads."""

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
            path: with the API version in front, as in `/v1.45/info`.
            query: parameters; those that are None are left out.
            body: sent as JSON.

        Raises:
            NoAnswerError: none came.
        """


def address_of(path: str, query: Mapping[str, Any] | None = None) -> str:
    """The path with its query, encoded."""
    given = {key: value for key, value in (query or {}).items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def refusal_in(answer: Answer) -> EngineError | None:
    """The engine's refusal, if an answer is one."""
    if answer.status < 300:
        return None
    try:
        message = json.loads(answer.text)["message"]
    except (ValueError, KeyError, TypeError):
        message = answer.text
    text = str(message or "").strip()[:_LONGEST_MESSAGE]
    return EngineError(text or f"HTTP status {answer.status}", answer.status)
