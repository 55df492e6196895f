# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Build request bodies of the Compute API for declared hosts. No I/O."""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.declared import Declared, Disk, merged
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import region_of

Json = dict[str, Any]

ACCESS_CONFIG = "External NAT"


def access_config(address: str | None = None) -> Json:
    """An AccessConfig with the given address, or with an ephemeral one."""
    return {"name": ACCESS_CONFIG, "type": "ONE_TO_ONE_NAT", **({"natIP": address} if address else {})}


def network_link(network: str) -> str:
    """A network's link from its name; a link is returned unchanged."""
    return network if "/" in network else f"global/networks/{network}"


def subnetwork_link(subnetwork: str, zone: str) -> str:
    """The link of a subnetwork in the zone's region from its name; a link is returned unchanged."""
    return subnetwork if "/" in subnetwork else f"regions/{region_of(zone)}/subnetworks/{subnetwork}"


def disk_body(disk: Disk, zone: str, labels: Json) -> Json:
    """A Disk (`disks.insert`)."""
    return {
        "name": disk.name,
        "sizeGb": str(disk.size_gb),
        "type": f"zones/{zone}/diskTypes/{disk.disk_type}",
        "labels": labels,
    }


def attached_disk(disk: Disk, zone: str) -> Json:
    """An AttachedDisk for an existing disk (`instances.attachDisk`)."""
    return {"source": f"zones/{zone}/disks/{disk.name}", "deviceName": disk.device, "autoDelete": disk.auto_delete}


def instance_body(host: Declared, existing_disks: set[str], labels: Json) -> Json:
    """An Instance (`instances.insert`). A reserved address is filled in later, when it is known.

    Args:
        existing_disks: names of disks in the host's zone, which are attached instead of created.
        labels: labels of new disks.
    """
    body: Json = {
        "name": host.name,
        "machineType": f"zones/{host.zone}/machineTypes/{host.machine_type}",
        "labels": dict(host.labels),
        "disks": [_boot_disk(host, labels), *(_data_disk(host, disk, existing_disks, labels) for disk in host.disks)],
        "networkInterfaces": [_interface(host)],
        "deletionProtection": bool(host.deletion_protection),
    }
    metadata = merged({}, host.metadata, host.ssh_keys)
    items = [{"key": key, "value": value} for key, value in sorted(metadata.items())]
    if items:
        body["metadata"] = {"items": items}
    if host.tags:
        body["tags"] = {"items": list(host.tags)}
    if host.service_account:
        body["serviceAccounts"] = [host.service_account]
    if host.spot:
        # When Google reclaims the capacity, the host is stopped instead of deleted, so that it can be started again.
        body["scheduling"] = {
            "provisioningModel": "SPOT",
            "automaticRestart": False,
            "onHostMaintenance": "TERMINATE",
            "instanceTerminationAction": "STOP",
        }
    if host.shielded:
        body["shieldedInstanceConfig"] = host.shielded
    return body


def _interface(host: Declared) -> Json:
    interface: Json = {}
    if host.network or not host.subnetwork:
        interface["network"] = network_link(host.network or "default")
    if host.subnetwork:
        interface["subnetwork"] = subnetwork_link(host.subnetwork, host.zone)
    if host.external != "none":
        interface["accessConfigs"] = [access_config()]
    return interface


def _boot_disk(host: Declared, labels: Json) -> Json:
    parameters: Json = {"sourceImage": host.images[0], "labels": labels}
    if host.boot_size_gb:
        parameters["diskSizeGb"] = str(host.boot_size_gb)
    if host.boot_type:
        parameters["diskType"] = f"zones/{host.zone}/diskTypes/{host.boot_type}"
    return {"boot": True, "autoDelete": True, "initializeParams": parameters}


def _data_disk(host: Declared, disk: Disk, existing: set[str], labels: Json) -> Json:
    if disk.name in existing:
        return attached_disk(disk, host.zone)
    parameters = {
        "diskName": disk.name,
        "diskSizeGb": str(disk.size_gb),
        "diskType": f"zones/{host.zone}/diskTypes/{disk.disk_type}",
        "labels": labels,
    }
    return {"deviceName": disk.device, "autoDelete": disk.auto_delete, "initializeParams": parameters}
