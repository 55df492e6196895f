# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Transport to the engine on the same host: HTTP over its Unix socket, with Python's standard library only."""

from __future__ import annotations

import http.client
import json
import select
import socket
from collections.abc import Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.errors import NoAnswerError
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.probe import UnixConnection
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.transport import Answer, Json, address_of

SCHEME = "unix://"
DEFAULT_SOCKET = "/var/run/docker.sock"

_NO_ENGINE = ". Is the engine installed and running? The role dockyard.swarm.docker installs and starts it"
# The first entry that fits counts. Before Python 3.10, socket.timeout is not a TimeoutError.
_REASONS: list[tuple[type[Exception], str]] = [
    (FileNotFoundError, "the socket {path} does not exist" + _NO_ENGINE),
    (PermissionError, "this user may not use the socket {path}: become root, or a member of its group"),
    (ConnectionRefusedError, "nothing listens on the socket {path}" + _NO_ENGINE),
    (socket.timeout, "the engine was silent for {timeout:g} s"),
    (TimeoutError, "the engine was silent for {timeout:g} s"),
    (ConnectionError, "the engine closed the connection without an answer, which happens when the engine stops"),
    (http.client.IncompleteRead, "the engine's answer was cut off, which happens when the engine stops"),
    (http.client.HTTPException, "the answer is not HTTP, so it does not come from a Docker Engine"),
]


def socket_path(docker_host: str) -> str:
    """The path in a `unix://` address; Docker's default socket if the address has none."""
    path = docker_host[len(SCHEME) :]
    return f"/{path.lstrip('/')}" if path else DEFAULT_SOCKET


class UnixSocketTransport:
    """Connections to one socket. Idle connections are reused.

    Args:
        path: of the socket.
        timeout: seconds to wait for each part of an answer.
    """

    def __init__(self, path: str, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        # Appending to a list and popping from it are atomic, so threads need no lock.
        self._free: list[UnixConnection] = []

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """See `Transport`."""
        connection = self._free_connection() or UnixConnection(self._path, self._timeout)
        sent = {**(headers or {}), **({} if body is None else {"Content-Type": "application/json"})}
        content = None if body is None else json.dumps(body).encode()
        try:
            answer, stays_open = _exchange(connection, method, address_of(path, query), content, sent)
        except (OSError, ValueError, http.client.HTTPException) as error:
            connection.close()
            raise NoAnswerError(self._reason(error)) from error
        if stays_open:
            self._free.append(connection)
        else:
            connection.close()
        return answer

    def _free_connection(self) -> UnixConnection | None:
        while self._free:
            connection = self._free.pop()
            if _is_idle(connection):
                return connection
            connection.close()
        return None

    def _reason(self, error: Exception) -> str:
        for kind, words in _REASONS:
            if isinstance(error, kind):
                return words.format(path=self._path, timeout=self._timeout)
        words = getattr(error, "strerror", None) or str(error)
        return f"the socket {self._path} cannot be used: {words}"


def _exchange(
    connection: UnixConnection, method: str, address: str, body: bytes | None, headers: Mapping[str, str]
) -> tuple[Answer, bool]:
    """Send one request and read the answer. Returns the answer, and whether the connection can be used again."""
    try:
        connection.request(method, address, body, dict(headers))
    except (BrokenPipeError, ConnectionResetError):
        # An engine that refuses a request before reading all of it has already sent its answer.
        if connection.sock is None:
            raise
    response = connection.getresponse()
    content = response.read()
    named = {name.lower(): value for name, value in response.getheaders()}
    if not _says_its_length(response, named):
        raise http.client.IncompleteRead(content)
    text = content.decode(errors="replace")
    return Answer(response.status, text, named), not response.will_close


def _says_its_length(response: http.client.HTTPResponse, headers: Mapping[str, str]) -> bool:
    """Whether the answer says where it ends. http.client takes an answer that was cut off within the headers for one
    without a body."""
    without_body = response.status in (http.client.NO_CONTENT, http.client.NOT_MODIFIED)
    ends_with_connection = headers.get("connection", "").lower() == "close" or response.version < 11
    return without_body or ends_with_connection or bool({"content-length", "transfer-encoding"} & set(headers))


def _is_idle(connection: UnixConnection) -> bool:
    """Whether the connection is open and has nothing to read; a restarted engine has closed it."""
    if connection.sock is None:
        return False
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return not poll.poll(0)
