# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The hosts that a declaration describes: name, zone and properties of each. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import (
    FLEET,
    GROUP,
    DeclarationError,
    Owner,
    check_name,
)

Json = dict[str, Any]

STARTUP_SCRIPT = "startup-script"
SSH_KEYS = "ssh-keys"


@dataclass(frozen=True)
class Disk:
    """A data disk; `name` is the disk's full name, `device` its device name in the guest."""

    name: str
    device: str
    size_gb: int
    disk_type: str
    auto_delete: bool = True


@dataclass(frozen=True)
class Declared:
    """One declared host. None means: not declared, the current value is kept.

    Attributes:
        images: links of the images its boot disk may be created from; the first is used for a new one.
        external: `none`, `ephemeral` or `reserved`.
        metadata: keys to set; a key with the value None is removed.
        ssh_keys: lines `USER:KEY` to add to the metadata key `ssh-keys`; other lines are kept.
    """

    name: str
    zone: str
    zones: tuple[str, ...]
    machine_type: str
    images: tuple[str, ...]
    boot_size_gb: int | None = None
    boot_type: str | None = None
    disks: tuple[Disk, ...] = ()
    network: str | None = None
    subnetwork: str | None = None
    external: str = "ephemeral"
    labels: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] | None = None
    metadata: Mapping[str, str | None] = field(default_factory=dict)
    ssh_keys: tuple[str, ...] = ()
    service_account: Json | None = None
    spot: bool = False
    shielded: Json | None = None
    deletion_protection: bool | None = None


def names_of(group: str, count: int | None, names: list[str] | None) -> list[str]:
    """The declared names: those given, or `GROUP-1`, `GROUP-2`, ... Raises DeclarationError."""
    if names is None:
        if count is None:
            raise DeclarationError("the number of hosts is not set: set one of count and names")
        if count < 0:
            raise DeclarationError(f"count is {count}: a group cannot have fewer than 0 hosts")
        names = [f"{group}-{number}" for number in range(1, count + 1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DeclarationError(f"names contains {', '.join(twice)} more than once")
    return [check_name("the host", name) for name in names]


def declared_hosts(options: Json, images: tuple[str, ...]) -> list[Declared]:
    """The hosts described by the options of `gce_instances`.

    Hosts are distributed over the zones by their position, so that existing hosts keep their zones when a group grows.

    Args:
        options: the module's parameters.
        images: links of the images that match `image` or `image_family`, the one for new hosts first.
    """
    zones = tuple(options["zones"] or ())
    if not zones:
        raise DeclarationError("zones is empty: name at least one zone, such as europe-west1-b")
    names = names_of(options["group"], options["count"], options["names"])
    return [_declared(options, name, zones[index % len(zones)], zones, images) for index, name in enumerate(names)]


def _declared(options: Json, name: str, zone: str, zones: tuple[str, ...], images: tuple[str, ...]) -> Declared:
    boot = options.get("boot_disk") or {}
    return Declared(
        name=name,
        zone=zone,
        zones=zones,
        machine_type=options["machine_type"],
        images=images,
        boot_size_gb=boot.get("size_gb"),
        boot_type=boot.get("type"),
        disks=tuple(_disk(name, disk) for disk in options.get("disks") or []),
        network=options.get("network"),
        subnetwork=options.get("subnetwork"),
        external=options["external_address"],
        labels={**_labels(options), **Owner(options["fleet"], options["group"]).labels},
        tags=None if options.get("tags") is None else tuple(sorted(set(options["tags"]))),
        metadata=_metadata(options),
        ssh_keys=_ssh_keys(options),
        service_account=_service_account(options.get("service_account")),
        spot=options["spot"],
        shielded=_shielded(options.get("shielded_vm")),
        deletion_protection=options.get("deletion_protection"),
    )


def _labels(options: Json) -> dict[str, str]:
    labels = {key: str(value) for key, value in (options.get("labels") or {}).items()}
    own = sorted({FLEET, GROUP} & set(labels))
    if own:
        raise DeclarationError(f"labels must not set {', '.join(own)}: the options fleet and group set them")
    return labels


def _metadata(options: Json) -> dict[str, str | None]:
    given = options.get("metadata") or {}
    metadata = {key: None if value is None else _text(value) for key, value in given.items()}
    if options.get("startup_script") is not None:
        if STARTUP_SCRIPT in metadata:
            raise DeclarationError(f"both startup_script and metadata.{STARTUP_SCRIPT} are set: remove one of them")
        metadata[STARTUP_SCRIPT] = options["startup_script"]
    return metadata


def _ssh_keys(options: Json) -> tuple[str, ...]:
    if options.get("ssh_keys") and SSH_KEYS in (options.get("metadata") or {}):
        raise DeclarationError(f"both ssh_keys and metadata.{SSH_KEYS} are set: remove one of them")
    return ssh_keys_of(options.get("ssh_keys") or [])


def ssh_keys_of(given: list[str]) -> tuple[str, ...]:
    """Lines for the metadata key `ssh-keys`. Raises DeclarationError if one is malformed."""
    lines = tuple(line.strip() for line in given)
    for line in lines:
        user, colon, key = line.partition(":")
        if not (user and colon and len(key.split()) > 1) or "PRIVATE" in line:
            raise DeclarationError(
                "ssh_keys has a line that is not USER:TYPE KEY, such as 'ann:ssh-ed25519 AAAA... ann'"
            )
    return lines


def merged(
    current: Mapping[str, str], changes: Mapping[str, str | None], ssh_keys: tuple[str, ...] = ()
) -> dict[str, str]:
    """Metadata after the changes; the value None removes a key, lines of `ssh-keys` are added to the existing ones."""
    together: dict[str, str | None] = {**current, **changes}
    if ssh_keys:
        together[SSH_KEYS] = with_lines(current.get(SSH_KEYS, ""), ssh_keys)
    return {key: value for key, value in together.items() if value is not None}


def with_lines(text: str, lines: tuple[str, ...]) -> str:
    """A text with these lines appended, except those it already has."""
    existing = text.splitlines()
    return "\n".join([*existing, *(line for line in lines if line not in existing)])


def _text(value: Any) -> str:
    # Google's guest agents expect TRUE and FALSE, which YAML has converted to booleans.
    return str(value).upper() if isinstance(value, bool) else str(value)


def _disk(host: str, disk: Json) -> Disk:
    name = check_name("the disk", f"{host}-{disk['name']}")
    return Disk(name, disk["name"], disk["size_gb"], disk["type"], disk["auto_delete"])


def _service_account(account: Json | None) -> Json | None:
    return account and {"email": account["email"], "scopes": sorted(account["scopes"])}


def _shielded(shielded: Json | None) -> Json | None:
    names = {
        "secure_boot": "enableSecureBoot",
        "vtpm": "enableVtpm",
        "integrity_monitoring": "enableIntegrityMonitoring",
    }
    if shielded is None:
        return None
    return {names[key]: value for key, value in shielded.items() if value is not None}
