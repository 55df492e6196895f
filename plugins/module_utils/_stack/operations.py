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
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.remove import RemovalError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.submit import ApplyError
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
    UPDATE,
    Plan,
    PlanError,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.subset import refuse_missing_dependencies
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.rollout import (
    NotConvergedError,
    RolloutResult,
    plan_deploy,
    plan_removal,
    remove_all,
    roll_out,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import Desired
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.stack_lock import StackLock, hold_stack_lock
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.rule import Holder

Json = dict[str, Any]
AuthFor = Callable[[str], "str | None"]

_PAUSE = 1.0
_FAILURES = (ApplyError, NotConvergedError, EngineError, RemovalError)


class FailedDeployError(UserError):
    """A deploy that failed, and what became of taking it back.

    Attributes:
        cause: why it failed.
        done: whether the stack is again as it was.
    """

    def __init__(self, cause: Exception, rollback_summary: str, done: bool) -> None:
        super().__init__(f"{cause}\n{rollback_summary}")
        self.cause = cause
        self.done = done


@dataclass(frozen=True)
class DeployRequest:
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


def plan_request(engine: Engine, request: DeployRequest) -> tuple[Plan, Current]:
    """Read the cluster and decide; see `plan_deploy`."""
    plan, current = plan_deploy(
        engine,
        request.stack,
        request.desired,
        prune=request.prune,
        resolve_image=request.resolve_image,
        auth_for=request.auth_for,
        recreate_networks=request.recreate_networks,
        failed_jobs_again=True,
    )
    refuse_missing_dependencies(request.stack, request.order, request.desired.services, current.services)
    return plan, current


def deploy_stack(engine: Engine, request: DeployRequest, plan: Plan, current: Current) -> RolloutResult:
    """Carry out a plan, unless somebody else deploys the stack just now: then wait, and plan anew.

    Raises:
        FailedDeployError: it failed, and `on_failure` is `rollback`.
        StackLockedError: somebody else still deploys it.
        ApplyError, NotConvergedError, RemovalError, EngineError: see `roll_out`.
    """
    if not plan.changed and current.lock is None:
        return _roll_out(engine, request, plan, current)
    with hold_stack_lock(engine, request.stack, request.holder(), request.lock_timeout) as lock:
        # What was read before the lock was held may have changed since.
        plan, current = plan_request(engine, request)
        if not plan.changed:
            return _roll_out(engine, request, plan, current)
        try:
            result = _roll_out_until_networks_exist(engine, request, plan, current, lock)
        except _FAILURES as error:
            raise _answer_to_failure(engine, request, current, error, lock) from error
        result.warnings += _record(engine, request, current, SUCCEEDED)
        return result


def roll_back_stack(engine: Engine, request: DeployRequest, number: int | None) -> tuple[RollbackPlan, RolloutResult]:
    """Go back to a deployment that was kept.

    Args:
        number: its number; None for the one before the present one.

    Raises:
        HistoryError, PlanError: there is no way back.
        StackLockedError, ApplyError, NotConvergedError, RemovalError, EngineError: as of `deploy_stack`.
    """
    with hold_stack_lock(engine, request.stack, request.holder(), request.lock_timeout) as lock:
        way = plan_rollback(engine, request.stack, number, lock.broken)
        result = _roll_back_to(engine, request, way, lock)
        if way.plan.changed:
            kept = Desired(networks=way.deployment.state["networks"])
            went = replace(request, desired=kept, order=way.order)
            result.warnings += _record(engine, went, way.current, SUCCEEDED, way.deployment)
        return way, result


def remove_stack(engine: Engine, request: DeployRequest, plan: Plan) -> Plan:
    """Remove all of a stack, once nobody deploys it, and wait until it is gone.

    Raises:
        StackLockedError, RemovalError, EngineError: as of `deploy_stack`.
    """
    if not plan.changed:
        return plan
    with hold_stack_lock(engine, request.stack, request.holder(), request.lock_timeout):
        plan = plan_removal(engine, request.stack)
        remove_all(engine, plan, request.wait_timeout)
        return plan


def _nothing(*_arguments: object) -> None:
    """Stands in for the lock where a run needs none."""


def _roll_out_until_networks_exist(
    engine: Engine, request: DeployRequest, plan: Plan, current: Current, lock: StackLock
) -> RolloutResult:
    """Deploy, and plan anew as long as a network turns out to be gone.

    An engine goes on listing a network that somebody has just removed until its last task has ended there.
    """
    deadline = time.monotonic() + request.wait_timeout
    while True:
        try:
            return _roll_out(engine, request, plan, current, lock)
        except ApplyError as error:
            if not error.network_is_gone or time.monotonic() >= deadline:
                raise
        time.sleep(_PAUSE)
        plan, current = plan_request(engine, request)


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
        may_go_on=lock.check if lock else _nothing,
        tell=lock.tell if lock else _nothing,
    )


def _roll_back_to(engine: Engine, request: DeployRequest, way: RollbackPlan, lock: StackLock) -> RolloutResult:
    return roll_out(
        engine,
        way.plan,
        way.current,
        wait=True,
        wait_timeout=request.wait_timeout,
        auth_for=request.auth_for,
        order=way.order,
        backwards=True,
        may_go_on=lock.check,
        tell=lock.tell,
    )


def _answer_to_failure(
    engine: Engine, request: DeployRequest, before: Current, error: Exception, lock: StackLock
) -> Exception:
    """Take a failed deploy back where that is wanted, and keep it as failed where the stack is not as it was."""
    if request.on_failure != "rollback":
        _record(engine, request, before, FAILED)
        return error
    try:
        way = plan_undo(engine, before, request.order)
        _roll_back_to(engine, request, way, lock)
    except (*_FAILURES, PlanError) as second:
        _record(engine, request, before, FAILED)
        return FailedDeployError(error, f"it could not be rolled back: {second}", done=False)
    return FailedDeployError(error, rollback_summary(way.plan), done=True)


def rollback_summary(plan: Plan) -> str:
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


def _record(
    engine: Engine, request: DeployRequest, before: Current, outcome: str, back_to: Deployment | None = None
) -> list[str]:
    """Add the stack as it is now to its history. Returns warnings: a deploy does not fail for this."""
    origin = request.origin
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
        record_deployment(engine, before, told, request.desired.networks, request.order, request.keep_deployments)
    except EngineError as error:
        return [f"the deployment could not be added to the stack's history: {error.message}"]
    return []
