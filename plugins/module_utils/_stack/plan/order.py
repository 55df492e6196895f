# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The order in which services are deployed: what waits for what, and for which condition. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.service_words import is_job
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import short_name

Json = dict[str, Any]

STARTED = "service_started"
HEALTHY = "service_healthy"
COMPLETED = "service_completed_successfully"

_STRICTNESS = (STARTED, HEALTHY, COMPLETED)


class OrderError(UserError):
    """The declared order is impossible."""


@dataclass(frozen=True)
class Order:
    """What each service waits for: by full name, the services it depends on and the condition of each."""

    depends_on: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def waves(self, names: Collection[str]) -> list[list[str]]:
        """These services in groups: each depends, directly or indirectly, on earlier groups only."""
        depths = _depths(self.depends_on)
        return [
            sorted(name for name in names if depths.get(name, 0) == depth)
            for depth in sorted({depths.get(name, 0) for name in names})
        ]

    def conditions(self, names: Iterable[str]) -> dict[str, str]:
        """What must be true before these services are deployed: the strictest condition of each dependency."""
        found: dict[str, str] = {}
        for name in names:
            for other, condition in self.depends_on.get(name, {}).items():
                found[other] = max(found.get(other, STARTED), condition, key=_STRICTNESS.index)
        return found

    def dependents(self, names: Collection[str]) -> set[str]:
        """All services that depend on these, directly or indirectly."""
        found: set[str] = set()
        while True:
            more = {
                name
                for name, others in self.depends_on.items()
                if name not in found and set(others) & ({*names} | found)
            }
            if not more:
                return found
            found |= more


NO_ORDER = Order()


def starting(conditions: Mapping[str, str]) -> set[str]:
    """The services in `Order.conditions` that only need to have started."""
    return {name for name, condition in conditions.items() if condition == STARTED}


def order_of(stack: str, depends_on: Mapping[str, Mapping[str, str]], services: Mapping[str, Json]) -> Order:
    """Check the declared order.

    Args:
        depends_on: by the file's names of services.
        services: the specs by full name. Services that are not in the files are not waited for.

    Raises:
        OrderError: services wait for each other, or for the completion of a service that is not a job.
    """
    full = {
        f"{stack}_{name}": {
            f"{stack}_{other}": condition for other, condition in others.items() if f"{stack}_{other}" in services
        }
        for name, others in depends_on.items()
        if f"{stack}_{name}" in services
    }
    cycle = find_cycle(full)
    if cycle:
        shown = " -> ".join(short_name(name, stack) for name in cycle)
        raise OrderError(f"services wait for each other: {shown}; remove one of these depends_on")
    for name, others in sorted(full.items()):
        for other, condition in sorted(others.items()):
            if condition == COMPLETED and not is_job(services[other]):
                raise OrderError(
                    f"service {short_name(name, stack)} waits for {short_name(other, stack)} to complete, which never "
                    f"ends; give {short_name(other, stack)} deploy.mode replicated-job or global-job"
                )
    return Order(full)


def _depths(depends_on: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """The length of the longest chain of dependencies of each service. There are no cycles."""
    depths: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in depths:
            depths[name] = max((depth(other) + 1 for other in depends_on.get(name, {})), default=0)
        return depths[name]

    for name in depends_on:
        depth(name)
    return depths


def find_cycle(depends_on: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Services that wait for each other, with the first one repeated at the end; empty if there are none."""
    clean: set[str] = set()

    def follow(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in clean:
            return []
        for other in sorted(depends_on.get(name, {})):
            found = follow(other, [*path, name])
            if found:
                return found
        clean.add(name)
        return []

    return next((found for name in sorted(depends_on) if (found := follow(name, []))), [])
