# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""A transport that replays an engine's answers recorded by `probe`; any other request raises NotRecordedError."""

from __future__ import annotations

import inspect
import json
import shlex
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine import probe
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.transport import Answer, Json, address_of

_NO_VERSION = "0"


class NotRecordedError(Exception):
    """The request is not among the recorded ones, or would change something."""


class RecordedTransport:
    """Recorded answers of one engine.

    Args:
        api_version: the API version of the answers.
        answers: response bodies by path and query, without the version.
    """

    def __init__(self, api_version: str, answers: Mapping[str, str]) -> None:
        self._prefix = f"/v{api_version}"
        self._answers = answers

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """See `Transport`.

        Raises:
            NotRecordedError: the recording has no answer to this request.
        """
        address = address_of(path[len(self._prefix) :], query)
        if method != "GET" or body or headers:
            raise NotRecordedError(f"{method} {address}")
        try:
            return Answer(200, self._answers[address])
        except KeyError:
            raise NotRecordedError(address) from None


class _Addresses(dict[str, str]):
    """Empty answers to every request; the paths that were requested become the keys."""

    def __missing__(self, address: str) -> str:
        return self.setdefault(address, "[]")


def addresses_asked_by(read: Callable[[Engine], object]) -> list[str]:
    """The paths that a function requests from an engine, found by running it against an engine without any objects."""
    asked = _Addresses()
    read(Engine(RecordedTransport(_NO_VERSION, asked), _NO_VERSION))
    return sorted(asked)


def probe_command(python: str, socket: str, timeout: float, own_address: bool, addresses: Iterable[str]) -> str:
    """The shell command that runs the probe on a host.

    Args:
        python: the interpreter on the host.
        socket: the path of the engine's socket.
        timeout: seconds to wait for an answer.
        own_address: ignore the DOCKER_HOST of the host's environment.
    """
    command = [python, "-c", inspect.getsource(probe), socket, str(timeout), json.dumps(sorted(addresses))]
    return shlex.join([*command, "own"] if own_address else command)


def recorded_engine(text: str) -> Engine:
    """An engine that replays what a probe has printed.

    Raises:
        ValueError, KeyError, TypeError: the text is not a probe's output.
    """
    recording = json.loads(text)
    version = str(recording["version"])
    return Engine(RecordedTransport(version, recording["answers"]), version)
