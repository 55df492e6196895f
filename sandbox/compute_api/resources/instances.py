"""Instances: insert, with everything the API fills in, and delete."""

from __future__ import annotations

from typing import Any

from sandbox.compute_api.backend import Backend, BackendError
from sandbox.compute_api.calls import Call, handles, last_part, link, resource_path, scope_link
from sandbox.compute_api.catalogue import MACHINE_TYPES, ZONES
from sandbox.compute_api.errors import ApiError, invalid, not_found
from sandbox.compute_api.operations import OperationError, effect, now, patch
from sandbox.compute_api.resources import addresses
from sandbox.compute_api.resources.collections import fetch, fingerprint, new, register, require
from sandbox.compute_api.resources.disks import new_disk
from sandbox.compute_api.store import Store

Json = dict[str, Any]

register("instances", "instance", ("zones",), aggregated="compute#instanceAggregatedList")


@handles("instances.insert")
def _insert(call: Call) -> Json:
    if call.path["zone"] not in ZONES:
        raise not_found(f"projects/{call.project}/zones/{call.path['zone']}")
    body = new(call, "instances", "compute#instance")
    disks: list[Json] = []
    body["disks"] = [_attached(call, body, disk, index, disks) for index, disk in enumerate(body.get("disks", []))]
    if not body["disks"]:
        raise invalid("Invalid value for field 'resource.disks': ''. A boot disk is required.")
    body["networkInterfaces"] = [
        _interface(call, interface, index) for index, interface in enumerate(body.get("networkInterfaces") or [{}])
    ]
    body = {**_defaults(call, body), **body}
    body.update(status="PROVISIONING", machineType=_machine_type(call, body), zone=scope_link(call.project, call.scope))
    body["tags"] = {**body.get("tags", {}), "fingerprint": fingerprint(body.get("tags", {}).get("items", []))}
    items = body.get("metadata", {}).get("items", [])
    body["metadata"] = {"kind": "compute#metadata", "fingerprint": fingerprint(items)}
    if items:
        body["metadata"]["items"] = items
    body["labelFingerprint"] = fingerprint(body.get("labels", {}))
    meanwhile = [("instances", body)] + [("disks", disk) for disk in disks]
    return call.operations.start(call, "insert", body, "create_instance", {"name": body["name"]}, meanwhile)


def _defaults(call: Call, body: Json) -> Json:
    scheduling = body.get("scheduling", {})
    spot = scheduling.get("provisioningModel") == "SPOT" or scheduling.get("preemptible")
    return {
        "canIpForward": False,
        "cpuPlatform": "Intel Broadwell",
        "deletionProtection": False,
        "startRestricted": False,
        "fingerprint": fingerprint(body["id"]),
        "scheduling": {
            "automaticRestart": not spot,
            "onHostMaintenance": "TERMINATE" if spot else "MIGRATE",
            "preemptible": bool(spot),
            "provisioningModel": "SPOT" if spot else "STANDARD",
            **body.pop("scheduling", {}),
        },
        "shieldedInstanceConfig": {
            "enableIntegrityMonitoring": True,
            "enableSecureBoot": False,
            "enableVtpm": True,
            **body.pop("shieldedInstanceConfig", {}),
        },
        "lastStartTimestamp": now(),
        "selfLink": link(call.project, call.scope, "instances", body["name"]),
    }


def _machine_type(call: Call, body: Json) -> str:
    name = last_part(body.get("machineType", ""))
    if name not in MACHINE_TYPES:
        raise invalid(
            f"Invalid value for field 'resource.machineType': '{body.get('machineType', '')}'. "
            "The referenced machine type does not exist."
        )
    return link(call.project, call.scope, "machineTypes", name)


def _attached(call: Call, instance: Json, wanted: Json, index: int, created: list[Json]) -> Json:
    """An AttachedDisk; a disk that `initializeParams` asks for is added to `created`."""
    parameters = wanted.pop("initializeParams", None)
    if parameters is not None:
        default_name = instance["name"] if index == 0 else f"{instance['name']}-{index}"
        name = parameters.get("diskName") or default_name
        if call.store.get("disks", call.project, call.scope, name):
            path = resource_path(call.project, call.scope, "disks", name)
            raise ApiError(409, "alreadyExists", f"The resource '{path}' already exists")
        asked = {key: parameters.get(key) for key in ("sourceImage", "labels") if parameters.get(key)}
        size = parameters.get("diskSizeGb") or wanted.get("diskSizeGb")
        disk = new_disk(call, name, {**asked, "sizeGb": size, "type": parameters.get("diskType")})
        created.append(disk)
    else:
        disk = require(call, wanted.get("source", ""), "disks", call.scope)
        if disk.get("users") and wanted.get("mode", "READ_WRITE") == "READ_WRITE":
            raise ApiError(
                400, "resourceInUseByAnotherResource", f"The disk resource '{disk['selfLink']}' is already being used"
            )
    disk["users"] = [*disk.get("users", []), instance["selfLink"]]
    if parameters is None:
        created.append(disk)
    return {
        "kind": "compute#attachedDisk",
        "type": "PERSISTENT",
        "mode": "READ_WRITE",
        "interface": "SCSI",
        "autoDelete": False,
        "boot": index == 0,
        "deviceName": f"persistent-disk-{index}",
        **wanted,
        "index": index,
        "diskSizeGb": disk["sizeGb"],
        "source": disk["selfLink"],
    }


def _interface(call: Call, wanted: Json, index: int) -> Json:
    region = f"regions/{ZONES[call.path['zone']]}"
    if wanted.get("subnetwork"):
        subnetwork = require(call, wanted["subnetwork"], "subnetworks", region)
    else:
        network = require(call, wanted.get("network", "global/networks/default"), "networks", "global")
        found = [
            item
            for item in call.store.all("subnetworks", network["selfLink"].split("/")[6], region)
            if item["network"] == network["selfLink"]
        ]
        if not found:
            raise invalid(f"Invalid value for field 'resource.networkInterfaces[{index}]': no subnetwork in {region}.")
        subnetwork = found[0]
    addresses.check_internal(wanted.get("networkIP"), subnetwork, f"resource.networkInterfaces[{index}].networkIP")
    interface: Json = {
        **wanted,
        "kind": "compute#networkInterface",
        "name": f"nic{index}",
        "network": subnetwork["network"],
        "subnetwork": subnetwork["selfLink"],
        "networkIP": wanted.get("networkIP") or addresses.next_internal(call.store, subnetwork),
        "stackType": wanted.get("stackType", "IPV4_ONLY"),
    }
    interface["fingerprint"] = fingerprint(interface)
    if wanted.get("accessConfigs"):
        interface["accessConfigs"] = [access_config(call, config) for config in wanted["accessConfigs"]]
    return interface


def access_config(call: Call, wanted: Json) -> Json:
    """An AccessConfig; without a `natIP` it gets an ephemeral one."""
    addresses.check_external(call.store, call.project, call.path["zone"], wanted.get("natIP"))
    return {
        "kind": "compute#accessConfig",
        "type": "ONE_TO_ONE_NAT",
        "name": "External NAT",
        "networkTier": "PREMIUM",
        **wanted,
        "natIP": wanted.get("natIP") or addresses.next_external(call.store),
    }


def external_addresses(instance: Json) -> list[str]:
    """The external IPv4 addresses of an instance."""
    return [
        config["natIP"]
        for interface in instance["networkInterfaces"]
        for config in interface.get("accessConfigs", [])
        if config.get("natIP")
    ]


@effect("create_instance")
def _create(store: Store, backend: Backend, arguments: Json) -> None:
    project, scope, name = arguments["project"], arguments["scope"], arguments["name"]
    instance = store.get("instances", project, scope, name)
    if instance is None:
        return
    limit = (store.project(project) or {}).get("quotas", {}).get("INSTANCES")
    if limit is not None and len(store.all("instances", project)) > limit:
        _forget(store, project, scope, instance, keep_all=False)
        raise OperationError("QUOTA_EXCEEDED", f"Quota 'INSTANCES' exceeded. Limit: {float(limit)} globally.", 403)
    try:
        known = backend.create(project, instance)
    except BackendError:
        # As at Google, an insert that fails leaves nothing behind.
        backend.delete(project, {**instance, "disks": [{**disk, "autoDelete": True} for disk in instance["disks"]]})
        _forget(store, project, scope, instance, keep_all=False)
        raise
    zone = scope.removeprefix("zones/")
    for ip in external_addresses(instance):
        addresses.attach(store, project, zone, ip, instance["selfLink"])
    patch(store, "instances", project, scope, name, {**known, "status": "RUNNING"})


@handles("instances.delete")
def _delete(call: Call) -> Json:
    instance = fetch(call, "instances", call.path["instance"])
    if instance.get("deletionProtection"):
        path = resource_path(call.project, call.scope, "instances", instance["name"])
        raise invalid(f"Invalid resource usage: '{path}' is protected against deletion.")
    stopping = [("instances", {**instance, "status": "STOPPING"})]
    return call.operations.start(call, "delete", instance, "delete_instance", {"name": instance["name"]}, stopping)


@effect("delete_instance")
def _delete_instance(store: Store, backend: Backend, arguments: Json) -> None:
    project, scope, name = arguments["project"], arguments["scope"], arguments["name"]
    instance = store.get("instances", project, scope, name)
    if instance is None:
        return
    backend.delete(project, instance)
    _forget(store, project, scope, instance, keep_all=True)


def _forget(store: Store, project: str, scope: str, instance: Json, keep_all: bool) -> None:
    """Remove an instance, its disks that go with it, and its hold on addresses."""
    with store.transaction():
        for attached in instance["disks"]:
            if not attached.get("source"):
                continue
            disk_name = last_part(attached["source"])
            if attached.get("autoDelete") or not keep_all:
                store.remove("disks", project, scope, disk_name)
            else:
                disk = store.get("disks", project, scope, disk_name) or {}
                users = [user for user in disk.get("users", []) if user != instance["selfLink"]]
                patch(store, "disks", project, scope, disk_name, {"users": users or None})
        for ip in external_addresses(instance):
            addresses.attach(store, project, scope.removeprefix("zones/"), ip, None)
        store.remove("instances", project, scope, instance["name"])
