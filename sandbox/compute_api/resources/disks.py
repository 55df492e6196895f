"""Zonal disks."""

from __future__ import annotations

from typing import Any

from sandbox.compute_api.backend import Backend
from sandbox.compute_api.calls import Call, handles, last_part, link, resource_path, scope_link
from sandbox.compute_api.catalogue import DISK_TYPES
from sandbox.compute_api.errors import in_use, invalid, not_found
from sandbox.compute_api.operations import effect, now
from sandbox.compute_api.resources.collections import (
    change,
    check_fingerprint,
    fetch,
    fingerprint,
    insert,
    new,
    register,
)
from sandbox.compute_api.resources.images import image_of_link
from sandbox.compute_api.store import Store

Json = dict[str, Any]

register("disks", "disk", ("zones", "regions"), aggregated="compute#diskAggregatedList")


def new_disk(call: Call, name: str, wanted: Json) -> Json:
    """A disk of the call's zone.

    Args:
        wanted: sourceImage, sizeGb, type, labels, as far as the caller cares.
    """
    zone = call.path["zone"]
    type_name = last_part(wanted.get("type") or "pd-standard")
    if type_name not in DISK_TYPES:
        raise not_found(resource_path(call.project, call.scope, "diskTypes", type_name))
    disk: Json = {
        "kind": "compute#disk",
        "id": call.store.next_id(),
        "creationTimestamp": now(),
        "name": name,
        "status": "READY",
        "zone": scope_link(call.project, call.scope),
        "type": link(call.project, f"zones/{zone}", "diskTypes", type_name),
        "physicalBlockSizeBytes": "4096",
        "labelFingerprint": fingerprint(wanted.get("labels", {})),
        "selfLink": link(call.project, call.scope, "disks", name),
    }
    size = int(wanted.get("sizeGb") or 0)
    if wanted.get("sourceImage"):
        image = image_of_link(call, wanted["sourceImage"])
        disk.update(sourceImage=image["selfLink"], sourceImageId=image["id"])
        if size and size < int(image["diskSizeGb"]):
            raise invalid(
                f"Invalid value for field 'resource.sizeGb': '{size}'. Requested disk size cannot be smaller than "
                f"the image size ({image['diskSizeGb']} GB)"
            )
        size = size or int(image["diskSizeGb"])
    disk["sizeGb"] = str(size or 500)
    if wanted.get("labels"):
        disk["labels"] = wanted["labels"]
    return disk


@handles("disks.insert")
def _insert(call: Call) -> Json:
    body = new(call, "disks", "compute#disk")
    wanted = {**call.body, "sourceImage": call.query.get("sourceImage") or call.body.get("sourceImage")}
    return insert(call, "disks", {**body, **new_disk(call, body["name"], wanted)})


@handles("disks.delete")
def _delete(call: Call) -> Json:
    body = fetch(call, "disks", call.path["disk"])
    if body.get("users"):
        raise in_use(body["selfLink"], body["users"][0])
    return call.operations.start(call, "delete", body, "remove_disk", {"body": body})


@effect("remove_disk")
def _remove(store: Store, backend: Backend, arguments: Json) -> None:
    backend.remove_disk(arguments["project"], arguments["body"])
    store.remove("disks", arguments["project"], arguments["scope"], arguments["body"]["name"])


@handles("disks.resize")
def _resize(call: Call) -> Json:
    body = fetch(call, "disks", call.path["disk"])
    if int(call.body.get("sizeGb", 0)) <= int(body["sizeGb"]):
        raise invalid(f"Invalid value for field 'sizeGb': a disk only grows; it has {body['sizeGb']} GB.")
    return change(call, "disks", body, "resizeDisk", {"sizeGb": call.body["sizeGb"]})


@handles("disks.setLabels")
def _set_labels(call: Call) -> Json:
    body = fetch(call, "disks", call.path["resource"])
    check_fingerprint("Labels", body["labelFingerprint"], call.body.get("labelFingerprint"))
    labels = call.body.get("labels", {})
    return change(call, "disks", body, "setLabels", {"labels": labels, "labelFingerprint": fingerprint(labels)})
