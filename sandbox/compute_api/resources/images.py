"""Images and image families; public images live in projects of their own."""

from __future__ import annotations

from typing import Any

from sandbox.compute_api.backend import Backend
from sandbox.compute_api.calls import Call, handles, resource_path
from sandbox.compute_api.errors import invalid, not_found
from sandbox.compute_api.operations import effect
from sandbox.compute_api.resources.collections import (
    change,
    check_fingerprint,
    fetch,
    fingerprint,
    new,
    register,
    require,
    resolve,
)
from sandbox.compute_api.store import Store

Json = dict[str, Any]

register("images", "image", ("global",))


def newest_of_family(store: Store, project: str, family: str) -> Json:
    """The newest image of a family that is not deprecated. Raises ApiError (404)."""
    usable = [
        image
        for image in store.all("images", project)
        if image.get("family") == family
        and image["status"] == "READY"
        and image.get("deprecated", {}).get("state", "ACTIVE") == "ACTIVE"
    ]
    if not usable:
        raise not_found(resource_path(project, "global", "images/family", family))
    return max(usable, key=lambda image: (image["creationTimestamp"], image["name"]))


def image_of_link(call: Call, url: str) -> Json:
    """The image a `sourceImage` means: an image's link or a family's."""
    project, _, name = resolve(call, url, "images", "global")
    if name.startswith("family/"):
        return newest_of_family(call.store, project, name.removeprefix("family/"))
    return require(call, url, "images", "global")


@handles("images.getFromFamily")
def _get_from_family(call: Call) -> Json:
    return newest_of_family(call.store, call.project, call.path["family"])


@handles("images.insert")
def _insert(call: Call) -> Json:
    body = new(call, "images", "compute#image")
    defaults: Json = {
        "status": "READY",
        "sourceType": "RAW",
        "architecture": "X86_64",
        "archiveSizeBytes": "1200000000",
        "diskSizeGb": "10",
        "labelFingerprint": fingerprint(body.get("labels", {})),
    }
    if body.get("sourceDisk"):
        disk = require(call, body["sourceDisk"], "disks", "")
        body.update(sourceDisk=disk["selfLink"], sourceDiskId=disk["id"], diskSizeGb=disk["sizeGb"])
        for user in disk.get("users", []):
            instance = require(call, user, "instances", "")
            if instance["status"] == "RUNNING" and not call.query.get("forceCreate"):
                raise invalid(f"The disk '{disk['selfLink']}' is in use by the running instance '{user}'.")
    elif body.get("sourceImage"):
        image = image_of_link(call, body["sourceImage"])
        body.update(sourceImage=image["selfLink"], sourceImageId=image["id"], diskSizeGb=image["diskSizeGb"])
    elif not body.get("rawDisk"):
        raise invalid("Invalid value for field 'resource': one of sourceDisk, sourceImage, rawDisk is required.")
    return call.operations.start(call, "insert", body, "make_image", {"body": {**defaults, **body}})


@effect("make_image")
def _make(store: Store, backend: Backend, arguments: Json) -> None:
    backend.make_image(arguments["project"], arguments["body"])
    store.put("images", arguments["project"], "global", arguments["body"])


@handles("images.patch")
def _patch(call: Call) -> Json:
    return change(call, "images", fetch(call, "images", call.path["image"]), "patch", call.body)


@handles("images.deprecate")
def _deprecate(call: Call) -> Json:
    state = call.body if call.body.get("state") else None
    return change(call, "images", fetch(call, "images", call.path["image"]), "deprecate", {"deprecated": state})


@handles("images.setLabels")
def _set_labels(call: Call) -> Json:
    body = fetch(call, "images", call.path["resource"])
    check_fingerprint("Labels", body["labelFingerprint"], call.body.get("labelFingerprint"))
    labels = call.body.get("labels", {})
    return change(call, "images", body, "setLabels", {"labels": labels, "labelFingerprint": fingerprint(labels)})


@handles("images.delete")
def _delete(call: Call) -> Json:
    image = fetch(call, "images", call.path["image"])
    return call.operations.start(call, "delete", image, "remove_image", {"body": image})


@effect("remove_image")
def _remove(store: Store, backend: Backend, arguments: Json) -> None:
    backend.remove_image(arguments["project"], arguments["body"])
    store.remove("images", arguments["project"], "global", arguments["body"]["name"])
