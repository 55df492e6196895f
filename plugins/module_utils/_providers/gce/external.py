# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""External addresses of hosts: none, ephemeral, or reserved (kept while the host is stopped). No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.current import CurrentHost
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.declared import Declared
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import (
    DeclarationError,
    Owner,
    Place,
    region_of,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.plan import Step

Json = dict[str, Any]
Addresses = Mapping[Place, Json]

NONE = "none"
EPHEMERAL = "ephemeral"
RESERVED = "reserved"
# 0.01 USD an hour, 730 hours: list price of a static external IPv4 address that is not in use.
# Source: https://cloud.google.com/vpc/network-pricing#ipaddress
UNUSED_USD_PER_MONTH = 7.3


def kind_of(host: CurrentHost, addresses: Addresses) -> str:
    """The kind of external address that a host has."""
    if not host.access_config:
        return NONE
    known = {body.get("address") for body in addresses.values()}
    return RESERVED if host.address and host.address in known else EPHEMERAL


def reserve_steps(name: str, zone: str, addresses: Addresses, owner: Owner, promote: str = "") -> list[Step]:
    """The steps that reserve an address with the host's name, if it is not reserved yet.

    Args:
        promote: an ephemeral address in use that becomes the reserved one.
    """
    region = region_of(zone)
    existing = addresses.get((region, name))
    if existing is None:
        body = {"name": name, "description": owner.description, "addressType": "EXTERNAL"}
        if promote:
            body["address"] = promote
        after = {"address": promote or "(known after it is reserved)"}
        return [Step("reserve_address", "address", name, region, None, after, {"body": body, "labels": owner.labels})]
    if not owner.owns(existing):
        raise DeclarationError(
            f"{name}: an address of that name is reserved in {region} and does not carry the label "
            f"fleet={owner.fleet}; add this label to let the fleet manage it, or choose another host name"
        )
    if (existing.get("labels") or {}).items() >= owner.labels.items():
        return []
    labels = existing.get("labels") or {}
    together = {"labels": {**labels, **owner.labels}}
    return [Step("label_address", "address", name, region, {"labels": labels}, together, {"labels": owner.labels})]


def release_step(name: str, addresses: Addresses, owner: Owner, zone: str) -> list[Step]:
    """The steps that release the address with the host's name, if the fleet has reserved one."""
    existing = addresses.get((region_of(zone), name))
    if existing is None or not owner.owns(existing):
        return []
    return [release(name, region_of(zone), existing)]


def release(name: str, region: str, body: Json) -> Step:
    """The step that releases an address."""
    return Step("release_address", "address", name, region, {"address": body.get("address", "")}, None)


def change_steps(declared: Declared, host: CurrentHost, addresses: Addresses, owner: Owner) -> list[Step]:
    """The steps from the host's current kind of address to the declared one."""
    kind = kind_of(host, addresses)
    if declared.external == RESERVED:
        return _to_reserved(host, kind, addresses, owner)
    if declared.external == kind:
        return []
    steps = [_drop(host)] if kind != NONE else []
    if declared.external == EPHEMERAL:
        steps.append(_add(host, EPHEMERAL))
    return [*steps, *(release_step(host.name, addresses, owner, host.zone) if kind == RESERVED else [])]


def _to_reserved(host: CurrentHost, kind: str, addresses: Addresses, owner: Owner) -> list[Step]:
    own = addresses.get((region_of(host.zone), host.name))
    if kind == RESERVED:
        # Reserved under another name, by this fleet or another owner: it is kept while the host is stopped, as
        # declared.
        return reserve_steps(host.name, host.zone, addresses, owner) if own and own["address"] == host.address else []
    if own is None and kind == EPHEMERAL and host.address:
        return reserve_steps(host.name, host.zone, addresses, owner, promote=host.address)
    drop = [_drop(host)] if kind == EPHEMERAL else []
    return [*reserve_steps(host.name, host.zone, addresses, owner), *drop, _add(host, RESERVED)]


def _drop(host: CurrentHost) -> Step:
    detail = {"networkInterface": host.interface, "accessConfig": host.access_config}
    before = {"external_address": host.address or EPHEMERAL}
    return Step("delete_access_config", "instance", host.name, host.zone, before, {"external_address": NONE}, detail)


def _add(host: CurrentHost, kind: str) -> Step:
    detail = {"networkInterface": host.interface, "reserved": kind == RESERVED}
    before = {"external_address": host.address or NONE}
    return Step("add_access_config", "instance", host.name, host.zone, before, {"external_address": kind}, detail)
