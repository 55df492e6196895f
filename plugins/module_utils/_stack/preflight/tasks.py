# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""How many tasks a service has, and on which nodes they can run."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.placement.nodes import is_available, unfitness
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import Cluster, Json, Subject

GLOBAL_MODES = ("Global", "GlobalJob")


def is_global(spec: Json) -> bool:
    """Whether the service has one task per node, as a job or not."""
    return any(spec["Mode"].get(mode) is not None for mode in GLOBAL_MODES)


def replicas(spec: Json) -> int:
    """The number of concurrent tasks of a service that is not global."""
    mode = spec["Mode"]
    job = mode.get("ReplicatedJob")
    if job is not None:
        total, at_once = job.get("TotalCompletions"), job.get("MaxConcurrent")
        counts = [int(count) for count in (total, at_once) if count is not None]
        return min(counts) if counts else 1
    count = (mode.get("Replicated") or {}).get("Replicas")
    return 1 if count is None else int(count)


def fit_nodes(spec: Json, nodes: Iterable[Json], network_drivers: Collection[str] = ()) -> list[Json]:
    """The nodes that can run a task of the service, whether or not they accept tasks at present."""
    return [node for node in nodes if not unfitness(spec, node, network_drivers)]


def available_nodes(spec: Json, nodes: Iterable[Json]) -> list[Json]:
    """The nodes that can run a task of the service now."""
    return [node for node in fit_nodes(spec, nodes) if is_available(node)]


def task_count(spec: Json, nodes: Iterable[Json]) -> int:
    """The number of concurrent tasks of the service on these nodes."""
    return len(available_nodes(spec, nodes)) if is_global(spec) else replicas(spec)


def runs_something(spec: Json) -> bool:
    """Whether the service is to have any task at all."""
    return is_global(spec) or replicas(spec) > 0


def network_drivers(spec: Json, subject: Subject, cluster: Cluster) -> set[str]:
    """The drivers of the networks that a service is attached to."""
    found = set()
    existing = {item["Name"]: item for item in cluster.networks}
    for network in spec["TaskTemplate"].get("Networks") or []:
        item = existing.get(network["Target"]) or subject.desired.networks.get(network["Target"]) or {}
        found.add(str(item.get("Driver") or "overlay"))
    return found
