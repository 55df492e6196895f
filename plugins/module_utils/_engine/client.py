# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The only place that talks to a Docker Engine.

Every call sends and returns the Engine API's own JSON, unchanged. Methods are named after the API's operations; the
path of each is in its code. A transport carries the requests: over the engine's Unix socket, through the Docker SDK, or
not at all (recorded answers).
Source: https://docs.docker.com/reference/api/engine/
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.docker_sdk import SdkTransport
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.errors import (
    EngineError,
    MissingSdkError,
    NoAnswerError,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.registry_auth import registry_auth
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.transport import Json, Transport, refusal_in
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.unix_socket import (
    DEFAULT_SOCKET,
    SCHEME,
    UnixSocketTransport,
    socket_path,
)

if TYPE_CHECKING:
    from docker.tls import TLSConfig

__all__ = ["DEFAULT_DOCKER_HOST", "Engine", "EngineError", "Json", "MissingSdkError", "registry_auth"]

DEFAULT_DOCKER_HOST = f"{SCHEME}{DEFAULT_SOCKET}"

_SHOWN_CHARACTERS = 200


class Engine:
    """One engine.

    All methods raise EngineError. It may be shared by threads.

    Args:
        transport: carries the requests.
        api_version: the API version to use, such as `1.45`.
    """

    def __init__(self, transport: Transport, api_version: str) -> None:
        self._transport = transport
        self._api_version = api_version

    @classmethod
    def connect(
        cls, docker_host: str = DEFAULT_DOCKER_HOST, timeout: float = 60, tls: TLSConfig | bool = False
    ) -> Engine:
        """Connect and agree on an API version.

        Args:
            docker_host: address of the engine; all but `unix://` go through the Docker SDK.
            timeout: seconds to wait for each answer, or for the next part of one.
            tls: the Docker SDK's settings for a `tcp://` address.

        Raises:
            MissingSdkError: the address needs the SDK, and it is missing.
            EngineError: no engine answers at the address.
        """
        docker_host = docker_host or DEFAULT_DOCKER_HOST
        try:
            transport = _transport_to(docker_host, timeout, tls)
            # /_ping answers at once; for /version, an engine starts containerd and runc processes.
            answer = transport.send("GET", "/_ping")
        except NoAnswerError as error:
            raise EngineError(f"no Docker Engine answers at {docker_host}: {error.message}") from error
        refusal, version = refusal_in(answer), answer.headers.get("api-version", "")
        if refusal or not version:
            said = refusal.message if refusal else "the answer to /_ping has no Api-Version"
            raise EngineError(f"no Docker Engine answers at {docker_host}: {said}")
        return cls(transport, version)

    def through(self, wrap: Callable[[Transport], Transport]) -> Engine:
        """The same engine, with its transport wrapped in another one."""
        return Engine(wrap(self._transport), self._api_version)

    @property
    def api_version(self) -> str:
        """The API version in use, such as `1.45`."""
        return self._api_version

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        text = self._text(method, path, query, body, headers)
        if not text.strip():
            if method == "GET":
                raise EngineError(f"{method} {path}: the engine's answer is empty")
            return None
        try:
            return json.loads(text)
        except ValueError as error:
            raise EngineError(
                f"{method} {path}: the engine's answer is not JSON: {text[:_SHOWN_CHARACTERS]}"
            ) from error

    def _text(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        try:
            answer = self._transport.send(method, f"/v{self._api_version}{path}", query, body, headers)
        except NoAnswerError as error:
            raise EngineError(f"{method} {path}: {error.message}") from error
        refusal = refusal_in(answer)
        if refusal:
            raise refusal
        return answer.text

    # -- the engine itself ---------------------------------------------------------------------

    def info(self) -> Json:
        """`GET /info`."""
        return self._call("GET", "/info")

    def version(self) -> Json:
        """`GET /version`."""
        return self._call("GET", "/version")

    def plugins(self) -> list[Json]:
        """`GET /plugins`: of this engine only."""
        return self._call("GET", "/plugins")

    def distribution(self, image: str, registry_auth: str | None = None) -> Json:
        """`GET /distribution/{image}/json`: digest and platforms, as the registry reports them."""
        return self._call("GET", f"/distribution/{quote(image, safe='/:@')}/json", headers=_auth(registry_auth))

    def container(self, container_id: str) -> Json:
        """`GET /containers/{id}/json`: of this engine only."""
        return self._call("GET", f"/containers/{quote(container_id, safe='')}/json")

    # -- images --------------------------------------------------------------------------------

    def images(self) -> list[Json]:
        """`GET /images/json`."""
        return self._call("GET", "/images/json", query={"digests": "true"})

    def image(self, name: str) -> Json:
        """`GET /images/{name}/json`; the name is a reference or an id."""
        return self._call("GET", f"/images/{quote(name, safe='/:@')}/json")

    def image_pull(self, reference: str, registry_auth: str | None = None) -> None:
        """`POST /images/create`. The engine reports a failure in the last line of its progress messages."""
        progress = self._text("POST", "/images/create", query={"fromImage": reference}, headers=_auth(registry_auth))
        for line in filter(str.strip, progress.splitlines()):
            failure = _failure_in(line)
            if failure:
                raise EngineError(failure)

    # -- the swarm -----------------------------------------------------------------------------

    def swarm(self) -> Json:
        """`GET /swarm`: id, version, spec and join tokens. Managers only."""
        return self._call("GET", "/swarm")

    def swarm_init(self, request: Json) -> str:
        """`POST /swarm/init`. Returns the id of the new node."""
        return self._call("POST", "/swarm/init", body=request)

    def swarm_join(self, request: Json) -> None:
        """`POST /swarm/join`."""
        self._call("POST", "/swarm/join", body=request)

    def swarm_leave(self, force: bool = False) -> None:
        """`POST /swarm/leave`."""
        self._call("POST", "/swarm/leave", query={"force": str(force).lower()})

    def swarm_update(
        self,
        version: int,
        spec: Json,
        rotate_worker_token: bool = False,
        rotate_manager_token: bool = False,
        rotate_unlock_key: bool = False,
    ) -> None:
        """`POST /swarm/update`. The spec replaces the whole of the old one."""
        query = {
            "version": version,
            "rotateWorkerToken": str(rotate_worker_token).lower(),
            "rotateManagerToken": str(rotate_manager_token).lower(),
            "rotateManagerUnlockKey": str(rotate_unlock_key).lower(),
        }
        self._call("POST", "/swarm/update", query=query, body=spec)

    def swarm_unlock_key(self) -> str:
        """`GET /swarm/unlockkey`."""
        return self._call("GET", "/swarm/unlockkey")["UnlockKey"]

    def swarm_unlock(self, key: str) -> None:
        """`POST /swarm/unlock`."""
        self._call("POST", "/swarm/unlock", body={"UnlockKey": key})

    def nodes(self) -> list[Json]:
        """`GET /nodes`."""
        return self._call("GET", "/nodes")

    def node(self, node_id: str) -> Json:
        """`GET /nodes/{id}`."""
        return self._call("GET", f"/nodes/{quote(node_id, safe='')}")

    def node_update(self, node_id: str, version: int, spec: Json) -> None:
        """`POST /nodes/{id}/update`."""
        self._call("POST", f"/nodes/{quote(node_id, safe='')}/update", query={"version": version}, body=spec)

    def node_remove(self, node_id: str, force: bool = False) -> None:
        """`DELETE /nodes/{id}`."""
        self._call("DELETE", f"/nodes/{quote(node_id, safe='')}", query={"force": str(force).lower()})

    # -- services and tasks --------------------------------------------------------------------

    def services(self, filters: Json | None = None, status: bool = False) -> list[Json]:
        """`GET /services`; with `status`, each has its ServiceStatus (API 1.41)."""
        query = {"filters": _filters(filters), "status": "true" if status else None}
        return self._call("GET", "/services", query=query)

    def service(self, service_id: str) -> Json:
        """`GET /services/{id}`."""
        return self._call("GET", f"/services/{quote(service_id, safe='')}")

    def service_create(self, spec: Json, registry_auth: str | None = None) -> Json:
        """`POST /services/create`. Returns ID and Warnings."""
        return self._call("POST", "/services/create", body=spec, headers=_auth(registry_auth))

    def service_update(
        self,
        service_id: str,
        version: int,
        spec: Json,
        registry_auth: str | None = None,
        rollback: bool = False,
    ) -> Json:
        """`POST /services/{id}/update`. Returns Warnings. `rollback` resubmits the previous spec."""
        query = {"version": version, "rollback": "previous" if rollback else None}
        if registry_auth is None:
            query["registryAuthFrom"] = "previous-spec" if rollback else "spec"
        path = f"/services/{quote(service_id, safe='')}/update"
        return self._call("POST", path, query=query, body=spec, headers=_auth(registry_auth))

    def service_remove(self, service_id: str) -> None:
        """`DELETE /services/{id}`."""
        self._call("DELETE", f"/services/{quote(service_id, safe='')}")

    def tasks(self, filters: Json | None = None) -> list[Json]:
        """`GET /tasks`."""
        return self._call("GET", "/tasks", query={"filters": _filters(filters)})

    # -- networks, configs, secrets ------------------------------------------------------------

    def networks(self, filters: Json | None = None) -> list[Json]:
        """`GET /networks`."""
        return self._call("GET", "/networks", query={"filters": _filters(filters)})

    def network(self, network_id: str) -> Json:
        """`GET /networks/{id}`."""
        return self._call("GET", f"/networks/{quote(network_id, safe='')}")

    def network_create(self, request: Json) -> Json:
        """`POST /networks/create`. Returns Id and Warning."""
        return self._call("POST", "/networks/create", body=request)

    def network_remove(self, network_id: str) -> None:
        """`DELETE /networks/{id}`."""
        self._call("DELETE", f"/networks/{quote(network_id, safe='')}")

    def configs(self, filters: Json | None = None) -> list[Json]:
        """`GET /configs`."""
        return self._call("GET", "/configs", query={"filters": _filters(filters)})

    def config_create(self, spec: Json) -> str:
        """`POST /configs/create`. Returns the id."""
        return self._call("POST", "/configs/create", body=spec)["ID"]

    def config_update(self, config_id: str, version: int, spec: Json) -> None:
        """`POST /configs/{id}/update`. Engines accept a change of labels only."""
        self._call("POST", f"/configs/{quote(config_id, safe='')}/update", query={"version": version}, body=spec)

    def config_remove(self, config_id: str) -> None:
        """`DELETE /configs/{id}`."""
        self._call("DELETE", f"/configs/{quote(config_id, safe='')}")

    def secrets(self, filters: Json | None = None) -> list[Json]:
        """`GET /secrets`. Data is never returned."""
        return self._call("GET", "/secrets", query={"filters": _filters(filters)})

    def secret_create(self, spec: Json) -> str:
        """`POST /secrets/create`. Returns the id."""
        return self._call("POST", "/secrets/create", body=spec)["ID"]

    def secret_update(self, secret_id: str, version: int, spec: Json) -> None:
        """`POST /secrets/{id}/update`. Engines accept a change of labels only."""
        self._call("POST", f"/secrets/{quote(secret_id, safe='')}/update", query={"version": version}, body=spec)

    def secret_remove(self, secret_id: str) -> None:
        """`DELETE /secrets/{id}`."""
        self._call("DELETE", f"/secrets/{quote(secret_id, safe='')}")


def _auth(registry_auth: str | None) -> Json:
    return {"X-Registry-Auth": registry_auth} if registry_auth else {}


def _filters(filters: Json | None) -> str | None:
    if not filters:
        return None
    return json.dumps({key: value if isinstance(value, list) else [value] for key, value in filters.items()})


def _failure_in(line: str) -> str:
    """The error message in a line of pull progress; empty if there is none.

    Up to API 1.51 the message is also in `error`; 1.52 has only `errorDetail`.
    """
    try:
        progress = json.loads(line)
        detail = progress.get("errorDetail") or {}
        return str(detail.get("message") or progress.get("error") or "")
    except (ValueError, AttributeError):
        return f"the engine's progress is not JSON: {line[:_SHOWN_CHARACTERS]}"


def _transport_to(docker_host: str, timeout: float, tls: TLSConfig | bool) -> Transport:
    if docker_host.startswith(SCHEME):
        return UnixSocketTransport(socket_path(docker_host), timeout)
    return SdkTransport(docker_host, timeout, tls)
