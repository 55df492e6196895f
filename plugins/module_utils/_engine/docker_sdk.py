# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Transport to an engine on another machine (TCP, TLS, SSH) through the Docker SDK for Python.

Only the SDK's HTTP session is used: its own request builders merge specs, attach credentials and lack several calls.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.errors import MissingSdkError, NoAnswerError
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.transport import Answer, Json

if TYPE_CHECKING:
    from docker.tls import TLSConfig


class SdkTransport:
    """An HTTP session of the SDK with one engine.

    Args:
        docker_host: the engine's address.
        timeout: seconds to wait for each answer, or for the next part of one.
        tls: the SDK's settings for a `tcp://` address.

    Raises:
        MissingSdkError: the SDK is not installed.
        NoAnswerError: the address or the settings are wrong.
    """

    def __init__(self, docker_host: str, timeout: float, tls: TLSConfig | bool = False) -> None:
        # Imported only here: in processes that outlive a task (Mitogen) this file may be loaded before the SDK is
        # installed, and hosts whose engine is reached over a Unix socket do not need the SDK.
        try:
            docker, requests = import_module("docker"), import_module("requests")
        except ImportError as error:
            raise MissingSdkError(
                f"the address {docker_host} needs the Docker SDK for Python, which is missing on this host: install "
                "python3-docker, or name the engine's socket, as in unix:///var/run/docker.sock"
            ) from error
        self._timeout = timeout
        self._failures = requests.exceptions
        # The SDK's own version negotiation calls /version, for which an engine starts containerd and runc processes.
        # The version given here is never sent.
        version = docker.constants.DEFAULT_DOCKER_API_VERSION
        try:
            self._client = docker.APIClient(
                base_url=docker_host,
                version=version,
                timeout=timeout,
                tls=tls,
                use_ssh_client=docker_host.startswith("ssh://"),
            )
        except docker.errors.DockerException as error:
            raise NoAnswerError(f"the address or its TLS settings are wrong: {error}") from error
        except (OSError, ValueError) as error:
            raise NoAnswerError(self._reason(error)) from error

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """See `Transport`."""
        try:
            answer = self._client.request(
                method,
                f"{self._client.base_url}{path}",
                params={key: value for key, value in (query or {}).items() if value is not None},
                json=body,
                headers=dict(headers or {}),
                timeout=self._timeout,
            )
            # Not `answer.text`: it guesses an encoding when the engine names none.
            content = answer.content
        except (OSError, ValueError) as error:
            raise NoAnswerError(self._reason(error)) from error
        named = {str(name).lower(): str(value) for name, value in answer.headers.items()}
        return Answer(answer.status_code, content.decode(errors="replace"), named)

    def _reason(self, error: Exception) -> str:
        if isinstance(error, self._failures.Timeout):
            return f"the engine was silent for {self._timeout:g} s"
        if isinstance(error, self._failures.ChunkedEncodingError):
            return "the engine's answer was cut off, which happens when the engine stops"
        descriptions = (_description_of(cause) for cause in _causes(error))
        return next(
            filter(None, descriptions), "the connection failed, or the answer did not come from a Docker Engine"
        )


def _description_of(cause: BaseException) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the engine's certificate is not trusted: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return f"TLS failed: {cause.reason or 'the other side does not use TLS'}"
    if isinstance(cause, ConnectionRefusedError):
        return "nothing listens at this address"
    if isinstance(cause, ConnectionError):
        return "the engine closed the connection without an answer, which happens when the engine stops"
    words = cause.strerror if isinstance(cause, OSError) else None
    return f"it cannot be reached: {words}" if words else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and everything that caused it; requests and urllib3 also pass the cause as an argument."""
    left: list[BaseException] = [error]
    seen: set[int] = set()
    while left:
        found = left.pop(0)
        if id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        behind = (found.__cause__, found.__context__, getattr(found, "reason", None), *found.args)
        left += [item for item in behind if isinstance(item, BaseException)]
