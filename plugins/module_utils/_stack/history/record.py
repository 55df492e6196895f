# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Write a stack's history: the deployment that has just ended, and the state before the first one."""

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
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.hidden import (
    digest_key,
    hidden_in,
    hide,
    needs_hiding,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.snapshot import snapshot_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import NAMESPACE
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.current import (
    Current,
    is_kept_deployment,
    read_current,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.order import Order
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.sensitive import Sensitive

Json = dict[str, Any]


def record_deployment(
    engine: Engine,
    before: Current,
    deployment: Deployment,
    wanted_networks: Mapping[str, Json],
    order: Order,
    how_many: int,
    sensitive: Sensitive,
) -> None:
    """Store the current state of the stack, and remove old deployments.

    Args:
        before: the stack before the deployment.
        deployment: everything but its number and the stack's state.
        wanted_networks: bodies of networks from the files.
        how_many: how many deployments to keep.
        sensitive: what is stored as a digest only, in addition to what looks secret and to what was stored so before.

    Raises:
        EngineError: it could not be written.
    """
    now = read_current(engine, before.stack, {}, {})
    history = list(now.history)
    sensitive = sensitive.and_also(hidden_in(history, before.stack))
    if how_many:
        number = max((item.number for item in deployments_in(history)), default=0) + 1
        new = []
        if not history and before.services:
            new.append(
                Deployment(
                    number,
                    deployment.at,
                    outcome=FOUND,
                    state=_hidden(engine, snapshot_of(before, {}, {}), before.stack, sensitive),
                )
            )
            number += 1
        state = _hidden(engine, snapshot_of(now, wanted_networks, order.depends_on), now.stack, sensitive)
        new.append(replace(deployment, number=number, state=state))
        specs = [spec for item in new for spec in as_configs(item, before.stack)]
        history += [{"ID": engine.config_create(spec), "Spec": spec} for spec in specs]
    for item in surplus(history, how_many):
        engine.config_remove(item["ID"])


def _hidden(engine: Engine, state: Json, stack: str, sensitive: Sensitive) -> Json:
    if not needs_hiding(state, stack, sensitive):
        return state
    return hide(state, stack, sensitive, digest_key(engine.swarm()))


def history_of(engine: Engine, stack: str) -> list[Json]:
    """The configs that store deployments of a stack."""
    return [item for item in engine.configs({"label": f"{NAMESPACE}={stack}"}) if is_kept_deployment(item)]
