# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Compare a host with its declaration, and classify each difference by what fixing it requires. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce import bodies
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.current import (
    Current,
    CurrentDisk,
    CurrentHost,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.declared import Declared, Disk, merged
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import (
    DeclarationError,
    Owner,
    last_part,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.masking import masked_values
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.plan import Step

Json = dict[str, Any]

LIVE = "live"
AT_REST = "stop"
RECREATE = "recreate"
# In rising order; a policy allows its own cost and lower ones.
COSTS = (LIVE, AT_REST, RECREATE)


@dataclass(frozen=True)
class Difference:
    """One field that differs from the declaration.

    Attributes:
        cost: `live`, `stop` (the host must be stopped) or `recreate` (it must be deleted and created again).
        steps: the steps that fix it; empty for `recreate`.
    """

    field: str
    before: Any
    after: Any
    cost: str
    steps: tuple[Step, ...] = ()


def differences(declared: Declared, host: CurrentHost, current: Current, owner: Owner) -> list[Difference]:
    """All fields of a host that differ from the declaration."""
    return [
        *_creation_properties(declared, host, current),
        *_properties_needing_stop(declared, host),
        *_labels_and_metadata(declared, host),
        *_disks(declared, host, current, owner),
    ]


def step(host: CurrentHost, action: str, field: str, before: Any, after: Any, detail: Json | None = None) -> Step:
    """A step that changes one field of an instance."""
    return Step(action, "instance", host.name, host.zone, {field: before}, {field: after}, detail or {})


def _creation_properties(declared: Declared, host: CurrentHost, current: Current) -> Iterator[Difference]:
    if host.zone not in declared.zones:
        yield Difference("zone", host.zone, declared.zone, RECREATE)
    for field, was, wanted in (
        ("network", host.network, declared.network),
        ("subnetwork", host.subnetwork, declared.subnetwork),
    ):
        if wanted and was != last_part(wanted):
            yield Difference(field, was, last_part(wanted), RECREATE)
    if host.spot != declared.spot:
        yield Difference("spot", host.spot, declared.spot, RECREATE)
    boot = current.boot_disk(host)
    if boot is None:
        return
    if declared.images and boot.image not in declared.images:
        yield Difference("image", last_part(boot.image), last_part(declared.images[0]), RECREATE)
    if declared.boot_type and boot.disk_type != declared.boot_type:
        yield Difference("boot_disk.type", boot.disk_type, declared.boot_type, RECREATE)
    if declared.boot_size_gb and boot.size_gb > declared.boot_size_gb:
        yield Difference("boot_disk.size_gb", boot.size_gb, declared.boot_size_gb, RECREATE)


def _properties_needing_stop(declared: Declared, host: CurrentHost) -> Iterator[Difference]:
    if host.machine_type != declared.machine_type:
        link = f"zones/{host.zone}/machineTypes/{declared.machine_type}"
        change = step(
            host, "set_machine_type", "machine_type", host.machine_type, declared.machine_type, {"machineType": link}
        )
        yield Difference("machine_type", host.machine_type, declared.machine_type, AT_REST, (change,))
    account = declared.service_account
    if account is not None and account != host.service_account:
        change = step(host, "set_service_account", "service_account", host.service_account, account, account)
        yield Difference("service_account", host.service_account, account, AT_REST, (change,))
    if declared.shielded is not None:
        was = {key: bool(host.shielded.get(key)) for key in declared.shielded}
        if was != declared.shielded:
            change = step(host, "set_shielded", "shielded_vm", was, declared.shielded, declared.shielded)
            yield Difference("shielded_vm", was, declared.shielded, AT_REST, (change,))


def _labels_and_metadata(declared: Declared, host: CurrentHost) -> Iterator[Difference]:
    labels = {**host.labels, **declared.labels}
    if labels != dict(host.labels):
        change = step(host, "merge_labels", "labels", dict(host.labels), labels, {"set": dict(declared.labels)})
        yield Difference("labels", dict(host.labels), labels, LIVE, (change,))
    metadata = metadata_difference(host, declared.metadata, declared.ssh_keys)
    if metadata:
        yield metadata
    if declared.tags is not None and declared.tags != host.tags:
        wanted = list(declared.tags)
        change = step(host, "set_tags", "tags", list(host.tags), wanted, {"items": wanted})
        yield Difference("tags", list(host.tags), wanted, LIVE, (change,))
    if declared.deletion_protection not in (None, host.deletion_protection):
        was, wanted_protection = host.deletion_protection, declared.deletion_protection
        change = step(host, "set_deletion_protection", "deletion_protection", was, wanted_protection)
        yield Difference("deletion_protection", was, wanted_protection, LIVE, (change,))


def metadata_difference(
    host: CurrentHost, changes: Mapping[str, str | None], ssh_keys: tuple[str, ...]
) -> Difference | None:
    """The difference in metadata; None if there is none."""
    metadata = merged(host.metadata, changes, ssh_keys)
    if metadata == dict(host.metadata):
        return None
    before, after = masked_values(*_only_changed(host.metadata, metadata))
    detail = {"set": dict(changes), "ssh_keys": ssh_keys}
    change = step(host, "merge_metadata", "metadata", before, after, detail)
    return Difference("metadata", before, after, LIVE, (change,))


def _only_changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return {key: before[key] for key in keys if key in before}, {key: after[key] for key in keys if key in after}


# -- disks -----------------------------------------------------------------------------------------


def _disks(declared: Declared, host: CurrentHost, current: Current, owner: Owner) -> Iterator[Difference]:
    boot = current.boot_disk(host)
    if boot and declared.boot_size_gb and boot.size_gb < declared.boot_size_gb:
        yield _growth("boot_disk.size_gb", boot.name, host.zone, boot.size_gb, declared.boot_size_gb)
    attached = {place[1]: place for place in host.attached}
    for disk in declared.disks:
        if disk.name in attached:
            yield from _attached(disk, host, current.disks.get(attached[disk.name]))
        else:
            yield _missing(disk, host, current, owner)


def _growth(field: str, name: str, zone: str, before: int, after: int) -> Difference:
    change = Step("resize_disk", "disk", name, zone, {"size_gb": before}, {"size_gb": after}, {"sizeGb": str(after)})
    return Difference(field, before, after, LIVE, (change,))


def _attached(disk: Disk, host: CurrentHost, existing: CurrentDisk | None) -> Iterator[Difference]:
    field = f"disks.{disk.device}"
    if existing and existing.size_gb < disk.size_gb:
        yield _growth(f"{field}.size_gb", disk.name, host.zone, existing.size_gb, disk.size_gb)
    elif existing and existing.size_gb > disk.size_gb:
        raise DeclarationError(
            f"{host.name}: the disk {disk.name} has {existing.size_gb} GB and cannot shrink to {disk.size_gb} GB; "
            "declare "
            "a new disk under another name and move the data"
        )
    if existing and existing.disk_type != disk.disk_type:
        raise DeclarationError(
            f"{host.name}: the disk {disk.name} is of the type {existing.disk_type}, which cannot become "
            f"{disk.disk_type}"
            "; declare a new disk under another name and move the data"
        )
    (attachment,) = [item for item in host.body["disks"] if last_part(item.get("source")) == disk.name]
    kept = bool(attachment.get("autoDelete"))
    if kept != disk.auto_delete:
        detail = {"deviceName": attachment["deviceName"], "autoDelete": disk.auto_delete}
        change = step(host, "set_disk_auto_delete", f"{field}.auto_delete", kept, disk.auto_delete, detail)
        yield Difference(f"{field}.auto_delete", kept, disk.auto_delete, LIVE, (change,))


def _missing(disk: Disk, host: CurrentHost, current: Current, owner: Owner) -> Difference:
    steps = []
    check_disk(disk, host.name, host.zone, current, owner)
    shown = {"size_gb": disk.size_gb, "type": disk.disk_type}
    if (host.zone, disk.name) not in current.disks:
        body = bodies.disk_body(disk, host.zone, dict(owner.labels))
        steps.append(Step("create_disk", "disk", disk.name, host.zone, None, shown, body))
    body = bodies.attached_disk(disk, host.zone)
    steps.append(step(host, "attach_disk", f"disks.{disk.device}", None, disk.name, body))
    return Difference(f"disks.{disk.device}", None, shown, LIVE, tuple(steps))


def check_disk(disk: Disk, host: str, zone: str, current: Current, owner: Owner) -> None:
    """Raise DeclarationError if the disk exists and must not be used by this host."""
    existing = current.disks.get((zone, disk.name))
    if existing is None:
        _check_left_behind(disk, host, zone, current, owner)
        return
    if not owner.owns({"labels": dict(existing.labels)}):
        raise DeclarationError(
            f"{host}: a disk named {disk.name} exists in {existing.zone} and does not carry the label "
            f"fleet={owner.fleet}; add this label to let the fleet manage it, or rename the declared disk"
        )
    others = [user for user in existing.users if user != host]
    if others:
        raise DeclarationError(f"{host}: the disk {disk.name} is in use by {', '.join(others)}")


def _check_left_behind(disk: Disk, host: str, zone: str, current: Current, owner: Owner) -> None:
    """A kept disk in another zone holds the host's data; a new empty disk would be no replacement for it."""
    for place, other in current.disks.items():
        if place[1] == disk.name and not disk.auto_delete and not other.users and owner.marks({"labels": other.labels}):
            raise DeclarationError(
                f"{host}: its disk {disk.name} was kept in {other.zone} and cannot be attached in {zone}. Put the host "
                f"into {other.zone}, move the data with a snapshot, or delete the disk"
            )
