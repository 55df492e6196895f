# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Check that the subnets of networks have enough addresses.

Each task needs one, each service with a virtual address one more, and each node that runs tasks of the network
another for its load balancer; the gateway has one. A task that gets none stays `new`, without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.placement.constraints import network_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import (
    Cluster,
    Finding,
    Json,
    Subject,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.tasks import available_nodes, task_count

_IPV4_RESERVED = 2  # the network's own address, and that of broadcasts


def check(subject: Subject, cluster: Cluster) -> list[Finding]:
    """Every network of the files whose subnet is too small."""
    found = []
    existing = {item["Name"]: item for item in cluster.networks if item.get("Scope") == "swarm"}
    ids = {item.get("Id"): name for name, item in existing.items()}
    attached: dict[str, list[Json]] = {}
    specs = [*subject.desired.services.values(), *(item["Spec"] for item in subject.of_others(cluster))]
    for spec in specs:
        for network in spec["TaskTemplate"].get("Networks") or []:
            name = ids.get(network["Target"], network["Target"])
            attached.setdefault(name, []).append(spec)
    for name in sorted({*subject.desired.networks, *subject.desired.external_networks}):
        there = existing.get(name) or subject.desired.networks.get(name) or {}
        room = capacity((there.get("IPAM") or {}).get("Config") or [])
        if room is None or name not in attached:
            continue
        tasks, services, nodes = demand(attached[name], cluster.nodes)
        if tasks + services + nodes > room:
            text = (
                f"its subnet has {room} addresses for tasks, and {tasks + services + nodes} are needed: {tasks} for "
                f"tasks, {services} for services and {nodes} for nodes; give it a larger one"
                + (" (which needs recreate_networks=true, as it exists)" if name in existing else "")
            )
            found.append(Finding(subject.path("networks", name, "ipam"), text))
    return found


def capacity(pools: Iterable[Mapping[str, Any]]) -> int | None:
    """How many addresses tasks, services and nodes can have; None where no pool sets it."""
    sizes = []
    for pool in pools:
        text = str(pool.get("IPRange") or pool.get("Subnet") or "")
        subnet = network_of(text)
        if subnet is not None and subnet.version == 4 and "/" in text:
            # Of a range, the engine may take all; the subnet's first address is the gateway's.
            gateway = 0 if pool.get("IPRange") else 1
            reserved = 0 if pool.get("IPRange") else _IPV4_RESERVED
            extra = len(pool.get("AuxiliaryAddresses") or {})
            sizes.append(max(0, subnet.num_addresses - reserved - gateway - extra))
    return sum(sizes) if sizes else None


def demand(specs: Iterable[Json], nodes: list[Json]) -> tuple[int, int, int]:
    """How many addresses the tasks, the services and the nodes of a network need."""
    tasks = services = 0
    hosts: set[str] = set()
    spread = 0
    for spec in specs:
        count = task_count(spec, nodes)
        fit = {node["ID"] for node in available_nodes(spec, nodes)}
        tasks += count
        spread += min(count, len(fit))
        hosts |= fit if count else set()
        if (spec.get("EndpointSpec") or {}).get("Mode") != "dnsrr":
            services += 1
    return tasks, services, min(len(hosts), spread)
