"""What every project finds there: regions, zones, machine types, disk types, public images."""

from __future__ import annotations

from typing import Any

from sandbox.compute_api.calls import link, scope_link

Json = dict[str, Any]

CREATED = "2024-01-01T00:00:00.000-08:00"

REGIONS = {
    "asia-east1": "abc",
    "europe-north1": "abc",
    "europe-west1": "bcd",
    "us-central1": "abcf",
    "us-east1": "bcd",
}
ZONES = {f"{region}-{letter}": region for region, letters in REGIONS.items() for letter in letters}

# Name: (virtual CPUs, MiB of memory).
MACHINE_TYPES = {
    "e2-micro": (2, 1024),
    "e2-small": (2, 2048),
    "e2-medium": (2, 4096),
    "e2-standard-2": (2, 8192),
    "e2-standard-4": (4, 16384),
    "n1-standard-1": (1, 3840),
    "n2-standard-2": (2, 8192),
    "n2-standard-4": (4, 16384),
}
DISK_TYPES = ("pd-standard", "pd-balanced", "pd-ssd")

# Project: [(image, family, GB)].
PUBLIC_IMAGES = {
    "debian-cloud": [
        ("debian-12-bookworm-v20261110", "debian-12", 10),
        ("debian-13-trixie-v20261012", "debian-13", 10),
        ("debian-13-trixie-v20261110", "debian-13", 10),
    ],
    "ubuntu-os-cloud": [("ubuntu-2404-noble-amd64-v20261105", "ubuntu-2404-lts-amd64", 10)],
}


def zone(project: str, name: str) -> Json:
    """A Zone."""
    return {
        "kind": "compute#zone",
        "id": str(2000 + list(ZONES).index(name)),
        "creationTimestamp": CREATED,
        "name": name,
        "description": name,
        "status": "UP",
        "region": scope_link(project, f"regions/{ZONES[name]}"),
        "selfLink": scope_link(project, f"zones/{name}"),
        "availableCpuPlatforms": ["Intel Broadwell", "AMD Rome"],
    }


def region(project: str, name: str) -> Json:
    """A Region, with its zones."""
    return {
        "kind": "compute#region",
        "id": str(1000 + list(REGIONS).index(name)),
        "creationTimestamp": CREATED,
        "name": name,
        "description": name,
        "status": "UP",
        "zones": [zone(project, key)["selfLink"] for key, value in ZONES.items() if value == name],
        "quotas": [
            {"metric": "CPUS", "limit": 500.0, "usage": 0.0},
            {"metric": "INSTANCES", "limit": 5000.0, "usage": 0.0},
        ],
        "selfLink": scope_link(project, f"regions/{name}"),
    }


def machine_type(project: str, zone_name: str, name: str) -> Json:
    """A MachineType in a zone."""
    cpus, memory = MACHINE_TYPES[name]
    return {
        "kind": "compute#machineType",
        "id": str(3000 + list(MACHINE_TYPES).index(name)),
        "creationTimestamp": CREATED,
        "name": name,
        "description": f"{cpus} vCPUs, {memory // 1024} GB RAM",
        "guestCpus": cpus,
        "memoryMb": memory,
        "imageSpaceGb": 0,
        "isSharedCpu": name in ("e2-micro", "e2-small", "e2-medium"),
        "maximumPersistentDisks": 128,
        "maximumPersistentDisksSizeGb": "263168",
        "architecture": "X86_64",
        "zone": zone_name,
        "selfLink": link(project, f"zones/{zone_name}", "machineTypes", name),
    }


def disk_type(project: str, zone_name: str, name: str) -> Json:
    """A DiskType in a zone."""
    return {
        "kind": "compute#diskType",
        "id": str(4000 + DISK_TYPES.index(name)),
        "creationTimestamp": CREATED,
        "name": name,
        "description": name,
        "validDiskSize": "10GB-65536GB",
        "defaultDiskSizeGb": "100",
        "zone": scope_link(project, f"zones/{zone_name}"),
        "selfLink": link(project, f"zones/{zone_name}", "diskTypes", name),
    }


def public_images() -> list[tuple[str, Json]]:
    """The images of the public projects, as (project, Image)."""
    found = []
    for project, images in PUBLIC_IMAGES.items():
        for number, (name, family, size) in enumerate(images):
            body = {
                "kind": "compute#image",
                "id": str(5000 + 100 * list(PUBLIC_IMAGES).index(project) + number),
                "creationTimestamp": f"{name[-8:-4]}-{name[-4:-2]}-{name[-2:]}T00:00:00.000-08:00",
                "name": name,
                "family": family,
                "status": "READY",
                "sourceType": "RAW",
                "architecture": "X86_64",
                "diskSizeGb": str(size),
                "archiveSizeBytes": "1200000000",
                "guestOsFeatures": [{"type": "UEFI_COMPATIBLE"}, {"type": "GVNIC"}],
                "labelFingerprint": "42WmSpB8rSM=",
                "selfLink": link(project, "global", "images", name),
            }
            found.append((project, body))
    return found
