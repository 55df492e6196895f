# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The operations of the module `stack`: under the stack's lock, recorded in its history, and rolled back on failure."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.guarded_engine import Journal, guarded
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.remove import RemovalError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.submit import ApplyError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.takeover import outdate_pending_updates
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.deployments import (
    FAILED,
    SUCCEEDED,
    Deployment,
    position,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.record import record_deployment
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.rollback import (
    RollbackPlan,
    plan_rollback,
    plan_undo,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.current import Current
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.order import NO_ORDER, Order
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import (
    CREATE,
    REMOVE,
    SERVICE,
    UNCHANGED,
    UPDATE,
    Plan,
    PlanError,
    Step,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.subset import refuse_missing_dependencies
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.settings import NONE as NO_CHECKS
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.settings import Preflight
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.rollout import (
    NotConvergedError,
    RolloutResult,
    plan_deploy,
    plan_removal,
    remove_all,
    roll_out,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.sensitive import NOT_FROM_VAULTS, Sensitive
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import Desired
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.stack_lock import (
    LostLockError,
    StackLock,
    hold_stack_lock,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.rule import Holder

Json = dict[str, Any]
AuthFor = Callable[[str], "str | None"]

_PAUSE = 1.0
_FAILURES = (ApplyError, NotConvergedError, EngineError, RemovalError)


class FailedDeployError(UserError):
    """A deploy that failed, and whether it was rolled back.

    Attributes:
        cause: why it failed.
        rolled_back: whether the former state of the stack was restored.
    """

    def __init__(self, cause: Exception, summary: str, rolled_back: bool) -> None:
        super().__init__(f"{cause}\n{summary}")
        self.cause = cause
        self.rolled_back = rolled_back


@dataclass(frozen=True)
class DeployRequest:
    """The request of one run of the module.

    Attributes:
        stack: the stack's name.
        desired: what should exist.
        order: the order in which its services are deployed.
        origin: `user`, `host`, `files` and `run` (see `lock.rule.Holder`) of the controller's run.
        auth_for: returns the X-Registry-Auth value for an image reference, or None.
        preflight: what is checked before anything is changed.
        sensitive: what came from a vault, in addition to what looks secret.
        others: the module's options of the same names.
    """

    stack: str
    desired: Desired = field(default_factory=Desired)
    order: Order = NO_ORDER
    origin: Mapping[str, Any] = field(default_factory=dict)
    sensitive: Sensitive = NOT_FROM_VAULTS
    auth_for: AuthFor = lambda _reference: None
    prune: bool = False
    resolve_image: str = "always"
    recreate_networks: bool = False
    wait: bool = True
    wait_timeout: float = 300
    lock_timeout: float = 300
    on_failure: str = "fail"
    keep_deployments: int = 5
    preflight: Preflight = NO_CHECKS

    def holder(self) -> Holder:
        """This run as a holder of the lock."""
        now = int(time.time())
        user, host = self.origin.get("user") or "somebody", self.origin.get("host") or "an unknown place"
        return Holder(uuid.uuid4().hex, user, host, f"a deploy of stack {self.stack}", now, now)


def plan_request(engine: Engine, request: DeployRequest) -> tuple[Plan, Current]:
    """Read the cluster and plan; see `plan_deploy`."""
    plan, current = plan_deploy(
        engine,
        request.stack,
        request.desired,
        prune=request.prune,
        resolve_image=request.resolve_image,
        auth_for=request.auth_for,
        recreate_networks=request.recreate_networks,
        failed_jobs_again=True,
        preflight=request.preflight,
    )
    refuse_missing_dependencies(request.stack, request.order, request.desired.services, current.services)
    return plan, current


def deploy_stack(engine: Engine, request: DeployRequest, plan: Plan, current: Current) -> RolloutResult:
    """Apply a plan. If another run deploys the stack now, wait for it and plan again.

    Raises:
        FailedDeployError: it failed, and `on_failure` is `rollback`.
        StackLockedError: another run still deploys it.
        LostLockError: another run took over the lock meanwhile; this run has changed nothing since.
        ApplyError, NotConvergedError, RemovalError, EngineError: see `roll_out`.
    """
    if not plan.changed and current.lock is None:
        return _roll_out(engine, request, plan, current)
    with _run_under_lock(engine, request) as run:
        # The state may have changed before the lock was taken, so it is read again.
        plan, current = plan_request(run.engine, request)
        if run.lock.from_dead_run:
            outdate_pending_updates(run.engine, current.services.values())
            plan, current = plan_request(run.engine, request)
        run.set_plan(plan)
        if not plan.changed:
            return _roll_out(run.engine, request, plan, current, run.lock)
        try:
            result = _roll_out_until_networks_exist(run, request, plan, current)
        except _FAILURES as error:
            try:
                answer = _answer_to_failure(run, request, current, error)
            except LostLockError as lost:
                raise LostLockError(f"{error}\n{lost}") from lost
            raise answer from error
        result.warnings += _record(run, request, current, SUCCEEDED)
        run.lock.verify()
        return result


def roll_back_stack(engine: Engine, request: DeployRequest, number: int | None) -> tuple[RollbackPlan, RolloutResult]:
    """Restore a stored deployment.

    Args:
        number: its number; None for the one before the current one.

    Raises:
        HistoryError, PlanError: it cannot be restored.
        StackLockedError, LostLockError, ApplyError, NotConvergedError, RemovalError, EngineError: see `deploy_stack`.
    """
    with _run_under_lock(engine, request) as run:
        rollback = plan_rollback(run.engine, request.stack, number, run.lock.from_dead_run)
        if run.lock.from_dead_run:
            outdate_pending_updates(run.engine, rollback.current.services.values())
            rollback = plan_rollback(run.engine, request.stack, number, interrupted=True)
        run.set_plan(rollback.plan)
        result = _roll_back_to(run, request, rollback)
        if rollback.plan.changed:
            kept = Desired(networks=rollback.deployment.state["networks"])
            restored = replace(request, desired=kept, order=rollback.order, sensitive=rollback.sensitive)
            result.warnings += _record(run, restored, rollback.current, SUCCEEDED, rollback.deployment)
        run.lock.verify()
        return rollback, result


def remove_stack(engine: Engine, request: DeployRequest, plan: Plan) -> Plan:
    """Remove the whole stack, after other deploys of it have ended, and wait until it is gone.

    Raises:
        StackLockedError, LostLockError, RemovalError, EngineError: see `deploy_stack`.
    """
    if not plan.changed:
        return plan
    with _run_under_lock(engine, request) as run:
        plan = plan_removal(run.engine, request.stack)
        run.set_plan(plan)
        remove_all(run.engine, plan, request.wait_timeout)
        return plan


@dataclass
class _Run:
    """One run under the lock.

    Attributes:
        engine: allows changes only while the lock is held, and records them in the journal.
        names: kind and name of objects by id, for messages.
        planned: the planned steps, for messages.
    """

    engine: Engine
    lock: StackLock
    journal: Journal
    names: dict[str, str] = field(default_factory=dict)
    planned: list[Step] = field(default_factory=list)

    def set_plan(self, plan: Plan) -> None:
        """Record the plan, for messages."""
        self.planned = [step for step in plan.steps if step.action != UNCHANGED]
        self.names.update({step.object_id: f"{step.kind} {step.name}" for step in plan.steps if step.object_id})

    def left(self) -> list[str]:
        """The planned changes that have not been made."""
        done = {*self.journal.updated, *self.journal.removed}
        made = set(self.journal.created.values())
        return [
            f"{step.kind} {step.name}"
            for step in self.planned
            if (step.kind, step.name) not in made and step.object_id not in done
        ]


@contextmanager
def _run_under_lock(engine: Engine, request: DeployRequest) -> Iterator[_Run]:
    """Hold the stack's lock; if it is lost, report which changes were made and which were not."""
    controller_run = str(request.origin.get("run") or "")
    with hold_stack_lock(engine, request.stack, request.holder(), request.lock_timeout, controller_run) as lock:
        journal = Journal()
        run = _Run(guarded(engine, lock.verify, journal), lock, journal)
        try:
            yield run
        except LostLockError as error:
            left = ", ".join(run.left()) or "nothing"
            raise LostLockError(
                f"{error}. It stopped there, and rolled nothing back. Before that, it had "
                f"{journal.in_words(run.names)}. "
                f"Planned, but not done: {left}. Check the stack, and run this again if needed"
            ) from error


def _roll_out_until_networks_exist(run: _Run, request: DeployRequest, plan: Plan, current: Current) -> RolloutResult:
    """Deploy, and plan again as long as a network turns out to be removed.

    An engine lists a network that was just removed until its last task has ended there.
    """
    deadline = time.monotonic() + request.wait_timeout
    while True:
        try:
            return _roll_out(run.engine, request, plan, current, run.lock)
        except ApplyError as error:
            if not error.network_is_gone or time.monotonic() >= deadline:
                raise
        time.sleep(_PAUSE)
        plan, current = plan_request(run.engine, request)
        run.set_plan(plan)


def _roll_out(
    engine: Engine, request: DeployRequest, plan: Plan, current: Current, lock: StackLock | None = None
) -> RolloutResult:
    return roll_out(
        engine,
        plan,
        current,
        wait=request.wait,
        wait_timeout=request.wait_timeout,
        auth_for=request.auth_for,
        order=request.order,
        allow_empty=request.preflight.allow_empty,
        report_progress=lock.report_progress if lock else _nothing,
    )


def _nothing(*_arguments: object) -> None:
    """Used instead of the lock when a run needs none."""


def _roll_back_to(run: _Run, request: DeployRequest, rollback: RollbackPlan) -> RolloutResult:
    return roll_out(
        run.engine,
        rollback.plan,
        rollback.current,
        wait=True,
        wait_timeout=request.wait_timeout,
        auth_for=request.auth_for,
        order=rollback.order,
        backwards=True,
        report_progress=run.lock.report_progress,
    )


def _answer_to_failure(run: _Run, request: DeployRequest, before: Current, error: Exception) -> Exception:
    """Roll a failed deploy back if requested, and record it as failed if the former state was not restored."""
    if request.on_failure != "rollback":
        _record_failure(run, request, before)
        return error
    try:
        rollback = plan_undo(run.engine, before, request.order, run.journal)
        _roll_back_to(run, request, rollback)
        run.lock.verify()
    except (*_FAILURES, PlanError) as second:
        _record_failure(run, request, before)
        return FailedDeployError(error, f"it could not be rolled back: {second}", rolled_back=False)
    return FailedDeployError(error, rollback_summary(rollback.plan), rolled_back=True)


def _record_failure(run: _Run, request: DeployRequest, before: Current) -> None:
    """Record a failed deploy, unless no service was changed: then nothing was deployed."""
    services = {item["ID"] for item in before.services.values()}
    if services & run.journal.touched() or any(kind == SERVICE for kind, _name in run.journal.created.values()):
        _record(run, request, before, FAILED)


def rollback_summary(plan: Plan) -> str:
    """What was done to roll back, as a sentence."""
    returned = [step.short for step in plan.steps if step.kind == SERVICE and step.action in (CREATE, UPDATE)]
    removed = [f"{step.kind} {step.short}" for step in plan.having(REMOVE)]
    if not returned and not removed:
        return "nothing had been changed: the stack is as before"
    verb = "runs" if len(returned) == 1 else "run"
    parts = [f"{', '.join(sorted(returned))} {verb} as before"] if returned else []
    parts += [f"{', '.join(removed)} removed"] if removed else []
    parts += list(plan.warnings)
    return f"it was rolled back: {'; '.join(parts)}"


def _record(
    run: _Run, request: DeployRequest, before: Current, outcome: str, back_to: Deployment | None = None
) -> list[str]:
    """Add the current state of the stack to its history. Returns warnings: a deploy does not fail because of this."""
    origin = request.origin
    deployment = Deployment(
        0,
        time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
        user=origin.get("user") or "",
        host=origin.get("host") or "",
        files=origin.get("files") or [],
        outcome=outcome,
        back_to=position(back_to) if back_to else None,
    )
    try:
        record_deployment(
            run.engine,
            before,
            deployment,
            request.desired.networks,
            request.order,
            request.keep_deployments,
            request.sensitive,
        )
    except EngineError as error:
        return [f"the deployment could not be added to the stack's history: {error.message}"]
    return []
