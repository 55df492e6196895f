# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""An engine's answers, recorded by `probe`, as a transport: what was recorded can be asked, and nothing else."""

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
    """Something was asked or ordered that the recording does not hold."""


class RecordedTransport:
    """Answers by address, as an engine gave them a moment ago.

    Args:
        api_version: the API version they were given in.
        answers: bodies by path and query, without the version.
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
            NotRecordedError: the answer is not among those recorded.
        """
        address = address_of(path[len(self._prefix) :], query)
        if method != "GET" or body or headers:
            raise NotRecordedError(f"{method} {address}")
        try:
            return Answer(200, self._answers[address])
        except KeyError:
            raise NotRecordedError(address) from None


class _Addresses(dict[str, str]):
    """Answers nobody has given yet: which are asked for is noted, and each is empty."""

    def __missing__(self, address: str) -> str:
        return self.setdefault(address, "[]")


def addresses_asked_by(read: Callable[[Engine], object]) -> list[str]:
    """Which addresses a function asks an engine for, found by having it ask one that holds nothing."""
    asked = _Addresses()
    read(Engine(RecordedTransport(_NO_VERSION, asked), _NO_VERSION))
    return sorted(asked)


def probe_command(python: str, socket: str, timeout: float, own_address: bool, addresses: Iterable[str]) -> str:
    """The shell command that records the answers of the engine on a host.

    Args:
        python: the interpreter on the host.
        socket: the path of the engine's socket.
        timeout: seconds to wait for an answer.
        own_address: whether the host's DOCKER_HOST does not count.
    """
    command = [python, "-c", inspect.getsource(probe), socket, str(timeout), json.dumps(sorted(addresses))]
    return shlex.join([*command, "own"] if own_address else command)


def recorded_engine(text: str) -> Engine:
    """The engine whose answers a probe has printed.

    Raises:
        ValueError, KeyError, TypeError: this is not what a probe prints.
    """
    recording = json.loads(text)
    version = str(recording["version"])
    return Engine(RecordedTransport(version, recording["answers"]), version)
