"""Fleets of instances without going through the API, for tests and benchmarks of many hosts."""

from __future__ import annotations

import random
from itertools import groupby
from typing import Any

from sandbox.compute_api.calls import link, scope_link
from sandbox.compute_api.catalogue import MACHINE_TYPES, ZONES
from sandbox.compute_api.resources.collections import fingerprint
from sandbox.compute_api.store import Store

Json = dict[str, Any]


def store_instances(store: Store, project: str, instances: list[Json]) -> int:
    """Store Instance resources with the boot disks they name; returns how many."""
    by_zone = sorted(instances, key=lambda instance: instance["zone"])
    for zone, group in groupby(by_zone, key=lambda instance: instance["zone"].rsplit("/", 1)[1]):
        members = list(group)
        store.put_many("instances", project, f"zones/{zone}", members)
        store.put_many("disks", project, f"zones/{zone}", [_boot_disk(project, zone, item) for item in members])
    return len(instances)


def invent(project: str, count: int, seed: int) -> list[Json]:
    """So many plausible instances, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 (invented fleets, not secrets)
    zones = list(ZONES)
    types = list(MACHINE_TYPES)
    found = []
    for index in range(count):
        labels = {
            "env": chance.choice(["prod", "staging", "dev"]),
            "app": chance.choice(["shop", "search", "mail", "billing"]),
            "team": f"team-{chance.randrange(12)}",
        }
        if chance.random() < 0.5:
            labels["swarm-role"] = chance.choice(["manager", "worker", "worker", "worker"])
        found.append(
            instance(
                project,
                chance.choice(zones),
                f"vm-{index:06d}",
                index,
                labels=labels,
                tags=chance.sample(["web", "db", "batch", "ssh", "lb"], chance.randrange(0, 3)),
                machine_type=chance.choice(types),
                status="RUNNING" if chance.random() < 0.9 else "TERMINATED",
                external=chance.random() < 0.7,
            )
        )
    return found


def instance(
    project: str,
    zone: str,
    name: str,
    number: int,
    *,
    labels: dict[str, str] | None = None,
    tags: list[str] | None = None,
    machine_type: str = "e2-medium",
    status: str = "RUNNING",
    external: bool = True,
    image: str = "debian-13-trixie-v20261110",
) -> Json:
    """One Instance as the API would answer it, in its usual size."""
    region = f"regions/{ZONES[zone]}"
    self_link = link(project, f"zones/{zone}", "instances", name)
    internal = f"10.{128 + number // 65025 % 100}.{number // 255 % 255}.{number % 255}"
    interface: Json = {
        "kind": "compute#networkInterface",
        "name": "nic0",
        "network": link(project, "global", "networks", "default"),
        "subnetwork": link(project, region, "subnetworks", "default"),
        "networkIP": internal,
        "stackType": "IPV4_ONLY",
        "fingerprint": fingerprint(internal),
    }
    if external:
        interface["accessConfigs"] = [
            {
                "kind": "compute#accessConfig",
                "type": "ONE_TO_ONE_NAT",
                "name": "External NAT",
                "natIP": f"198.{18 + number // 65025 % 2}.{number // 255 % 255}.{number % 255}",
                "networkTier": "PREMIUM",
            }
        ]
    body: Json = {
        "kind": "compute#instance",
        "id": str(2_000_000_000_000_000_000 + number),
        "creationTimestamp": "2026-11-01T08:00:00.000-08:00",
        "name": name,
        "tags": {"fingerprint": fingerprint(tags or [])},
        "machineType": link(project, f"zones/{zone}", "machineTypes", machine_type),
        "status": status,
        "zone": scope_link(project, f"zones/{zone}"),
        "canIpForward": False,
        "networkInterfaces": [interface],
        "disks": [_attached_boot_disk(project, zone, name)],
        "metadata": {
            "kind": "compute#metadata",
            "fingerprint": fingerprint(name),
            "items": [
                {"key": "enable-oslogin", "value": "TRUE"},
                {"key": "startup-script", "value": "#!/bin/sh\n" + "logger booting\n" * 60},
            ],
        },
        "serviceAccounts": [
            {
                "email": f"hosts@{project}.iam.gserviceaccount.com",
                "scopes": ["https://www.googleapis.com/auth/cloud-platform"],
            }
        ],
        "selfLink": self_link,
        "scheduling": {
            "onHostMaintenance": "MIGRATE",
            "automaticRestart": True,
            "preemptible": False,
            "provisioningModel": "STANDARD",
        },
        "cpuPlatform": "Intel Broadwell",
        "labelFingerprint": fingerprint(labels or {}),
        "startRestricted": False,
        "deletionProtection": False,
        "shieldedInstanceConfig": {"enableSecureBoot": False, "enableVtpm": True, "enableIntegrityMonitoring": True},
        "shieldedInstanceIntegrityPolicy": {"updateAutoLearnPolicy": True},
        "fingerprint": fingerprint([name, number]),
        "lastStartTimestamp": "2026-11-01T08:00:10.000-08:00",
        "resourceStatus": {"scheduling": {}, "physicalHostTopology": {}},
    }
    if tags:
        body["tags"]["items"] = tags
    if labels:
        body["labels"] = labels
    body["disks"][0]["licenses"] = [link("debian-cloud", "global", "licenses", image.rsplit("-", 1)[0])]
    return body


def _attached_boot_disk(project: str, zone: str, name: str) -> Json:
    return {
        "kind": "compute#attachedDisk",
        "type": "PERSISTENT",
        "mode": "READ_WRITE",
        "source": link(project, f"zones/{zone}", "disks", name),
        "deviceName": "persistent-disk-0",
        "index": 0,
        "boot": True,
        "autoDelete": True,
        "interface": "SCSI",
        "guestOsFeatures": [{"type": "UEFI_COMPATIBLE"}, {"type": "VIRTIO_SCSI_MULTIQUEUE"}, {"type": "GVNIC"}],
        "diskSizeGb": "10",
        "architecture": "X86_64",
    }


def _boot_disk(project: str, zone: str, owner: Json) -> Json:
    name = owner["disks"][0]["source"].rsplit("/", 1)[1]
    license_name = owner["disks"][0].get("licenses", ["/debian-13"])[0].rsplit("/", 1)[1]
    images = {"debian-13-trixie": "debian-13-trixie-v20261110", "debian-12-bookworm": "debian-12-bookworm-v20261110"}
    return {
        "kind": "compute#disk",
        "id": str(int(owner["id"]) + 1_000_000_000_000_000_000),
        "creationTimestamp": owner["creationTimestamp"],
        "name": name,
        "sizeGb": "10",
        "status": "READY",
        "zone": scope_link(project, f"zones/{zone}"),
        "type": link(project, f"zones/{zone}", "diskTypes", "pd-balanced"),
        "sourceImage": link("debian-cloud", "global", "images", images.get(license_name, "debian-13-trixie-v20261110")),
        "users": [owner["selfLink"]],
        "labelFingerprint": fingerprint({}),
        "selfLink": link(project, f"zones/{zone}", "disks", name),
    }
