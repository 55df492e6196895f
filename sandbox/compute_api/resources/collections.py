"""What all collections share: get, list, aggregatedList, and the steps of insert and delete."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import orjson

from sandbox.compute_api.calls import HANDLERS, LINK_BASE, Call, link, resource_path
from sandbox.compute_api.errors import already_exists, condition_not_met, invalid, not_found
from sandbox.compute_api.lists import aggregated_page, list_page
from sandbox.compute_api.operations import now

Json = dict[str, Any]


def register(
    collection: str, singular: str, scope_types: tuple[str, ...], resource: str = "", aggregated: str = ""
) -> None:
    """Register get, list and aggregatedList.

    Args:
        collection: the name in routes, such as `disks`.
        singular: the path parameter that holds a resource's name, such as `disk`.
        scope_types: `zones`, `regions` and `global`, as far as resources of the collection live there.
        resource: the API's name for the collection of this scope, where it differs (`globalAddresses`).
        aggregated: kind of the aggregated list's answer; empty where there is none.
    """
    resource = resource or collection
    kind = f"compute#{singular}"

    def get(call: Call) -> Json:
        return fetch(call, collection, call.path[singular])

    def list_(call: Call) -> Json:
        return list_page(call, collection, f"{kind}List")

    HANDLERS[f"compute.{resource}.get"] = get
    HANDLERS[f"compute.{resource}.list"] = list_
    if aggregated:

        def aggregated_list(call: Call) -> Json:
            return aggregated_page(call, collection, aggregated, scope_types)

        HANDLERS[f"compute.{resource}.aggregatedList"] = aggregated_list


def fetch(call: Call, collection: str, name: str, scope: str | None = None) -> Json:
    """A resource of the call's project and scope. Raises ApiError (404)."""
    scope = scope or call.scope
    body = call.store.get(collection, call.project, scope, name)
    if body is None:
        raise not_found(resource_path(call.project, scope, collection, name))
    return body


def new(call: Call, collection: str, kind: str) -> Json:
    """The request's body as the beginning of a new resource. Raises ApiError (409) if the name is taken."""
    name = call.body.get("name")
    if not name:
        raise invalid("Invalid value for field 'resource.name': ''. A name is required.")
    path = resource_path(call.project, call.scope, collection, name)
    if call.store.get(collection, call.project, call.scope, name) is not None:
        raise already_exists(path)
    return {
        **call.body,
        "kind": kind,
        "id": call.store.next_id(),
        "creationTimestamp": now(),
        "selfLink": link(call.project, call.scope, collection, name),
    }


def insert(call: Call, collection: str, body: Json) -> Json:
    """Begin the operation that stores a new resource."""
    return call.operations.start(call, "insert", body, "put", {"collection": collection, "body": body})


def change(call: Call, collection: str, body: Json, operation_type: str, changes: Json) -> Json:
    """Begin the operation that sets properties of a resource; None removes one."""
    arguments = {"collection": collection, "name": body["name"], "set": changes}
    return call.operations.start(call, operation_type, body, "patch", arguments)


def delete(call: Call, collection: str, body: Json) -> Json:
    """Begin the operation that removes a resource."""
    return call.operations.start(call, "delete", body, "remove", {"collection": collection, "name": body["name"]})


def fingerprint(value: Any) -> str:
    """A hash of a property, for optimistic locking."""
    digest = hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).digest()
    return base64.b64encode(digest[:8]).decode()


def check_fingerprint(what: str, current: str, given: str | None) -> None:
    """Raises ApiError (412) for a fingerprint that is missing or stale."""
    if given != current:
        raise condition_not_met(what)


def resolve(call: Call, url: str, collection: str, scope: str) -> tuple[str, str, str]:
    """(project, scope, name) of a link that may be full, partial, or a name alone.

    Partial forms: `projects/P/...`, `P/zones/...` (seen from old clients), `zones/Z/disks/D`, `D`.
    """
    path = url.removeprefix(LINK_BASE).removeprefix("https://compute.googleapis.com/compute/v1/")
    parts = path.split("/")
    if parts[0] == "projects":
        parts = parts[1:]
        project = parts.pop(0)
    elif len(parts) > 2 and parts[1] in ("zones", "regions", "global"):
        project = parts.pop(0)
    else:
        project = call.project
    if len(parts) == 1:
        return project, scope, parts[0]
    where = "global" if parts[0] == "global" else "/".join(parts[:2])
    rest = parts[1:] if where == "global" else parts[2:]
    if len(rest) < 2 or rest[0] != collection:
        raise invalid(f"Invalid value: '{url}'. The URL is malformed; a link to one of {collection} is expected.")
    return project, where, "/".join(rest[1:])


def require(call: Call, url: str, collection: str, scope: str) -> Json:
    """The resource a link leads to. Raises ApiError (404)."""
    project, where, name = resolve(call, url, collection, scope)
    body = call.store.get(collection, project, where, name)
    if body is None:
        raise not_found(resource_path(project, where, collection, name))
    return body
