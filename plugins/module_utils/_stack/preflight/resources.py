# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Limits and reservations: what the engine accepts, and what the nodes have.

Source: swarmkit, manager/controlapi/service.go (validateResources); moby, daemon/daemon_unix.go.
"""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.placement.nodes import (
    RESOURCES,
    hostname,
    satisfies_constraints,
    unfitness,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import Cluster, Finding, Subject
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.settings import ERROR, WARN
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.tasks import runs_something

_LEAST_NANO_CPUS = 10**6
_MIB = 2**20
_LEAST_RESERVED = 4 * _MIB
# Less than this, and no container starts.
_LEAST_LIMIT = 6 * _MIB


def check(subject: Subject) -> list[Finding]:
    """Amounts that the engine refuses."""
    found = []
    for name, spec in sorted(subject.desired.services.items()):
        resources = spec["TaskTemplate"].get("Resources") or {}
        path = subject.path("services", name, "deploy", "resources")
        for key, word, least in (
            ("Limits", "limits", _LEAST_LIMIT),
            ("Reservations", "reservations", _LEAST_RESERVED),
        ):
            amounts = resources.get(key) or {}
            cpus, memory = amounts.get("NanoCPUs") or 0, amounts.get("MemoryBytes") or 0
            if cpus and cpus < _LEAST_NANO_CPUS:
                found.append(Finding((*path, word, "cpus"), f'{cpus / 1e9:f} is too little; write "0.001" or more'))
            if memory and memory < least:
                text = f"{memory} bytes are too little; write {least // _MIB}M or more"
                found.append(Finding((*path, word, "memory"), text))
        limit = (resources.get("Limits") or {}).get("MemoryBytes") or 0
        reserved = (resources.get("Reservations") or {}).get("MemoryBytes") or 0
        if limit and reserved > limit:
            text = f"{reserved // _MIB}M are more than the limit of {limit // _MIB}M; no container can start so"
            found.append(Finding((*path, "reservations", "memory"), text))
    return found


def check_against(subject: Subject, cluster: Cluster) -> list[Finding]:
    """Reservations that no node can satisfy, even an empty one."""
    found = []
    for name, spec in sorted(subject.desired.services.items()):
        nodes = [node for node in cluster.nodes if satisfies_constraints(spec, node)]
        lacking = {hostname(node): unfitness(spec, node).get(RESOURCES) for node in nodes}
        if nodes and runs_something(spec) and all(lacking.values()):
            told = "; ".join(f"{node} has {text}" for node, text in sorted(lacking.items()))
            path = subject.path("services", name, "deploy", "resources", "reservations")
            level = ERROR if subject.waits else WARN
            found.append(Finding(path, f"no node has so much: {told}; reserve less", level))
    return found
