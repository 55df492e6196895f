"""What changes an instance's record: labels, metadata, tags, addresses, disks, machine type."""

from __future__ import annotations

from typing import Any

from sandbox.compute_api.calls import Call, handles, last_part, link
from sandbox.compute_api.catalogue import MACHINE_TYPES
from sandbox.compute_api.errors import ApiError, invalid, not_found
from sandbox.compute_api.operations import effect, patch
from sandbox.compute_api.resources import addresses
from sandbox.compute_api.resources.collections import change, check_fingerprint, fetch, fingerprint, require
from sandbox.compute_api.resources.instances import access_config
from sandbox.compute_api.store import Store

Json = dict[str, Any]


def _instance(call: Call) -> Json:
    return fetch(call, "instances", call.path.get("instance") or call.path["resource"])


def _stopped(call: Call) -> Json:
    instance = _instance(call)
    if instance["status"] != "TERMINATED":
        raise ApiError(400, "resourceNotReady", f"The instance '{instance['selfLink']}' must be stopped first.")
    return instance


@handles("instances.setLabels")
def _set_labels(call: Call) -> Json:
    instance = _instance(call)
    check_fingerprint("Labels", instance["labelFingerprint"], call.body.get("labelFingerprint"))
    labels = call.body.get("labels", {})
    changes = {"labels": labels, "labelFingerprint": fingerprint(labels)}
    return change(call, "instances", instance, "setLabels", changes)


@handles("instances.setMetadata")
def _set_metadata(call: Call) -> Json:
    instance = _instance(call)
    check_fingerprint("Metadata", instance["metadata"]["fingerprint"], call.body.get("fingerprint"))
    items = call.body.get("items", [])
    metadata = {"kind": "compute#metadata", "fingerprint": fingerprint(items), "items": items}
    return change(call, "instances", instance, "setMetadata", {"metadata": metadata})


@handles("instances.setTags")
def _set_tags(call: Call) -> Json:
    instance = _instance(call)
    check_fingerprint("Tags", instance["tags"]["fingerprint"], call.body.get("fingerprint"))
    items = call.body.get("items", [])
    return change(call, "instances", instance, "setTags", {"tags": {"fingerprint": fingerprint(items), "items": items}})


@handles("instances.setMachineType")
def _set_machine_type(call: Call) -> Json:
    instance = _stopped(call)
    name = last_part(call.body.get("machineType", ""))
    if name not in MACHINE_TYPES:
        raise not_found(f"projects/{call.project}/{call.scope}/machineTypes/{name}")
    changes = {"machineType": link(call.project, call.scope, "machineTypes", name)}
    return change(call, "instances", instance, "setMachineType", changes)


@handles("instances.updateShieldedInstanceConfig")
def _update_shielded_config(call: Call) -> Json:
    instance = _stopped(call)
    changes = {"shieldedInstanceConfig": {**instance["shieldedInstanceConfig"], **call.body}}
    return change(call, "instances", instance, "updateShieldedInstanceConfig", changes)


@handles("instances.setServiceAccount")
def _set_service_account(call: Call) -> Json:
    account = {"email": call.body.get("email", ""), "scopes": call.body.get("scopes", [])}
    changes = {"serviceAccounts": [account] if account["email"] else None}
    return change(call, "instances", _stopped(call), "setServiceAccount", changes)


@handles("instances.setDeletionProtection")
def _set_deletion_protection(call: Call) -> Json:
    protected = call.query.get("deletionProtection", True)
    return change(call, "instances", _instance(call), "setDeletionProtection", {"deletionProtection": protected})


@handles("instances.setScheduling")
def _set_scheduling(call: Call) -> Json:
    instance = _instance(call)
    changes = {"scheduling": {**instance["scheduling"], **call.body}}
    return change(call, "instances", instance, "setScheduling", changes)


# -- external addresses ----------------------------------------------------------------------------


def _with_interface(instance: Json, name: str, interface_changes: Json) -> list[Json]:
    known = [interface["name"] for interface in instance["networkInterfaces"]]
    if name not in known:
        raise invalid(f"Invalid value for field 'networkInterface': '{name}'. There are: {', '.join(known)}.")
    return [
        {**interface, **interface_changes} if interface["name"] == name else interface
        for interface in instance["networkInterfaces"]
    ]


@handles("instances.addAccessConfig")
def _add_access_config(call: Call) -> Json:
    instance = _instance(call)
    config = access_config(call, call.body)
    interfaces = _with_interface(instance, call.query["networkInterface"], {})
    for interface in interfaces:
        if interface["name"] == call.query["networkInterface"] and interface.get("accessConfigs"):
            raise invalid("At most one access config currently supported.")
    interfaces = _with_interface(instance, call.query["networkInterface"], {"accessConfigs": [config]})
    arguments = {"name": instance["name"], "interfaces": interfaces, "attach": config["natIP"]}
    return call.operations.start(call, "addAccessConfig", instance, "set_interfaces", arguments)


@handles("instances.deleteAccessConfig")
def _delete_access_config(call: Call) -> Json:
    instance = _instance(call)
    wanted, nic = call.query["accessConfig"], call.query["networkInterface"]
    (interface,) = [item for item in _with_interface(instance, nic, {}) if item["name"] == nic]
    gone = [config for config in interface.get("accessConfigs", []) if config["name"] == wanted]
    if not gone:
        raise invalid(f"Invalid value for field 'accessConfig': '{wanted}'. The access config does not exist.")
    interfaces = _with_interface(instance, nic, {"accessConfigs": []})
    arguments = {"name": instance["name"], "interfaces": interfaces, "detach": gone[0]["natIP"]}
    return call.operations.start(call, "deleteAccessConfig", instance, "set_interfaces", arguments)


@effect("set_interfaces")
def _set_interfaces(store: Store, _backend: Any, arguments: Json) -> None:
    project, scope = arguments["project"], arguments["scope"]
    zone = scope.removeprefix("zones/")
    changes = {"networkInterfaces": arguments["interfaces"]}
    patch(store, "instances", project, scope, arguments["name"], changes)
    if arguments.get("attach"):
        owner = link(project, scope, "instances", arguments["name"])
        addresses.attach(store, project, zone, arguments["attach"], owner)
    if arguments.get("detach"):
        addresses.attach(store, project, zone, arguments["detach"], None)


# -- disks -----------------------------------------------------------------------------------------


@handles("instances.attachDisk")
def _attach_disk(call: Call) -> Json:
    instance = _instance(call)
    disk = require(call, call.body.get("source", ""), "disks", call.scope)
    if disk.get("users"):
        raise ApiError(400, "resourceInUseByAnotherResource", f"The disk '{disk['selfLink']}' is already being used.")
    index = 1 + max((attached["index"] for attached in instance["disks"]), default=-1)
    attached = {
        "kind": "compute#attachedDisk",
        "type": "PERSISTENT",
        "mode": "READ_WRITE",
        "interface": "SCSI",
        "autoDelete": False,
        "boot": False,
        "deviceName": f"persistent-disk-{index}",
        **call.body,
        "index": index,
        "diskSizeGb": disk["sizeGb"],
        "source": disk["selfLink"],
    }
    arguments = {"name": instance["name"], "disks": [*instance["disks"], attached], "disk": disk["name"]}
    arguments["users"] = [instance["selfLink"]]
    return call.operations.start(call, "attachDisk", instance, "set_disks", arguments)


@handles("instances.detachDisk")
def _detach_disk(call: Call) -> Json:
    instance = _instance(call)
    gone = [disk for disk in instance["disks"] if disk["deviceName"] == call.query["deviceName"]]
    if not gone:
        raise invalid(f"Invalid value for field 'deviceName': '{call.query['deviceName']}'. No such disk is attached.")
    rest = [disk for disk in instance["disks"] if disk is not gone[0]]
    arguments = {"name": instance["name"], "disks": rest, "disk": last_part(gone[0]["source"]), "users": None}
    return call.operations.start(call, "detachDisk", instance, "set_disks", arguments)


@handles("instances.setDiskAutoDelete")
def _set_disk_auto_delete(call: Call) -> Json:
    instance = _instance(call)
    wanted = call.query["deviceName"]
    if wanted not in [disk["deviceName"] for disk in instance["disks"]]:
        raise invalid(f"Invalid value for field 'deviceName': '{wanted}'. No such disk is attached.")
    disks = [
        {**disk, "autoDelete": call.query["autoDelete"]} if disk["deviceName"] == wanted else disk
        for disk in instance["disks"]
    ]
    return change(call, "instances", instance, "setDiskAutoDelete", {"disks": disks})


@effect("set_disks")
def _set_disks(store: Store, _backend: Any, arguments: Json) -> None:
    project, scope = arguments["project"], arguments["scope"]
    patch(store, "instances", project, scope, arguments["name"], {"disks": arguments["disks"]})
    patch(store, "disks", project, scope, arguments["disk"], {"users": arguments["users"]})
