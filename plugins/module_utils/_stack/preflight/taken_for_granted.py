# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Preconditions of a deployment: everything external that the files refer to exists, and no name is in use."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import NAMESPACE, belongs_to, labels_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.current import network_ids

Json = dict[str, Any]

# Networks of every engine, which have no swarm scope and need none.
_PREDEFINED = frozenset({"host", "bridge", "none"})


def external_problems(
    networks: Iterable[Json],
    configs: Iterable[Json],
    secrets: Iterable[Json],
    external_networks: Collection[str],
    external_configs: Collection[str],
    external_secrets: Collection[str],
) -> list[str]:
    """A sentence for each external object that does not exist, or that services cannot use."""
    problems = []
    scopes: dict[str, set[str]] = {}
    for item in networks:
        scopes.setdefault(item["Name"], set()).add(item.get("Scope", ""))
    for name in sorted(set(external_networks) - _PREDEFINED):
        if name not in scopes:
            problems.append(
                f"network {name} is external but does not exist; "
                f"create it (docker network create --driver overlay {name}) or drop external"
            )
        elif "swarm" not in scopes[name]:
            problems.append(f"network {name} is external but its scope is {'/'.join(scopes[name])}, not swarm")
    for kind, items, wanted in (("config", configs, external_configs), ("secret", secrets, external_secrets)):
        there = {item["Spec"]["Name"] for item in items}
        problems += [
            f"{kind} {name} is external but does not exist; create it or give its content in the file"
            for name in sorted(set(wanted) - there)
        ]
    return problems


def taken_names(wanted: Collection[str], services: Iterable[Json], stack: str) -> list[str]:
    """A sentence for each service name that an object outside the stack already has."""
    problems = []
    for service in services:
        name = service["Spec"]["Name"]
        if name in wanted and not belongs_to(service["Spec"], stack):
            owner = labels_of(service["Spec"]).get(NAMESPACE)
            whose = f"belongs to stack {owner}" if owner else "belongs to no stack"
            problems.append(f"service {name} exists and {whose}; remove it, or choose another stack name")
    return problems


def remaking_problems(remade: Mapping[str | None, str], services: Iterable[Json], stack: str) -> list[str]:
    """A sentence for each service outside the stack that is attached to a network which is to be recreated.

    Args:
        remade: the networks' names in the file, by id.
    """
    return [
        f"network {remade[target]} cannot be made again: service {service['Spec']['Name']}, which is not part of the "
        "stack, is on it; take it off first"
        for service in services
        if not belongs_to(service["Spec"], stack)
        for target in sorted(network_ids(service["Spec"]) & {item for item in remade if item})
    ]
