"""The metadata server as guests see it: each gets its own instance, known by the address it asks from.

The API's metadata server (metadata.py) speaks for a controller; this one listens where hosts of the sandbox reach it.
Labels stand under `instance/labels/`, which Google does not offer.
Source: https://cloud.google.com/compute/docs/metadata/querying-metadata
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.compute_api.calls import last_part
from sandbox.compute_api.metadata import FLAVOR, PREFIX, MetadataServer
from sandbox.compute_api.store import Store
from sandbox.compute_api.web import only_hosts

Json = dict[str, Any]

# What guests call it.
NAMES = ("169.254.169.254", "metadata.google.internal", "metadata")
_LOOK_SECONDS = 1.0
_LONGEST_WAIT = 300.0


class GuestMetadata:
    """Answers for the instances of one project.

    Args:
        accounts: answers what concerns service accounts.
        host: the address it listens at.
    """

    def __init__(self, store: Store, accounts: MetadataServer, project: str, host: str = "") -> None:
        self._store = store
        self._accounts = accounts
        self._project = project
        names = [name for name in (*NAMES, host) if name]
        self.application = Starlette(
            middleware=[only_hosts(names)],
            routes=[Route("/{path:path}", self._answer)],
        )

    async def _answer(self, request: Request) -> Response:
        if request.headers.get("metadata-flavor") != "Google":
            return Response("Missing Metadata-Flavor:Google header.", 403, FLAVOR)
        address = request.client.host if request.client else ""
        path, query = request.url.path, request.query_params
        deadline = asyncio.get_running_loop().time() + min(
            float(query.get("timeout_sec", _LONGEST_WAIT)), _LONGEST_WAIT
        )
        while True:
            found = await run_in_threadpool(self.look_up, address, path)
            etag = hashlib.sha256(orjson.dumps(found)).hexdigest()[:16]
            changed = query.get("wait_for_change") != "true" or etag != query.get("last_etag")
            if changed or asyncio.get_running_loop().time() >= deadline:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        if found is None:
            return Response("Not Found", 404, FLAVOR)
        headers = {**FLAVOR, "ETag": etag}
        if isinstance(found, dict):
            if query.get("recursive") == "true":
                return Response(orjson.dumps(found), 200, {**headers, "Content-Type": "application/json"})
            found = "".join(f"{key}/\n" if isinstance(value, dict) else f"{key}\n" for key, value in found.items())
        text = found if isinstance(found, str) else orjson.dumps(found).decode()
        return Response(text, 200, {**headers, "Content-Type": "application/text"})

    def look_up(self, address: str, path: str) -> Any:
        """What stands at a path for the instance with this internal address; None where nothing does."""
        parts = path.removeprefix(PREFIX.rstrip("/")).strip("/").split("/")
        instance = self._instance_at(address)
        if parts[:2] == ["instance", "service-accounts"]:
            # Whoever else reaches this address, such as a user of this machine, gets no token.
            return self._accounts.answer(path) if instance and instance.get("serviceAccounts") else None
        found: Any = instance and {"instance": _instance(instance), "project": self._project_tree()}
        for part in filter(None, parts):
            name = _camel(part) if isinstance(found, dict) and part not in found else part
            if isinstance(found, list):
                found = found[int(part)] if part.isdigit() and int(part) < len(found) else None
            else:
                found = found.get(name) if isinstance(found, dict) else None
            if found is None:
                return None
        return found

    def _instance_at(self, address: str) -> Json | None:
        for instance in self._store.all("instances", self._project):
            if any(nic.get("networkIP") == address for nic in instance["networkInterfaces"]):
                return instance
        return None

    def _project_tree(self) -> Json:
        record = self._store.project(self._project) or {}
        return {
            "projectId": self._project,
            "numericProjectId": int(record.get("id", 1)),
            "attributes": record.get("metadata", {}),
        }


def _instance(body: Json) -> Json:
    return {
        "id": int(body["id"]),
        "name": body["name"],
        "hostname": f"{body['name']}.sandbox.internal",
        "zone": "/".join(body["zone"].split("/")[-4:]),
        "machineType": last_part(body["machineType"]),
        "tags": body.get("tags", {}).get("items", []),
        "labels": body.get("labels", {}),
        "attributes": {item["key"]: item.get("value", "") for item in body.get("metadata", {}).get("items", [])},
        "networkInterfaces": [
            {
                "ip": nic.get("networkIP", ""),
                "network": nic.get("network", ""),
                "accessConfigs": [
                    {"externalIp": config.get("natIP", ""), "type": config.get("type", "")}
                    for config in nic.get("accessConfigs", [])
                ],
            }
            for nic in body["networkInterfaces"]
        ],
    }


def _camel(part: str) -> str:
    """`network-interfaces`, as paths say, for `networkInterfaces`, as the recursive answer says."""
    first, *rest = part.split("-")
    return first + "".join(word.capitalize() for word in rest)
