# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Plan a rollback: to the state before a failed deploy, or to a stored deployment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.service_words import is_job
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.guarded_engine import Journal
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.revisions import revision_number
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.deployments import (
    Deployment,
    HistoryError,
    choose,
    deployments_in,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.hidden import (
    LostValueError,
    digest_key,
    hidden_in,
    is_hidden,
    reveal,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.snapshot import (
    content_ids,
    desired_from_current,
    desired_from_snapshot,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import short_name
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.current import Current, read_current
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.order import Order
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import (
    REMOVE,
    SECRET,
    SERVICE,
    UNCHANGED,
    Plan,
    PlanError,
    Step,
    decide,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.rollout import (
    refuse_impossible,
    refuse_remaking_in_use,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.sensitive import NOT_FROM_VAULTS, Sensitive
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import Desired

Json = dict[str, Any]


@dataclass(frozen=True)
class RollbackPlan:
    """The plan that restores a deployment from the current state; `sensitive` must not be shown."""

    plan: Plan
    current: Current
    order: Order
    deployment: Deployment = field(default_factory=lambda: Deployment(0, ""))
    sensitive: Sensitive = NOT_FROM_VAULTS


def plan_undo(engine: Engine, before: Current, order: Order, journal: Journal) -> RollbackPlan:
    """Plan to restore the stack as it was when `before` was read. Its configs and secrets must still exist.

    Args:
        journal: the changes of the run that is undone; changes by other clients are kept.
    """
    current = read_current(engine, before.stack, {}, {})
    wanted = desired_from_current(before)
    plan = decide(
        wanted.networks,
        {},
        {},
        wanted.services,
        current,
        prune=True,
        recreate_networks=True,
        recreate_services=True,
        keep=content_ids(before),
    )
    return RollbackPlan(only_own_changes(without_jobs(plan), before, journal), current, order)


def only_own_changes(plan: Plan, before: Current, journal: Journal) -> Plan:
    """The plan without steps that would undo changes by other clients."""
    ids = {item["Spec"]["Name"]: item["ID"] for item in before.services.values()}
    ids |= {item["Name"]: item["Id"] for item in before.networks}
    touched = journal.touched()

    def is_own(step: Step) -> bool:
        if step.action == UNCHANGED or journal.made(step.kind, step.name, step.object_id or ""):
            return True
        return step.action != REMOVE and bool({ids.get(step.name), step.object_id} & touched)

    left = [
        f"{step.kind} {step.short} is not changed, because another client has changed it meanwhile"
        for step in plan.steps
        if not is_own(step)
    ]
    return replace(plan, steps=tuple(filter(is_own, plan.steps)), warnings=(*plan.warnings, *left))


def plan_rollback(engine: Engine, stack: str, number: int | None, interrupted: bool) -> RollbackPlan:
    """Plan to restore a stored deployment.

    Args:
        number: its number; None for the one before the current one.
        interrupted: whether the last deploy was interrupted.

    Raises:
        HistoryError: there is none.
        PlanError: an object that it needs no longer exists.
    """
    now = read_current(engine, stack, {}, {})
    kept = choose(deployments_in(now.history), number, interrupted)
    deployment, revealed = _with_secret_values(engine, kept, now)
    sensitive = hidden_in(now.history, stack).and_also(revealed)
    wanted = desired_from_snapshot(deployment.state)
    current = read_current(engine, stack, wanted.configs, wanted.secrets)
    _refuse_lost_secrets(deployment, wanted, current)
    refuse_impossible(engine, wanted, current)
    serving = frozenset(deployment.state["serving"])
    current = replace(current, same_content=preferring(current, [*wanted.configs, *wanted.secrets], serving))
    plan = decide(
        wanted.networks,
        wanted.configs,
        wanted.secrets,
        wanted.services,
        current,
        prune=True,
        recreate_networks=True,
        recreate_services=True,
    )
    warnings = (*plan.warnings, *_rotated_since(plan, serving))
    plan = without_jobs(replace(plan, warnings=warnings))
    refuse_remaking_in_use(engine, plan)
    return RollbackPlan(plan, current, Order(deployment.state.get("order") or {}), deployment, sensitive)


def _with_secret_values(engine: Engine, deployment: Deployment, now: Current) -> tuple[Deployment, Sensitive]:
    """A stored deployment with its secret values instead of digests, and these values.

    Raises:
        HistoryError: some of them no longer exist anywhere.
    """
    if not is_hidden(deployment.state):
        return deployment, NOT_FROM_VAULTS
    specs = [item.get(key) for item in now.services.values() for key in ("Spec", "PreviousSpec")]
    others = [item.get("Spec", item) for item in (*now.configs, *now.own(now.networks))]
    try:
        state, revealed = reveal(deployment.state, [*specs, *others], now.stack, digest_key(engine.swarm()))
    except LostValueError as error:
        raise HistoryError(
            f"deployment {deployment.number} cannot be restored without {error}. Deploy the files of that time instead"
        ) from error
    return replace(deployment, state=state), revealed


def without_jobs(plan: Plan) -> Plan:
    """The plan without jobs that still exist.

    Swarm runs a job again whenever its spec is submitted, and an old job (such as a migration) must not run again on
    current data.
    """
    jobs = [
        step
        for step in plan.steps
        if step.kind == SERVICE and step.action != REMOVE and not step.recreate and is_job(step.body or {})
    ]
    left = [f"job {step.short} is not changed, because it would run again" for step in jobs if step.action != UNCHANGED]
    steps = tuple(step for step in plan.steps if step not in jobs)
    return replace(plan, steps=steps, warnings=(*plan.warnings, *left))


def preferring(current: Current, bases: Collection[str], serving: Collection[str]) -> frozenset[str]:
    """`Current.same_content` without other revisions of objects whose former revision still exists."""
    passed_over = set()
    for base in bases:
        for items in (current.configs, current.secrets):
            revisions = {item["ID"] for item in items if revision_number(item, base) is not None}
            if revisions & set(serving):
                passed_over |= revisions - set(serving)
    return current.same_content - passed_over


def _refuse_lost_secrets(deployment: Deployment, wanted: Desired, current: Current) -> None:
    lost = [
        name
        for name, spec in sorted(wanted.secrets.items())
        if not spec.get("Driver") and all(revision_number(item, name) is None for item in current.secrets)
    ]
    if lost:
        names = ", ".join(short_name(name, current.stack) for name in lost)
        raise PlanError(
            f"deployment {deployment.number} needs secret {names}, which was removed since; contents of secrets are "
            "not kept, so deploy the files of that time instead"
        )


def _rotated_since(plan: Plan, serving: Collection[str]) -> list[str]:
    return [
        f"secret {step.short} was rotated since; its current content is kept, because contents of secrets are not "
        "stored"
        for step in plan.steps
        if step.kind == SECRET and step.action != REMOVE and step.object_id and step.object_id not in serving
    ]
