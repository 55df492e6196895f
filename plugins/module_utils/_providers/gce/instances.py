# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Plan the instances of a group: (declared, current) -> Plan. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce import bodies, external
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.current import (
    PASSING,
    RUNNING,
    TERMINATED,
    Current,
    CurrentHost,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.declared import Declared, merged
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.differences import (
    AT_REST,
    COSTS,
    RECREATE,
    check_disk,
    differences,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import (
    GROUP,
    SWARM_ROLE,
    DeclarationError,
    Owner,
    Place,
    place_of,
    region_of,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.plan import (
    SETTLE,
    START,
    STOP,
    Held,
    Plan,
    Step,
)

Json = dict[str, Any]

PRESENT = "present"
STARTED = "started"
STOPPED = "stopped"
RESTARTED = "restarted"


@dataclass(frozen=True)
class Policy:
    """What a run may do.

    Attributes:
        state: `present`, `started`, `stopped` or `restarted`.
        update: `live`, `stop` or `recreate`: the highest allowed cost of fixing a difference.
        shrink: delete hosts of the group that are no longer declared.
        released: names of hosts that are known to have left the swarm.
    """

    state: str = PRESENT
    update: str = "live"
    shrink: bool = False
    released: frozenset[str] = frozenset()


def decide(declared: Sequence[Declared], current: Current, owner: Owner, policy: Policy) -> Plan:
    """Plan the changes from the current to the declared hosts of a group. Raises DeclarationError."""
    lanes: dict[str, tuple[Step, ...]] = {}
    held: list[Held] = []
    for host in declared:
        existing = current.hosts.get(host.name)
        if existing is None:
            lanes[host.name] = tuple(_create_steps(host, current, owner, policy))
        else:
            steps, stays = _change(host, existing, current, owner, policy)
            lanes[host.name] = tuple(steps)
            held += stays
    names = {host.name for host in declared}
    surplus = [host for host in current.of_group(owner.group) if host.name not in names]
    if policy.shrink:
        for extra in surplus:
            lanes[extra.name] = tuple(_delete_steps(extra, current, owner, policy, "it is no longer declared"))
    unused = _unused_addresses(declared, surplus, current, owner)
    if policy.shrink:
        lanes.update(_released(unused))
        return Plan(lanes, tuple(held))
    return Plan(lanes, tuple(held), tuple(host.name for host in surplus), tuple(map(_with_price, unused)))


def decide_absent(names: Sequence[str] | None, current: Current, owner: Owner) -> Plan:
    """Plan the deletion of the named hosts, or of the whole group or fleet with its addresses. Raises DeclarationError.

    Deleting the whole group or fleet implies that its swarm may end, so its hosts need not be released first.
    """
    to_delete = [host for host in current.of_group(owner.group) if names is None or host.name in names]
    everyone = Policy(released=frozenset(host.name for host in to_delete)) if names is None else Policy()
    reason = "it is declared absent"
    lanes = {host.name: tuple(_delete_steps(host, current, owner, everyone, reason)) for host in to_delete}
    if names is None:
        lanes.update(_released(_unused_addresses([], to_delete, current, owner)))
    return Plan(lanes)


def _create_steps(declared: Declared, current: Current, owner: Owner, policy: Policy) -> list[Step]:
    name = declared.name
    if name in current.strangers:
        raise DeclarationError(
            f"{name}: an instance of that name exists in {current.strangers[name]} and does not carry the label "
            f"fleet={owner.fleet}; add this label to let the fleet manage it, or choose another host name"
        )
    if not declared.images:
        raise DeclarationError(f"{name} cannot be created: set image or image_family")
    steps = []
    if declared.external == external.RESERVED:
        steps += external.reserve_steps(name, declared.zone, current.addresses, owner)
        existing = current.addresses.get((region_of(declared.zone), name)) or {}
        users = [user for user in existing.get("users", []) if not user.endswith(f"/{name}")]
        if users:
            raise DeclarationError(f"{name}: the address reserved under that name is in use by {', '.join(users)}")
    for disk in declared.disks:
        check_disk(disk, name, declared.zone, current, owner)
    existing_disks = {disk for zone, disk in current.disks if zone == declared.zone}
    body = bodies.instance_body(declared, existing_disks, dict(owner.labels))
    detail = {"body": body, "reserved": declared.external == external.RESERVED}
    steps.append(Step("create_instance", "instance", name, declared.zone, None, _summary(declared), detail))
    if policy.state == STOPPED:
        steps.append(Step(STOP, "instance", name, declared.zone, {"status": RUNNING}, {"status": TERMINATED}))
    return steps


def _summary(declared: Declared) -> Json:
    return {
        "status": RUNNING,
        "machine_type": declared.machine_type,
        "image": declared.images[0].rsplit("/", 1)[-1],
        "zone": declared.zone,
        "external_address": declared.external,
        "labels": dict(declared.labels),
        "tags": list(declared.tags or ()),
        "metadata": sorted(merged({}, declared.metadata, declared.ssh_keys)),
        "disks": [disk.name for disk in declared.disks],
    }


def _change(
    declared: Declared, host: CurrentHost, current: Current, owner: Owner, policy: Policy
) -> tuple[list[Step], list[Held]]:
    if host.labels.get(GROUP) not in (None, owner.group):
        raise DeclarationError(f"{host.name} belongs to the group {host.labels[GROUP]} of the fleet {owner.fleet}")
    found = differences(declared, host, current, owner)
    allowed = COSTS[: COSTS.index(policy.update) + 1]
    held = [
        Held(host.name, item.field, item.before, item.after, item.cost) for item in found if item.cost not in allowed
    ]
    if RECREATE in allowed and any(item.cost == RECREATE for item in found):
        fields = ", ".join(item.field for item in found if item.cost == RECREATE)
        why, stays = f"it must be created again because of {fields}", region_of(host.zone) == region_of(declared.zone)
        delete = _delete_steps(host, current, owner, policy, why, keep_address=stays)
        return [*delete, *_create_steps(declared, _without(current, host), owner, policy)], []
    live = [step for item in found if item.cost not in (AT_REST, RECREATE) for step in item.steps]
    live += external.change_steps(declared, host, current.addresses, owner)
    at_rest = [step for item in found if item.cost == AT_REST and AT_REST in allowed for step in item.steps]
    steps = [*live, *_powered(host, at_rest, policy.state)]
    if host.status in PASSING and (steps or policy.state != PRESENT):
        settled = PASSING[host.status]
        settle = Step(SETTLE, "instance", host.name, host.zone, detail={"status": settled})
        steps = [settle, *live, *_powered(host, at_rest, policy.state, settled)]
    return steps, held


def _powered(host: CurrentHost, at_rest: list[Step], state: str, status: str | None = None) -> list[Step]:
    """Changes that need a stopped host, surrounded by the stop and start that they and the state require."""
    running = (status or host.status) == RUNNING
    stop = Step(STOP, "instance", host.name, host.zone, {"status": RUNNING}, {"status": TERMINATED})
    start = Step(START, "instance", host.name, host.zone, {"status": host.status}, {"status": RUNNING})
    must_stop = running and (bool(at_rest) or state in (STOPPED, RESTARTED))
    ends_running = state in (STARTED, RESTARTED) or (state == PRESENT and running)
    must_start = ends_running and (must_stop or not running)
    return [*([stop] if must_stop else []), *at_rest, *([start] if must_start else [])]


def _delete_steps(
    host: CurrentHost, current: Current, owner: Owner, policy: Policy, why: str, keep_address: bool = False
) -> list[Step]:
    role = host.labels.get(SWARM_ROLE)
    if role and host.name not in policy.released:
        raise DeclarationError(
            f"{host.name} is not deleted, although {why}: it has the label {SWARM_ROLE}={role}, and is not listed "
            "in released as a host that has left the swarm. Drain and remove the node first (the playbook provision "
            "does this), "
            "then list the host in released"
        )
    if host.deletion_protection:
        raise DeclarationError(
            f"{host.name} is not deleted, although {why}: it has deletion protection. Set deletion_protection to false "
            "first"
        )
    steps = [
        Step("delete_instance", "instance", host.name, host.zone, {"status": host.status, "zone": host.zone}, None)
    ]
    if not keep_address:
        steps += external.release_step(host.name, current.addresses, owner, host.zone)
    return steps


def _unused_addresses(
    declared: Sequence[Declared], leaving: Sequence[CurrentHost], current: Current, owner: Owner
) -> list[tuple[Place, Json]]:
    """Addresses reserved by the group that no existing or declared host uses; those of `leaving` hosts are released
    with the hosts."""
    zones = {host.name: host.zone for host in declared} | {host.name: host.zone for host in current.hosts.values()}
    known = {(region_of(zone), name) for name, zone in zones.items()}
    known |= {(region_of(host.zone), host.name) for host in leaving}
    # Addresses of the whole fleet are not this group's to release, and neither are internal ones, which groups do not
    # reserve.
    return [
        (place, body)
        for place, body in current.addresses.items()
        if place not in known
        and not body.get("users")
        and owner.marks(body)
        and body.get("addressType", "EXTERNAL") == "EXTERNAL"
    ]


def _released(unused: Sequence[tuple[Place, Json]]) -> dict[str, tuple[Step, ...]]:
    return {f"{name} ({region})": (external.release(name, region, body),) for (region, name), body in unused}


def _with_price(unused: tuple[Place, Json]) -> Json:
    """An unused address, for the result of a run that keeps it."""
    (region, name), body = unused
    return {
        "name": name,
        "region": region,
        "address": body.get("address", ""),
        "usd_per_month": external.UNUSED_USD_PER_MONTH,
    }


def _without(current: Current, host: CurrentHost) -> Current:
    """The state after a host is deleted: disks with auto-delete are gone, its other disks are unused."""
    gone = {place_of(disk.get("source")) for disk in host.body.get("disks", []) if disk.get("autoDelete")}
    hosts = {name: other for name, other in current.hosts.items() if name != host.name}
    kept = {place: disk for place, disk in current.disks.items() if place not in gone}
    freed = {
        place: replace(disk, users=()) if place in host.attached and disk.users == (host.name,) else disk
        for place, disk in kept.items()
    }
    return Current(hosts, freed, current.addresses, current.strangers)
