"""One request of the Compute API: route, authenticate, validate, fault, handle, mask, encode."""

from __future__ import annotations

import gzip
import time
from dataclasses import dataclass, field
from typing import Any

import orjson

from sandbox.compute_api import description, fields
from sandbox.compute_api.calls import HANDLERS, Call
from sandbox.compute_api.catalogue import REGIONS, ZONES
from sandbox.compute_api.description import Method
from sandbox.compute_api.errors import ApiError, forbidden, invalid, not_found
from sandbox.compute_api.faults import Fault, Faults
from sandbox.compute_api.operations import Operations
from sandbox.compute_api.quotas import RateQuota
from sandbox.compute_api.schemas import SchemaError
from sandbox.compute_api.store import Store
from sandbox.compute_api.tokens import Tokens

Json = dict[str, Any]

# Answers below this size are not worth compressing.
_WORTH_COMPRESSING = 1400


class ConnectionDropError(Exception):
    """The connection is to be reset without an answer."""


@dataclass(frozen=True)
class Request:
    """A request as it came over the wire. Header names are lower case."""

    http_method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """What goes back over the wire."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    method: str = ""
    project: str = ""


class ComputeApi:
    """The API under `/compute/v1/`."""

    def __init__(self, store: Store, operations: Operations, tokens: Tokens, faults: Faults) -> None:
        self._store = store
        self._operations = operations
        self._tokens = tokens
        self._faults = faults
        self._quota = RateQuota()
        self._description = description.load()

    def serve(self, request: Request) -> Answer:
        """Answer one request. Raises ConnectionDropError where a fault says so."""
        method_id, project = "", ""
        try:
            method, path = self._description.find(request.http_method, request.path)
            method_id, project = method.id, path.get("project", "")
            answer = self._serve(request, method, path)
        except ApiError as error:
            answer = _encode(request, error.status, error.body())
        answer.method, answer.project = method_id, project
        return answer

    def _serve(self, request: Request, method: Method, path: dict[str, str]) -> Answer:
        caller = self._tokens.caller(request.headers.get("authorization", ""))
        dated = self._dated(request, method)
        query = self._description.check_query(method, request.query, dated)
        mask = fields.parse(query["fields"]) if query.get("fields") else {}
        _check_places(method, path)
        faults = self._faults.strike(method.id, path.get("project", ""))
        strike_first(faults, f"projects/{path.get('project', '')}", method.id)
        if "project" in path:
            self._enter(path["project"])
        handler = HANDLERS.get(method.id)
        if handler is None:
            raise ApiError(501, "notImplemented", f"The simulator does not implement {method.id}.")
        body = self._body(request, method)
        call = Call(method, path, query, body, self._store, self._operations, faults, dated, caller)
        result = self._repeated(call) or handler(call)
        self._check_answer(method, result)
        if any(fault.kind == "lose_answer" for fault in faults):
            raise ConnectionDropError
        return _encode(request, 200, fields.apply(mask, result), pretty=query.get("prettyPrint", True))

    def _enter(self, project: str) -> None:
        """Raises ApiError for a project that does not exist or has used up its quota of requests."""
        record = self._store.project(project)
        if record is None:
            raise not_found(f"projects/{project}")
        self._quota.spend(project, record)

    def _dated(self, request: Request, method: Method) -> bool:
        """Whether the caller pinned the API's version by header."""
        wanted = request.headers.get("x-goog-api-version")
        if wanted and wanted > method.api_version:
            raise invalid(f"API version '{wanted}' is not known; the newest is '{method.api_version}'.")
        return bool(wanted)

    def _body(self, request: Request, method: Method) -> Json:
        if not method.request:
            return {}
        try:
            body = orjson.loads(request.body or b"{}")
        except orjson.JSONDecodeError as error:
            raise ApiError(400, "parseError", f"Parse Error: {error}") from error
        # Null means absent; old Packer even sends lists with nulls in them.
        body = _without_nulls(body)
        try:
            self._description.schemas.check(method.request, body, required_by=method.id)
        except SchemaError as error:
            raise invalid(f"Invalid JSON payload received: {error}") from error
        return body

    def _repeated(self, call: Call) -> Json | None:
        """The operation that an earlier request with this requestId started."""
        request_id = call.query.get("requestId")
        earlier = self._store.request(call.project, request_id) if request_id else None
        if earlier is None:
            return None
        return self._store.get("operations", call.project, call.scope, earlier["name"]) or earlier

    def _check_answer(self, method: Method, result: Json) -> None:
        """Answers obey Google's description too. Elements of lists were checked when they were stored."""
        if not method.response:
            return
        try:
            self._description.schemas.check(method.response, _envelope(method, result))
        except SchemaError as error:
            raise ApiError(
                500, "backendError", f"The simulator's own answer to {method.id} is wrong: {error}"
            ) from error


def _check_places(method: Method, path: dict[str, str]) -> None:
    """Raises ApiError, as Google does, for a zone or region that does not exist: 400, where a resource would be 404."""
    for kind, known in (("zone", ZONES), ("region", REGIONS)):
        if kind in path and path[kind] not in known and method.id != f"compute.{kind}s.get":
            raise invalid(f"Invalid value for field '{kind}': '{path[kind]}'. Unknown {kind}.")


def strike_first(faults: list[Fault], what: str, method_id: str) -> None:
    """Carry out the faults that strike before a call is served."""
    for fault in faults:
        detail = fault.detail
        if fault.kind == "latency":
            time.sleep(detail.get("seconds", 1.0))
        elif fault.kind == "stall":
            time.sleep(detail.get("seconds", 30.0))
            raise ConnectionDropError
        elif fault.kind == "drop":
            raise ConnectionDropError
        elif fault.kind == "rate_limit":
            message = "Quota exceeded for quota metric 'List requests' and limit 'List requests per minute'."
            raise ApiError(403, "rateLimitExceeded", message)
        elif fault.kind == "forbidden":
            raise forbidden(detail.get("permission", method_id), what)
        elif fault.kind == "error":
            message = detail.get("message", "Backend Error")
            raise ApiError(detail.get("status", 503), detail.get("reason", "backendError"), message)


def _envelope(method: Method, result: Json) -> Json:
    """A list's answer without the stored resources in it."""
    if method.id.endswith(".list"):
        return {**result, "items": []}
    if method.id.endswith(".aggregatedList"):
        scopes = {
            scope: {key: [] if isinstance(value, list) else value for key, value in slot.items()}
            for scope, slot in result["items"].items()
        }
        return {**result, "items": scopes}
    return result


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value


def _encode(request: Request, status: int, body: Json, pretty: bool = True) -> Answer:
    data = orjson.dumps(body, option=orjson.OPT_INDENT_2 if pretty else 0)
    headers = {"Content-Type": "application/json; charset=UTF-8", "Vary": "Origin"}
    # Google compresses only for callers that say so twice.
    accepts = "gzip" in request.headers.get("accept-encoding", "")
    if accepts and "gzip" in request.headers.get("user-agent", "").lower() and len(data) > _WORTH_COMPRESSING:
        data = gzip.compress(data, compresslevel=6)
        headers["Content-Encoding"] = "gzip"
    return Answer(status, data, headers)
