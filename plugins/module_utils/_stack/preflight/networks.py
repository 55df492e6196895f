# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Networks for swarm services: their drivers, their subnets, and conflicts with existing networks.

Source: swarmkit, manager/controlapi/network.go; moby, daemon/network (validation of IPAM) and daemon/cluster.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Union

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.placement.constraints import network_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import (
    Cluster,
    Finding,
    Json,
    Subject,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.settings import ERROR, WARN
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.gates import version_tuple
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.problems import Path

Subnet = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

# Drivers of one engine: a network that a stack makes with them has no swarm scope.
_LOCAL_DRIVERS = ("bridge", "host", "none", "null", "macvlan", "ipvlan", "nat", "transparent", "l2bridge", "l2tunnel")
# From this API version on, engines refuse a second network of a name, whatever its scope.
_NAMES_ARE_UNIQUE = (1, 44)


def check(subject: Subject) -> list[Finding]:
    """Faults of the networks in the files, independent of the cluster."""
    found = []
    taken: list[tuple[Subnet, str]] = []
    for name, body in sorted(subject.desired.networks.items()):
        path = subject.path("networks", name)
        if name in subject.existing_networks:
            continue
        driver = body.get("Driver") or "overlay"
        if driver in _LOCAL_DRIVERS:
            text = (
                f"services cannot use a network of the driver {driver}, which each engine has for itself; "
                "write overlay, or remove the line"
            )
            found.append(Finding((*path, "driver"), text))
        for index, pool in enumerate((body.get("IPAM") or {}).get("Config") or []):
            place = (*path, "ipam", "config", index)
            found += _pool_faults(pool, place)
            subnet = network_of(str(pool.get("Subnet") or ""))
            if subnet is None:
                continue
            found += _overlaps(subnet, taken, place, f"network {path[1]}")
            taken.append((subnet, f"network {path[1]}"))
    return found


def check_against(subject: Subject, cluster: Cluster) -> list[Finding]:
    """Conflicts with the other networks of the cluster."""
    found = []
    existing = {item["Name"]: item for item in cluster.networks if item.get("Scope") == "swarm"}
    local = {item["Name"]: item for item in cluster.networks if item.get("Scope") != "swarm"}
    others = [(name, item) for name, item in existing.items() if name not in subject.desired.networks]
    for name, body in sorted(subject.desired.networks.items()):
        path = subject.path("networks", name)
        if name in existing:
            continue
        if name in local:
            text = (
                f"a network {name} is left over on the manager with the scope {local[name].get('Scope') or 'local'}, "
                f"which services cannot use; remove it (docker network rm {local[name].get('Id', name)[:12]})"
            )
            refused = version_tuple(subject.api_version) >= _NAMES_ARE_UNIQUE
            found.append(Finding(path, text, ERROR if refused else WARN))
        for index, pool in enumerate((body.get("IPAM") or {}).get("Config") or []):
            subnet = network_of(str(pool.get("Subnet") or ""))
            place = (*path, "ipam", "config", index)
            if subnet is not None:
                found += _overlaps(subnet, _subnets_of(others), place, "")
                found += _overlaps(subnet, _subnets_of(local.items()), place, "", WARN)
    for name in sorted(subject.desired.external_networks):
        if (existing.get(name) or {}).get("Ingress"):
            text = "is the network of published ports, which services cannot be attached to; name another one"
            found.append(Finding(subject.path("networks", name), text))
    return found


def _pool_faults(pool: Json, path: Path) -> Iterator[Finding]:
    text = str(pool.get("Subnet") or "")
    if not text:
        yield Finding((*path, "subnet"), "is missing; a pool of an overlay network needs one, as in 10.20.0.0/24")
        return
    subnet = network_of(text)
    if subnet is None or "/" not in text:
        whole = f'; write "{text}/24" or the like' if subnet is not None else "; write one as in 10.20.0.0/24"
        yield Finding((*path, "subnet"), f'"{text}" is no subnet{whole}')
        return
    if str(ipaddress.ip_interface(text).ip) != str(subnet.network_address):
        yield Finding((*path, "subnet"), f'"{text}" is the address of a host; the network it is in is "{subnet}"')
    addresses = [("IPRange", "ip_range", pool.get("IPRange")), ("Gateway", "gateway", pool.get("Gateway"))]
    addresses += [
        ("AuxiliaryAddresses", f"aux_addresses.{key}", value)
        for key, value in sorted((pool.get("AuxiliaryAddresses") or {}).items())
    ]
    for field, key, value in addresses:
        if not value:
            continue
        inner = network_of(str(value))
        if inner is None or (field != "IPRange" and "/" in str(value)):
            yield Finding(
                (*path, key), f'"{value}" is no {"range" if field == "IPRange" else "IP address"} of {subnet}'
            )
        elif not _within(inner, subnet):
            yield Finding((*path, key), f'"{value}" is not within the subnet {subnet}')


def _within(inner: Subnet, outer: Subnet) -> bool:
    return (
        inner.version == outer.version
        and int(outer.network_address) <= int(inner.network_address)
        and int(inner.broadcast_address) <= int(outer.broadcast_address)
    )


def _overlaps(
    subnet: Subnet, taken: Iterable[tuple[Subnet, str]], path: Path, own: str, level: str = ERROR
) -> Iterator[Finding]:
    for other, owner in taken:
        if subnet.version == other.version and subnet.overlaps(other):
            same = "is also" if subnet == other else "overlaps with"
            whose = "of the same network" if owner == own else f"of {owner}"
            named = "the subnet" if subnet == other else f"the subnet {other}"
            yield Finding((*path, "subnet"), f"{subnet} {same} {named} {whose}; choose another one", level)


def _subnets_of(networks: Iterable[tuple[str, Json]]) -> Iterator[tuple[Subnet, str]]:
    for name, item in networks:
        for pool in (item.get("IPAM") or {}).get("Config") or []:
            subnet = network_of(str(pool.get("Subnet") or ""))
            if subnet is not None:
                yield subnet, f"network {name}, which exists"
