# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The current hosts of a fleet, converted from the Compute API to the terms of the declaration. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import (
    GROUP,
    Place,
    last_part,
    place_of,
)

Json = dict[str, Any]

RUNNING = "RUNNING"
TERMINATED = "TERMINATED"
# Transient states, and the state that follows each.
PASSING = {
    "PROVISIONING": RUNNING,
    "STAGING": RUNNING,
    "REPAIRING": RUNNING,
    "STOPPING": TERMINATED,
    "PENDING_STOP": TERMINATED,
    "SUSPENDING": "SUSPENDED",
}


@dataclass(frozen=True)
class CurrentDisk:
    """An existing disk. `users`: names of the instances that use it; `zone`: for a regional disk, its region."""

    name: str
    zone: str
    size_gb: int
    disk_type: str
    image: str = ""
    users: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, body: Json) -> CurrentDisk:
        """From a Disk of the API."""
        return cls(
            name=body["name"],
            zone=last_part(body.get("zone") or body.get("region")),
            size_gb=int(body.get("sizeGb", 0)),
            disk_type=last_part(body.get("type")),
            image=image_path(body.get("sourceImage", "")),
            users=tuple(last_part(user) for user in body.get("users", [])),
            labels=body.get("labels", {}),
        )


@dataclass(frozen=True)
class CurrentHost:
    """An existing instance.

    Attributes:
        access_config: name of the access configuration with its external address, "" if it has none.
        address: the external address; also "" for a stopped host whose address is not reserved.
        attached: its disks, the boot disk first.
        body: the API's Instance, for fingerprints.
    """

    name: str
    zone: str
    status: str
    machine_type: str
    network: str
    subnetwork: str
    interface: str
    internal: str
    address: str
    access_config: str
    attached: tuple[Place, ...]
    labels: Mapping[str, str]
    tags: tuple[str, ...]
    metadata: Mapping[str, str]
    service_account: Json | None
    spot: bool
    shielded: Json
    deletion_protection: bool
    body: Json = field(repr=False, compare=False)

    @classmethod
    def of(cls, body: Json) -> CurrentHost:
        """From an Instance of the API."""
        interface = (body.get("networkInterfaces") or [{}])[0]
        access = (interface.get("accessConfigs") or [{}])[0]
        disks = sorted(body.get("disks", []), key=lambda disk: not disk.get("boot"))
        scheduling = body.get("scheduling", {})
        accounts = body.get("serviceAccounts") or []
        return cls(
            name=body["name"],
            zone=last_part(body["zone"]),
            status=body["status"],
            machine_type=last_part(body.get("machineType")),
            network=last_part(interface.get("network")),
            subnetwork=last_part(interface.get("subnetwork")),
            interface=interface.get("name", "nic0"),
            internal=interface.get("networkIP", ""),
            address=access.get("natIP", ""),
            access_config=access.get("name", "External NAT") if access else "",
            attached=tuple(place_of(disk["source"]) for disk in disks if disk.get("source")),
            labels=body.get("labels", {}),
            tags=tuple(sorted(body.get("tags", {}).get("items", []))),
            metadata=metadata_of(body),
            service_account=(
                {"email": accounts[0]["email"], "scopes": sorted(accounts[0].get("scopes", []))} if accounts else None
            ),
            spot=scheduling.get("provisioningModel") == "SPOT" or bool(scheduling.get("preemptible")),
            shielded=body.get("shieldedInstanceConfig", {}),
            deletion_protection=bool(body.get("deletionProtection")),
            body=body,
        )

    def shown(self) -> Json:
        """The host as a module returns it."""
        return {
            "name": self.name,
            "id": str(self.body.get("id", "")),
            "zone": self.zone,
            "status": self.status,
            "machine_type": self.machine_type,
            "internal_address": self.internal,
            "external_address": self.address,
            "labels": dict(self.labels),
            "tags": list(self.tags),
        }


@dataclass(frozen=True)
class Current:
    """The existing resources of a fleet.

    Attributes:
        hosts: by name; only those with the fleet's label.
        disks: by zone and name; all disks of the project, including other owners'.
        addresses: by region and name; Address bodies of the project, including other owners'.
        strangers: declared host names that are taken by instances without the fleet's label, with their zones.
    """

    hosts: Mapping[str, CurrentHost] = field(default_factory=dict)
    disks: Mapping[Place, CurrentDisk] = field(default_factory=dict)
    addresses: Mapping[Place, Json] = field(default_factory=dict)
    strangers: Mapping[str, str] = field(default_factory=dict)

    def boot_disk(self, host: CurrentHost) -> CurrentDisk | None:
        """The disk a host boots from."""
        return self.disks.get(host.attached[0]) if host.attached else None

    def of_group(self, group: str | None) -> list[CurrentHost]:
        """The hosts with the group's label (all hosts of the fleet if group is None), sorted by name and number."""
        members = (host for host in self.hosts.values() if group is None or host.labels.get(GROUP) == group)
        return sorted(members, key=_by_number)


def metadata_of(body: Json) -> dict[str, str]:
    """The metadata of an Instance as a dict."""
    return {item["key"]: item.get("value", "") for item in body.get("metadata", {}).get("items", [])}


def image_path(link: str) -> str:
    """`projects/P/global/images/I` from any form of link to an image."""
    return "projects/" + link.split("/projects/", 1)[1] if "/projects/" in link else link


def _by_number(host: CurrentHost) -> tuple[str, int, str]:
    stem, _dash, number = host.name.rpartition("-")
    return (stem, int(number), "") if number.isdigit() else (host.name, 0, host.name)
