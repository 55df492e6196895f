# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Plan the change of a running service: scale, spread, restart, roll back, refresh. No I/O."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.service_words import mode_of
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._service.balance import counts, is_even
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.canonical import Names, canonical_service
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import NAMESPACE, labels_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import Difference, differences_between

Json = dict[str, Any]

PRESENT = "present"
SPREAD = "spread"
RESTARTED = "restarted"
ROLLED_BACK = "rolled_back"
REFRESHED = "refreshed"
ALL = "*"


class ServiceError(UserError):
    """The requested state is not possible for the service; nothing has been changed."""


@dataclass(frozen=True)
class Change:
    """The change of one service. `wish` is the requested state; without `differences` there is nothing to do."""

    name: str
    service_id: str
    wish: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Cluster:
    """The part of the cluster's state that is needed.

    Attributes:
        services: by name.
        tasks: by service id, those with the desired state `running`.
        nodes: from `GET /nodes`.
        names: the names of networks, configs and secrets by id.
        with_login: services for whose image there are registry credentials.
    """

    services: Mapping[str, Json]
    tasks: Mapping[str, Sequence[Json]]
    nodes: Sequence[Json]
    names: Names
    with_login: frozenset[str] = frozenset()


def chosen(names: Iterable[str], wish: str, services: Mapping[str, Json]) -> list[str]:
    """The selected services. `*` selects all to which a state applies: those with replicas for `spread`, those that
    pull images again for `refreshed`.

    Raises:
        ServiceError: a service does not exist.
    """
    names = list(names)
    if ALL in names:
        if wish not in (SPREAD, REFRESHED):
            raise ServiceError(
                f'"{ALL}" works only with the states {SPREAD} and {REFRESHED}: list the services by name'
            )
        fit = {SPREAD: ("replicated",), REFRESHED: ("replicated", "global")}[wish]
        return sorted(name for name, service in services.items() if _mode(service) in fit)
    for name in names:
        if name not in services:
            in_stacks = sorted(other for other in services if other.endswith(f"_{name}"))
            near = in_stacks or difflib.get_close_matches(name, services, 1)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise ServiceError(f"there is no service {name}{hint}")
    return names


def decide(name: str, wish: str, replicas: int | None, cluster: Cluster) -> Change:
    """The change of one service.

    Raises:
        ServiceError: the requested state is not possible for the service's mode or current state.
    """
    service = cluster.services[name]
    decided = {
        PRESENT: _scaled,
        SPREAD: _spread,
        RESTARTED: _restarted,
        ROLLED_BACK: _rolled_back,
        REFRESHED: _refreshed,
    }[wish]
    return Change(name, service["ID"], wish, decided(service, replicas, cluster))


def changed_spec(service: Json, change: Change) -> Json | None:
    """The new spec; None if another client has made the same change meanwhile."""
    spec = copy.deepcopy(service["Spec"])
    if change.wish == PRESENT:
        (difference,) = change.differences
        if _replicas(service) == difference.after:
            return None
        spec["Mode"]["Replicated"]["Replicas"] = difference.after
    elif change.wish != REFRESHED:
        task = spec["TaskTemplate"]
        task["ForceUpdate"] = (task.get("ForceUpdate") or 0) + 1
    return spec


def places(service: Json, cluster: Cluster) -> str:
    """The eligible nodes with their numbers of tasks, such as `m1 2, w1 2, w2 0`."""
    found = counts(service, cluster.tasks.get(service["ID"], ()), cluster.nodes)
    listed = sorted((_hostname(node), found[node["ID"]]) for node in cluster.nodes if node["ID"] in found)
    return ", ".join(f"{hostname} {number}" for hostname, number in listed) or "no node is eligible"


def is_spread(service: Json, cluster: Cluster) -> bool:
    """Whether a service's replicas are spread as evenly as possible."""
    found = counts(service, cluster.tasks.get(service["ID"], ()), cluster.nodes)
    return is_even(service, found, cluster.nodes)


def _scaled(service: Json, replicas: int | None, _cluster: Cluster) -> tuple[Difference, ...]:
    current = _replicas(service)
    if current is None:
        raise ServiceError(f"service {_name(service)} has no replicas to set: its mode is {_mode(service)}")
    return () if current == replicas else (Difference("deploy.replicas", current, replicas),)


def _spread(service: Json, _replicas_wanted: int | None, cluster: Cluster) -> tuple[Difference, ...]:
    if _replicas(service) is None:
        raise ServiceError(f"service {_name(service)} has no replicas to spread: its mode is {_mode(service)}")
    return () if is_spread(service, cluster) else (Difference("tasks", places(service, cluster), "spread evenly"),)


def _restarted(_service: Json, _replicas_wanted: int | None, _cluster: Cluster) -> tuple[Difference, ...]:
    return (Difference("tasks", "running", "replaced"),)


def _rolled_back(service: Json, _replicas_wanted: int | None, cluster: Cluster) -> tuple[Difference, ...]:
    previous = service.get("PreviousSpec")
    if not previous:
        raise ServiceError(
            f"service {_name(service)} has no previous version: it was not updated since it was created, "
            "or swarm has rolled it back already"
        )
    before = canonical_service(service["Spec"], cluster.names)
    after = canonical_service(previous, cluster.names)
    stack = labels_of(service["Spec"]).get(NAMESPACE, "")
    return differences_between(before, after, stack) or (Difference("tasks", "running", "replaced"),)


def _refreshed(service: Json, _replicas_wanted: int | None, cluster: Cluster) -> tuple[Difference, ...]:
    if _mode(service) not in ("replicated", "global"):
        raise ServiceError(
            f"service {_name(service)} cannot be refreshed: its mode is {_mode(service)}, and the job would run again"
        )
    return (Difference("credentials", "as they were", "refreshed"),) if _name(service) in cluster.with_login else ()


def _replicas(service: Json) -> int | None:
    replicated = service["Spec"]["Mode"].get("Replicated")
    return None if replicated is None else int(replicated.get("Replicas", 1))


def _mode(service: Json) -> str:
    return mode_of(service["Spec"])


def _name(service: Json) -> str:
    return str(service["Spec"]["Name"])


def _hostname(node: Json) -> str:
    return str((node.get("Description") or {}).get("Hostname") or node["ID"])
