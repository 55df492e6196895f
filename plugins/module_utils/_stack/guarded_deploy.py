# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""A deploy as the module runs it: under the stack's lock, kept in its history, and taken back if it fails."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.apply import ApplyError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.remove import RemovalError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.deploy import (
    NotConvergedError,
    Result,
    deploy,
    plan_deploy,
    plan_removal,
    remove,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.deployments import (
    FAILED,
    SUCCEEDED,
    Deployment,
    position,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.rollback import (
    WayBack,
    plan_return,
    plan_undoing,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.store import keep
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.lock import Claim, claimed
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.current import Current
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.order import NO_ORDER, Order
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import (
    CREATE,
    REMOVE,
    SERVICE,
    UPDATE,
    Plan,
    PlanError,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.subset import refuse_missing_dependencies
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import Desired
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.rule import Holder

Json = dict[str, Any]
AuthFor = Callable[[str], "str | None"]

_PAUSE = 1.0
_FAILURES = (ApplyError, NotConvergedError, EngineError, RemovalError)


class TakenBackError(Exception):
    """A deploy that failed, and what became of taking it back.

    Attributes:
        cause: why it failed.
        done: whether the stack is again as it was.
    """

    def __init__(self, cause: Exception, account: str, done: bool) -> None:
        super().__init__(f"{cause}\n{account}")
        self.cause = cause
        self.done = done


@dataclass(frozen=True)
class Job:
    """What a run of the module was asked for.

    Attributes:
        stack: the stack's name.
        desired: what should exist.
        order: in which order its services are deployed.
        origin: `user`, `host` and `files` of the controller's run.
        auth_for: the X-Registry-Auth value for an image reference, or None.
        others: as the module's options of the same names.
    """

    stack: str
    desired: Desired = field(default_factory=Desired)
    order: Order = NO_ORDER
    origin: Mapping[str, Any] = field(default_factory=dict)
    auth_for: AuthFor = lambda _reference: None
    prune: bool = False
    resolve_image: str = "always"
    recreate_networks: bool = False
    wait: bool = True
    wait_timeout: float = 300
    lock_timeout: float = 300
    on_failure: str = "fail"
    keep_deployments: int = 5

    def holder(self) -> Holder:
        """How this run is told to others."""
        now = int(time.time())
        user, host = self.origin.get("user") or "somebody", self.origin.get("host") or "an unknown place"
        return Holder(uuid.uuid4().hex, user, host, f"a deploy of stack {self.stack}", now, now)


def plan_job(engine: Engine, job: Job) -> tuple[Plan, Current]:
    """Read the cluster and decide; see `plan_deploy`."""
    plan, current = plan_deploy(
        engine,
        job.stack,
        job.desired,
        prune=job.prune,
        resolve_image=job.resolve_image,
        auth_for=job.auth_for,
        recreate_networks=job.recreate_networks,
        failed_jobs_again=True,
    )
    refuse_missing_dependencies(job.stack, job.order, job.desired.services, current.services)
    return plan, current


def run(engine: Engine, job: Job, plan: Plan, current: Current) -> Result:
    """Carry out a plan, unless somebody else deploys the stack just now: then wait, and plan anew.

    Raises:
        TakenBackError: it failed, and `on_failure` is `rollback`.
        LockedError: somebody else still deploys it.
        ApplyError, NotConvergedError, RemovalError, EngineError: see `deploy`.
    """
    if not plan.changed and current.lock is None:
        return _deploy(engine, job, plan, current)
    with claimed(engine, job.stack, job.holder(), job.lock_timeout) as claim:
        # What was read before the lock was held may have changed since.
        plan, current = plan_job(engine, job)
        if not plan.changed:
            return _deploy(engine, job, plan, current)
        try:
            result = _deploy_until_networks_are_there(engine, job, plan, current, claim)
        except _FAILURES as error:
            raise _answer_to_failure(engine, job, current, error, claim) from error
        result.warnings += _keep(engine, job, current, SUCCEEDED)
        return result


def run_back(engine: Engine, job: Job, number: int | None) -> tuple[WayBack, Result]:
    """Go back to a deployment that was kept.

    Args:
        number: its number; None for the one before the present one.

    Raises:
        HistoryError, PlanError: there is no way back.
        LockedError, ApplyError, NotConvergedError, RemovalError, EngineError: as of `run`.
    """
    with claimed(engine, job.stack, job.holder(), job.lock_timeout) as claim:
        way = plan_return(engine, job.stack, number, claim.broken)
        result = _go(engine, job, way, claim)
        if way.plan.changed:
            kept = Desired(networks=way.deployment.state["networks"])
            went = replace(job, desired=kept, order=way.order)
            result.warnings += _keep(engine, went, way.current, SUCCEEDED, way.deployment)
        return way, result


def run_removal(engine: Engine, job: Job, plan: Plan) -> Plan:
    """Remove all of a stack, once nobody deploys it, and wait until it is gone.

    Raises:
        LockedError, RemovalError, EngineError: as of `run`.
    """
    if not plan.changed:
        return plan
    with claimed(engine, job.stack, job.holder(), job.lock_timeout):
        plan = plan_removal(engine, job.stack)
        remove(engine, plan, job.wait_timeout)
        return plan


def _nothing(*_arguments: object) -> None:
    """Stands in for the lock where a run needs none."""


def _deploy_until_networks_are_there(engine: Engine, job: Job, plan: Plan, current: Current, claim: Claim) -> Result:
    """Deploy, and plan anew as long as a network turns out to be gone.

    An engine goes on listing a network that somebody has just removed until its last task has ended there.
    """
    deadline = time.monotonic() + job.wait_timeout
    while True:
        try:
            return _deploy(engine, job, plan, current, claim)
        except ApplyError as error:
            if not error.network_is_gone or time.monotonic() >= deadline:
                raise
        time.sleep(_PAUSE)
        plan, current = plan_job(engine, job)


def _deploy(engine: Engine, job: Job, plan: Plan, current: Current, claim: Claim | None = None) -> Result:
    return deploy(
        engine,
        plan,
        current,
        wait=job.wait,
        wait_timeout=job.wait_timeout,
        auth_for=job.auth_for,
        order=job.order,
        may_go_on=claim.check if claim else _nothing,
        tell=claim.tell if claim else _nothing,
    )


def _go(engine: Engine, job: Job, way: WayBack, claim: Claim) -> Result:
    return deploy(
        engine,
        way.plan,
        way.current,
        wait=True,
        wait_timeout=job.wait_timeout,
        auth_for=job.auth_for,
        order=way.order,
        backwards=True,
        may_go_on=claim.check,
        tell=claim.tell,
    )


def _answer_to_failure(engine: Engine, job: Job, before: Current, error: Exception, claim: Claim) -> Exception:
    """Take a failed deploy back where that is wanted, and keep it as failed where the stack is not as it was."""
    if job.on_failure != "rollback":
        _keep(engine, job, before, FAILED)
        return error
    try:
        way = plan_undoing(engine, before, job.order)
        _go(engine, job, way, claim)
    except (*_FAILURES, PlanError) as second:
        _keep(engine, job, before, FAILED)
        return TakenBackError(error, f"it could not be rolled back: {second}", done=False)
    return TakenBackError(error, account(way.plan), done=True)


def account(plan: Plan) -> str:
    """One sentence about what was done to go back."""
    returned = [step.short for step in plan.steps if step.kind == SERVICE and step.action in (CREATE, UPDATE)]
    removed = [f"{step.kind} {step.short}" for step in plan.having(REMOVE)]
    if not returned and not removed:
        return "nothing of it had taken effect: the stack is as it was"
    verb = "runs" if len(returned) == 1 else "run"
    parts = [f"{', '.join(sorted(returned))} {verb} as before"] if returned else []
    parts += [f"{', '.join(removed)} removed"] if removed else []
    parts += list(plan.warnings)
    return f"it was rolled back: {'; '.join(parts)}"


def _keep(engine: Engine, job: Job, before: Current, outcome: str, back_to: Deployment | None = None) -> list[str]:
    """Add the stack as it is now to its history. Returns warnings: a deploy does not fail for this."""
    origin = job.origin
    told = Deployment(
        0,
        time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
        user=origin.get("user") or "",
        host=origin.get("host") or "",
        files=origin.get("files") or [],
        outcome=outcome,
        back_to=position(back_to) if back_to else None,
    )
    try:
        keep(engine, before, told, job.desired.networks, job.order, job.keep_deployments)
    except EngineError as error:
        return [f"the deployment could not be added to the stack's history: {error.message}"]
    return []
