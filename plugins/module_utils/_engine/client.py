# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The one place that talks to a Docker Engine.

Every call sends and returns the Engine API's own JSON, untouched: docker-py serves as transport
(socket, TLS, version negotiation) because its own builders merge specs, attach credentials and
lack several calls. Names of methods follow the API's operations; the path of each stands in its code.
Source: https://docs.docker.com/reference/api/engine/
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

if TYPE_CHECKING:
    from docker import APIClient
    from docker.tls import TLSConfig

Json = dict[str, Any]

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
    """The host has no Docker SDK for Python."""


class Engine:
    """A connection to one engine.

    All methods raise EngineError. The connection may be shared by threads.
    """

    def __init__(self, client: APIClient, api_version: str, timeout: float = 60) -> None:
        self._client = client
        self._api_version = api_version
        self._timeout = timeout
        self._failures = import_module("requests").exceptions

    @classmethod
    def connect(
        cls, docker_host: str = "unix:///var/run/docker.sock", timeout: float = 60, tls: TLSConfig | bool = False
    ) -> Engine:
        """Connect and agree on an API version.

        Args:
            docker_host: `unix://` or `tcp://` address of the engine.
            timeout: seconds to wait for any single answer.
            tls: docker-py's TLS settings for a `tcp://` address.
        """
        # Looked for only now: this code also decides on the controller, which need not have it, and in processes
        # that outlive a task (Mitogen) it may have been loaded before the host got it.
        try:
            docker, requests = import_module("docker"), import_module("requests")
        except ImportError as error:
            message = "the Docker SDK for Python is missing on this host: install python3-docker"
            raise MissingSdkError(message) from error
        try:
            # docker-py's own negotiation asks for /version, for which an engine runs containerd and runc;
            # /_ping tells the same at once. The version given here is never sent.
            version = docker.constants.DEFAULT_DOCKER_API_VERSION
            client = docker.APIClient(base_url=docker_host, version=version, timeout=timeout, tls=tls)
            answer = client.request("GET", f"{client.base_url}/_ping", timeout=timeout)
            answer.raise_for_status()
        except (docker.errors.DockerException, requests.exceptions.RequestException, ValueError) as error:
            raise EngineError(f"no Docker Engine answers at {docker_host}: {error}") from error
        if "Api-Version" not in answer.headers:
            raise EngineError(f"no Docker Engine answers at {docker_host}: the answer to /_ping has no Api-Version")
        return cls(client, answer.headers["Api-Version"], timeout)

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
        text = self._request(method, path, query, body, headers)
        return json.loads(text) if text.strip() else None

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        url = f"{self._client.base_url}/v{self.api_version}{path}"
        try:
            answer = self._client.request(
                method,
                url,
                params={key: value for key, value in (query or {}).items() if value is not None},
                json=body,
                headers=dict(headers or {}),
                timeout=self._timeout,
            )
        except self._failures.Timeout as error:
            raise EngineError(f"the engine did not answer {method} {path} within {self._timeout:g} s") from error
        except self._failures.RequestException as error:
            raise EngineError(f"the engine could not be asked {method} {path}: {error}") from error
        if answer.status_code >= 400:
            raise EngineError(_message_of(answer.text, answer.status_code), answer.status_code)
        return str(answer.text)

    # -- the engine itself ---------------------------------------------------------------------

    def info(self) -> Json:
        """`GET /info`."""
        return self._call("GET", "/info")

    def version(self) -> Json:
        """`GET /version`."""
        return self._call("GET", "/version")

    def distribution(self, image: str, registry_auth: str | None = None) -> Json:
        """`GET /distribution/{image}/json`: digest and platforms, as the registry tells them."""
        return self._call("GET", f"/distribution/{quote(image, safe='/:@')}/json", headers=_auth(registry_auth))

    # -- images --------------------------------------------------------------------------------

    def images(self) -> list[Json]:
        """`GET /images/json`."""
        return self._call("GET", "/images/json", query={"digests": "true"})

    def image(self, name: str) -> Json:
        """`GET /images/{name}/json`; the name is a reference or an id."""
        return self._call("GET", f"/images/{quote(name, safe='/:@')}/json")

    def image_pull(self, reference: str, registry_auth: str | None = None) -> None:
        """`POST /images/create`. The engine tells of a failure in the last line of its progress."""
        progress = self._request("POST", "/images/create", query={"fromImage": reference}, headers=_auth(registry_auth))
        for line in progress.splitlines():
            answer = json.loads(line) if line.strip() else {}
            if "error" in answer:
                raise EngineError(answer["error"])

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


def registry_auth(username: str, password: str, server: str) -> str:
    """Encode credentials for the `X-Registry-Auth` header (Engine API, "Authentication")."""
    document = {"username": username, "password": password, "serveraddress": server}
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode()


def _auth(registry_auth: str | None) -> Json:
    return {"X-Registry-Auth": registry_auth} if registry_auth else {}


def _filters(filters: Json | None) -> str | None:
    if not filters:
        return None
    return json.dumps({key: value if isinstance(value, list) else [value] for key, value in filters.items()})


def _message_of(text: str, status: int) -> str:
    try:
        return str(json.loads(text)["message"]).strip()
    except (ValueError, KeyError, TypeError):
        return text.strip() or f"HTTP status {status}"
