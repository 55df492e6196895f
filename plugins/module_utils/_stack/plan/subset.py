# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Select some services of a project, with the objects that they use. No I/O."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import short_name
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.order import Order
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import PlanError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import Desired

Json = dict[str, Any]


def part_of(desired: Desired, stack: str, only: Collection[str]) -> Desired:
    """The services with these names (as in the files), and the networks, configs and secrets that they refer to.

    Raises:
        PlanError: the files have no such service.
    """
    unknown = sorted(name for name in only if f"{stack}_{name}" not in desired.services)
    if unknown:
        known = ", ".join(sorted(short_name(name, stack) for name in desired.services))
        raise PlanError(f"only: the files have no service {', '.join(unknown)}; they have {known}")
    services = {f"{stack}_{name}": desired.services[f"{stack}_{name}"] for name in only}
    tasks = [spec["TaskTemplate"] for spec in services.values()]
    networks = {item["Target"] for task in tasks for item in task.get("Networks") or []}
    configs = {item["ConfigName"] for task in tasks for item in task["ContainerSpec"].get("Configs") or []}
    secrets = {item["SecretName"] for task in tasks for item in task["ContainerSpec"].get("Secrets") or []}
    return replace(
        desired,
        services=services,
        networks={name: body for name, body in desired.networks.items() if name in networks},
        configs={name: spec for name, spec in desired.configs.items() if name in configs},
        secrets={name: spec for name, spec in desired.secrets.items() if name in secrets},
        external_networks=desired.external_networks & networks,
        external_configs=desired.external_configs & configs,
        external_secrets=desired.external_secrets & secrets,
    )


def refuse_missing_dependencies(stack: str, order: Order, deployed: Collection[str], there: Collection[str]) -> None:
    """Raise PlanError if services depend on others that neither exist nor are deployed with them.

    Args:
        deployed: full names of the services that are deployed.
        there: full names of existing services.
    """
    problems = []
    for name in sorted(deployed):
        missing = sorted(set(order.conditions([name])) - {*deployed, *there})
        if missing:
            others = ", ".join(short_name(other, stack) for other in missing)
            problems.append(f"service {short_name(name, stack)} depends on {others}, not deployed yet; name it in only")
    if problems:
        raise PlanError("; ".join(problems))
