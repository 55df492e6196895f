"""Declared and current hosts for the tests of decisions."""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.current import (
    Current,
    CurrentDisk,
    CurrentHost,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.declared import Declared, declared_hosts
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import Owner, last_part

Json = dict[str, Any]

OWNER = Owner("shop", "web")
IMAGE = "projects/debian-cloud/global/images/debian-13-trixie-v20261110"
OLDER = "projects/debian-cloud/global/images/debian-13-trixie-v20261012"
BASE = "https://www.googleapis.com/compute/v1/"
ZONE = "europe-west1-b"


def options(**changes: Any) -> Json:
    """Parameters of `gce_instances`, as the module gets them."""
    return {
        "fleet": "shop",
        "group": "web",
        "count": 1,
        "names": None,
        "zones": [ZONE],
        "machine_type": "e2-medium",
        "external_address": "none",
        "spot": False,
        "deletion_protection": False,
        **changes,
    }


def declared(images: tuple[str, ...] = (IMAGE, OLDER), **changes: Any) -> list[Declared]:
    """Declared hosts."""
    return declared_hosts(options(**changes), images)


def instance(name: str = "web-1", **changes: Any) -> Json:
    """An Instance of the API that is exactly as `declared()`."""
    return {
        "name": name,
        "id": "1",
        "zone": f"{BASE}projects/p/zones/{ZONE}",
        "status": "RUNNING",
        "machineType": f"{BASE}projects/p/zones/{ZONE}/machineTypes/e2-medium",
        "labels": {"fleet": "shop", "fleet-group": "web"},
        "labelFingerprint": "a",
        "metadata": {"fingerprint": "b"},
        "tags": {"fingerprint": "c"},
        "disks": [
            {
                "source": f"{BASE}projects/p/zones/{ZONE}/disks/{name}",
                "boot": True,
                "autoDelete": True,
                "deviceName": "boot",
            }
        ],
        "networkInterfaces": [
            {
                "name": "nic0",
                "networkIP": "10.132.0.2",
                "network": f"{BASE}projects/p/global/networks/default",
                "subnetwork": f"{BASE}projects/p/regions/europe-west1/subnetworks/default",
            }
        ],
        "scheduling": {"provisioningModel": "STANDARD"},
        **changes,
    }


def boot_disk(name: str = "web-1", **changes: Any) -> Json:
    """The Disk that `instance` boots from."""
    return {
        "name": name,
        "zone": f"{BASE}projects/p/zones/{ZONE}",
        "sizeGb": "10",
        "type": f"{BASE}projects/p/zones/{ZONE}/diskTypes/pd-balanced",
        "sourceImage": f"{BASE}{IMAGE}",
        "users": [f"{BASE}projects/p/zones/{ZONE}/instances/{name}"],
        "labels": {"fleet": "shop", "fleet-group": "web"},
        **changes,
    }


def address(name: str = "web-1", ip: str = "203.0.113.7", **changes: Any) -> Json:
    """An Address that the group has reserved."""
    labels = {"fleet": "shop", "fleet-group": "web"}
    region = f"{BASE}projects/p/regions/europe-west1"
    return {"name": name, "address": ip, "region": region, "labels": labels, **changes}


def with_address(body: Json, ip: str | None = "203.0.113.7") -> Json:
    """An Instance with an external address; None for one that is stopped."""
    config = {"name": "External NAT", **({"natIP": ip} if ip else {})}
    return {**body, "networkInterfaces": [{**body["networkInterfaces"][0], "accessConfigs": [config]}]}


def current(
    *instances: Json, disks: list[Json] | None = None, addresses: list[Json] | None = None, **more: Any
) -> Current:
    """What is there; each instance has its boot disk unless disks are given."""
    bodies = [boot_disk(body["name"]) for body in instances] if disks is None else disks
    return Current(
        hosts={body["name"]: CurrentHost.of(body) for body in instances},
        disks={(disk.zone, disk.name): disk for disk in map(CurrentDisk.of, bodies)},
        addresses={(last_part(body["region"]), body["name"]): body for body in addresses or []},
        **more,
    )
