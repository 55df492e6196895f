"""Lists: pages, filters, and zones that do not answer."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from sandbox.compute_api import filters
from sandbox.compute_api.calls import LINK_BASE, Call
from sandbox.compute_api.catalogue import REGIONS, ZONES
from sandbox.compute_api.errors import ApiError, invalid

Json = dict[str, Any]
Position = tuple[str, str]

LARGEST_PAGE = 500
_START: Position = ("", "")


def list_page(call: Call, collection: str, kind: str) -> Json:
    """The answer of a `list` method: one page of one scope."""
    if call.scope in call.unreachable:
        raise ApiError(503, "backendError", f"The zone '{call.path['zone']}' is currently unreachable.")
    found, token = _page(call, collection, call.scope)
    answer: Json = {
        "kind": kind,
        "id": f"projects/{call.project}/{call.scope}/{collection}",
        "selfLink": f"{LINK_BASE}projects/{call.project}/{call.scope}/{collection}",
    }
    if found:
        answer["items"] = [body for _, body in found]
    if token:
        answer["nextPageToken"] = token
    return answer


def aggregated_page(call: Call, collection: str, kind: str, scope_types: tuple[str, ...]) -> Json:
    """The answer of an `aggregatedList` method: one page over all scopes.

    Args:
        scope_types: where resources of the collection live: `zones`, `regions`, `global`.
    """
    partial = call.dated or call.query.get("returnPartialSuccess", False)
    if call.unreachable and not partial:
        zones = ", ".join(sorted(scope.removeprefix("zones/") for scope in call.unreachable))
        raise ApiError(503, "backendError", f"The zone '{zones}' is currently unreachable.")
    found, token = _page(call, collection, None)
    items: Json = {} if call.query.get("pageToken") else {scope: _no_results(scope) for scope in _scopes(scope_types)}
    for scope, body in found:
        slot = items.get(scope)
        if slot is None or collection not in slot:
            slot = items[scope] = {collection: []}
        slot[collection].append(body)
    answer: Json = {
        "kind": kind,
        "id": f"projects/{call.project}/aggregated/{collection}",
        "items": items,
        "selfLink": f"{LINK_BASE}projects/{call.project}/aggregated/{collection}",
    }
    if token:
        answer["nextPageToken"] = token
    if call.unreachable:
        answer["unreachables"] = sorted(call.unreachable)
        for scope in call.unreachable:
            items[scope] = {"warning": _warning("UNREACHABLE", scope, "The scope is currently unreachable.")}
        names = ", ".join(sorted(call.unreachable))
        answer["warning"] = _warning("PARTIAL_SUCCESS", names, f"Some scopes are unreachable: {names}.")
    return answer


def _page(call: Call, collection: str, scope: str | None) -> tuple[list[tuple[str, Json]], str | None]:
    limit = call.query.get("maxResults", LARGEST_PAGE)
    if limit > LARGEST_PAGE:
        message = f"Invalid value for field 'maxResults': '{limit}'. Values must be within the range: [0, 500]"
        raise invalid(message)
    limit = limit or LARGEST_PAGE
    keep = filters.parse(call.query["filter"]) if call.query.get("filter") else None
    position = _position(call.query.get("pageToken"))
    found: list[tuple[str, Json]] = []
    while True:
        rows = call.store.after(collection, call.project, scope, position, limit + 1)
        more = len(rows) > limit
        for row_scope, body in rows[:limit]:
            position = (row_scope, body["name"])
            if row_scope in call.unreachable or (keep and not keep(body)):
                continue
            found.append((row_scope, body))
            if len(found) == limit:
                last = (row_scope, body["name"]) == (rows[-1][0], rows[-1][1]["name"])
                return found, None if last else _token(position)
        if not more:
            return found, None


def _token(position: Position) -> str:
    return base64.urlsafe_b64encode("\n".join(position).encode()).decode()


def _position(token: str | None) -> Position:
    if not token:
        return _START
    try:
        scope, name = base64.urlsafe_b64decode(token).decode().split("\n")
    except (ValueError, binascii.Error) as error:
        raise invalid(f"Invalid value for field 'pageToken': '{token}'.") from error
    return scope, name


def _scopes(scope_types: tuple[str, ...]) -> list[str]:
    scopes = ["global"] if "global" in scope_types else []
    if "regions" in scope_types:
        scopes += [f"regions/{region}" for region in REGIONS]
    if "zones" in scope_types:
        scopes += [f"zones/{zone}" for zone in ZONES]
    return scopes


def _no_results(scope: str) -> Json:
    return {"warning": _warning("NO_RESULTS_ON_PAGE", scope, f"There are no results for scope '{scope}' on this page.")}


def _warning(code: str, scope: str, message: str) -> Json:
    return {"code": code, "message": message, "data": [{"key": "scope", "value": scope}]}
