"""The project itself: its common metadata, default service account and quotas."""

from __future__ import annotations

from typing import Any

from sandbox.compute_api.calls import LINK_BASE, Call, handles
from sandbox.compute_api.catalogue import CREATED
from sandbox.compute_api.operations import effect
from sandbox.compute_api.resources.collections import check_fingerprint, fingerprint

Json = dict[str, Any]


@handles("projects.get")
def _get(call: Call) -> Json:
    record = call.store.project(call.project) or {}
    metadata = record.get("metadata", {})
    return {
        "kind": "compute#project",
        "id": record.get("id", "1"),
        "name": call.project,
        "creationTimestamp": CREATED,
        "defaultServiceAccount": f"{record.get('id', '1')}-compute@developer.gserviceaccount.com",
        "commonInstanceMetadata": {
            "kind": "compute#metadata",
            "fingerprint": fingerprint(metadata),
            "items": [{"key": key, "value": value} for key, value in metadata.items()],
        },
        "quotas": [{"metric": "NETWORKS", "limit": 15.0, "usage": 1.0}],
        "selfLink": f"{LINK_BASE}projects/{call.project}",
    }


@handles("projects.setCommonInstanceMetadata")
def _set_metadata(call: Call) -> Json:
    record = call.store.project(call.project) or {}
    check_fingerprint("Metadata", fingerprint(record.get("metadata", {})), call.body.get("fingerprint"))
    items = {item["key"]: item.get("value", "") for item in call.body.get("items", [])}
    target = f"{LINK_BASE}projects/{call.project}"
    return call.operations.start(call, "setMetadata", target, "project_metadata", {"items": items})


@effect("project_metadata")
def _store_metadata(store: Any, _backend: Any, arguments: Json) -> None:
    with store.transaction():
        record = store.project(arguments["project"]) or {}
        store.put_project(arguments["project"], {**record, "metadata": arguments["items"]})
