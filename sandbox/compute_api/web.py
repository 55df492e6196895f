"""The simulator as a web application (Starlette), and the connection resets that need the socket itself."""

from __future__ import annotations

import socket
import struct
from typing import Any
from urllib.parse import parse_qs

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request as WebRequest
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.compute_api import metadata
from sandbox.compute_api.app import Answer, ComputeApi, ConnectionDropError, Request, strike_first
from sandbox.compute_api.control import PREFIX, Control
from sandbox.compute_api.errors import ApiError
from sandbox.compute_api.faults import Faults
from sandbox.compute_api.metadata import MetadataServer
from sandbox.compute_api.store import Store
from sandbox.compute_api.tokens import OAuthError, Tokens

Json = dict[str, Any]

_JSON = {"Content-Type": "application/json; charset=UTF-8"}
# This machine, and the names that clients with fixed host names reach through the proxy.
HOSTS = [
    "127.0.0.1",
    "localhost",
    "*.googleapis.com",
    "accounts.google.com",
    "metadata.google.internal",
    "169.254.169.254",
]
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]

# Client address to the transport of its connection.
_TRANSPORTS: dict[Any, Any] = {}


class ResettableProtocol(H11Protocol):
    """Uvicorn's HTTP, with the transport within reach, so that a fault can reset the connection."""

    def connection_made(self, transport: Any) -> None:
        """Remember the transport."""
        super().connection_made(transport)
        _TRANSPORTS[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the transport."""
        _TRANSPORTS.pop(self.client, None)
        super().connection_lost(exc)


def reset_connection(client: Any) -> None:
    """Close a connection so that the other side sees `Connection reset by peer`."""
    transport = _TRANSPORTS.get(client)
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def only_hosts(names: list[str]) -> Middleware:
    """Refuses requests for other hosts: a web page whose name was made to lead to this machine carries that name."""
    return Middleware(TrustedHostMiddleware, allowed_hosts=names, www_redirect=False)


class Web:
    """Hands each request to the part that answers it, and logs it.

    Args:
        hands_out_tokens: whether the metadata server and the Security Token Service answer, which give a token to
            whoever asks. Where instances are hosts of this machine, every user of it could make some with that.
    """

    def __init__(
        self,
        store: Store,
        api: ComputeApi,
        tokens: Tokens,
        metadata_server: MetadataServer,
        faults: Faults,
        control: Control,
        hands_out_tokens: bool = True,
    ) -> None:
        self._store = store
        self._api = api
        self._tokens = tokens
        self._metadata = metadata_server
        self._faults = faults
        self._control = control
        self._hands_out_tokens = hands_out_tokens
        self.application = Starlette(
            middleware=[only_hosts(HOSTS)],
            routes=[
                Route("/compute/v1/{rest:path}", self._endpoint(self._api.serve), methods=_METHODS),
                Route(PREFIX + "{what}", self._endpoint(self._serve_control), methods=_METHODS),
                Route("/computeMetadata/v1/{rest:path}", self._endpoint(self._serve_metadata)),
                Route("/", self._endpoint(self._serve_metadata)),
                Route("/token", self._endpoint(self._serve_oauth), methods=["POST"]),
                # Where older clients ask, at accounts.google.com.
                Route("/o/oauth2/token", self._endpoint(self._serve_oauth), methods=["POST"]),
                Route("/v1/token", self._endpoint(self._serve_exchange), methods=["POST"]),
                Route("/v1/projects", self._endpoint(self._serve_projects)),
                Route("/v1/projects/{number}", self._endpoint(self._serve_project)),
                Route(
                    "/v1/projects/-/serviceAccounts/{email}:generateAccessToken",
                    self._endpoint(self._serve_impersonation),
                    methods=["POST"],
                ),
            ],
        )

    def _endpoint(self, serve: Any) -> Any:
        async def endpoint(web: WebRequest) -> Response:
            request = Request(
                web.method,
                web.url.path,
                parse_qs(web.url.query, keep_blank_values=True),
                {key.lower(): value for key, value in web.headers.items()},
                await web.body(),
            )
            try:
                answer: Answer = await run_in_threadpool(serve, request)
            except ConnectionDropError:
                self._log(request, Answer(0, b""))
                reset_connection(web.scope["client"])
                return Response(status_code=500)
            self._log(request, answer)
            return Response(answer.body, answer.status, answer.headers)

        return endpoint

    def _log(self, request: Request, answer: Answer) -> None:
        if request.path.startswith(PREFIX):
            return
        self._control.log(
            {
                "method": answer.method or request.path,
                "project": answer.project,
                "path": request.path,
                "query": {key: values[-1] for key, values in request.query.items()},
                "status": answer.status,
                "bytes": len(answer.body),
                "encoding": answer.headers.get("Content-Encoding", ""),
                "user_agent": request.headers.get("user-agent", ""),
            }
        )

    def _serve_control(self, request: Request) -> Answer:
        what = request.path.removeprefix(PREFIX)
        refusal = self._control.refusal(request.http_method, what, request.headers, bool(request.body))
        if refusal:
            return Answer(403, orjson.dumps({"error": refusal}), _JSON)
        try:
            body = orjson.loads(request.body or b"{}")
            result = self._control.serve(request.http_method, what, body)
        except (ValueError, KeyError, TypeError) as error:
            return Answer(400, orjson.dumps({"error": str(error)}), _JSON)
        return Answer(200, orjson.dumps(result), _JSON)

    def _serve_metadata(self, request: Request) -> Answer:
        if request.headers.get("metadata-flavor") != "Google":
            return Answer(403, b"Missing Metadata-Flavor:Google header.", metadata.FLAVOR)
        try:
            strike_first(self._faults.strike("metadata", ""), "metadata", "metadata")
        except ApiError as error:
            return Answer(error.status, error.message.encode(), metadata.FLAVOR)
        if request.path.strip("/") in ("", "computeMetadata/v1"):
            return Answer(200, b"computeMetadata/\n", metadata.FLAVOR)
        found = self._metadata.answer(request.path) if self._hands_out_tokens else None
        if found is None:
            return Answer(404, b"Not Found", metadata.FLAVOR)
        if isinstance(found, str):
            return Answer(200, found.encode(), {**metadata.FLAVOR, "Content-Type": "application/text"})
        return Answer(200, orjson.dumps(found), {**metadata.FLAVOR, "Content-Type": "application/json"})

    def _serve_oauth(self, request: Request) -> Answer:
        return self._grant(request, "oauth2.token", self._tokens.oauth)

    def _serve_exchange(self, request: Request) -> Answer:
        if not self._hands_out_tokens:
            refusal = OAuthError("unauthorized_client", "This project has no workload identity pool.")
            return Answer(400, refusal.body, _JSON, "sts.token")
        return self._grant(request, "sts.token", self._tokens.exchange)

    def _grant(self, request: Request, name: str, grant: Any) -> Answer:
        form = {key: values[-1] for key, values in parse_qs(request.body.decode()).items()}
        try:
            strike_first(self._faults.strike(name, ""), "token", name)
            return Answer(200, orjson.dumps(grant(form)), _JSON, name)
        except OAuthError as error:
            return Answer(400, error.body, _JSON, name)
        except ApiError as error:
            return Answer(error.status, orjson.dumps(error.body()), _JSON, name)

    def _serve_impersonation(self, request: Request) -> Answer:
        email = request.path.rsplit("/", 1)[1].removesuffix(":generateAccessToken")
        name = "iam.generateAccessToken"
        try:
            strike_first(self._faults.strike(name, ""), email, name)
            result = self._tokens.impersonate(request.headers.get("authorization", ""), email)
        except ApiError as error:
            return Answer(error.status, orjson.dumps(error.body()), _JSON, name)
        return Answer(200, orjson.dumps(result), _JSON, name)

    def _serve_project(self, request: Request) -> Answer:
        """Resource Manager's `projects.get`, by id or number: google-auth asks it for workload identities."""
        wanted, name = request.path.rsplit("/", 1)[1], "cloudresourcemanager.projects.get"
        for project, record in self._store.projects().items():
            if wanted in (project, record["id"]):
                return Answer(200, orjson.dumps({"projectId": project, "projectNumber": record["id"]}), _JSON, name)
        error = ApiError(403, "forbidden", "The caller does not have permission")
        return Answer(403, orjson.dumps(error.body()), _JSON, name)

    def _serve_projects(self, request: Request) -> Answer:
        """Resource Manager's `projects.list`, as far as a folder's projects go."""
        name = "cloudresourcemanager.projects.list"
        try:
            self._tokens.caller(request.headers.get("authorization", ""))
            strike_first(self._faults.strike(name, ""), "projects", name)
        except ApiError as error:
            return Answer(error.status, orjson.dumps(error.body()), _JSON, name)
        wanted = request.query.get("filter", [""])[-1]
        projects = [
            {"projectId": project, "projectNumber": record["id"], "lifecycleState": "ACTIVE"}
            for project, record in sorted(self._store.projects().items())
            if record.get("folder") and f"parent.id={record['folder']}" in wanted.replace(" ", "").replace(":", "=")
        ]
        return Answer(200, orjson.dumps({"projects": projects} if projects else {}), _JSON, name)
