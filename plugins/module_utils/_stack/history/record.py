# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Write a stack's history: the deployment that has just ended, and what ran before the first one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.deployments import (
    FOUND,
    Deployment,
    as_configs,
    deployments_in,
    surplus,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.snapshot import snapshot_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.current import Current, read_current
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.order import Order

Json = dict[str, Any]


def record_deployment(
    engine: Engine,
    before: Current,
    deployment: Deployment,
    wanted_networks: Mapping[str, Json],
    order: Order,
    how_many: int,
) -> None:
    """Add the stack as it is now, and take out what is too old.

    Args:
        before: the stack before the deployment.
        deployment: all of it but its number and the stack's state.
        wanted_networks: bodies of networks as the files have them.
        how_many: how many deployments are kept.

    Raises:
        EngineError: it could not be written.
    """
    now = read_current(engine, before.stack, {}, {})
    history = list(now.history)
    if how_many:
        number = max((item.number for item in deployments_in(history)), default=0) + 1
        new = []
        if not history and before.services:
            new.append(Deployment(number, deployment.at, outcome=FOUND, state=snapshot_of(before, {}, {})))
            number += 1
        state = snapshot_of(now, wanted_networks, order.depends_on)
        new.append(replace(deployment, number=number, state=state))
        specs = [spec for item in new for spec in as_configs(item, before.stack)]
        history += [{"ID": engine.config_create(spec), "Spec": spec} for spec in specs]
    for item in surplus(history, how_many):
        engine.config_remove(item["ID"])
