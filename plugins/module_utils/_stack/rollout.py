# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""A deploy from beginning to end: read, plan, apply, wait, remove."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._host.kernel.modules import has_ipvs
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.remove import remove_steps
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.submit import (
    apply_objects,
    apply_services,
    force_new_tasks,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare import images
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.health import health_notes
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.judge import (
    FAILED,
    rejected_by_stale_network,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.wait import (
    Outcome,
    failed_task_ids,
    look,
    wait_for,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.current import Current, read_current
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.order import NO_ORDER, Order, starting
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import (
    CREATE,
    NETWORK,
    REMOVE,
    SECRET,
    SERVICE,
    UPDATE,
    Plan,
    PlanError,
    decide,
    decide_absent,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.drivers import secret_drivers
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.examine import (
    Findings,
    examine,
    subject_of,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import Cluster, PreflightError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.settings import NONE as NO_CHECKS
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.settings import Preflight
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.taken_for_granted import (
    external_problems,
    remaking_problems,
    taken_names,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import Desired

Json = dict[str, Any]
AuthFor = Callable[[str], "str | None"]

# HTTP status of requests that only managers can answer.
_UNAVAILABLE = 503


class NotConvergedError(UserError):
    """Services have not converged; `outcome` has the verdicts and the errors of tasks."""

    def __init__(self, stack: str, outcome: Outcome, timeout: float, untouched: Collection[str] = ()) -> None:
        self.outcome = outcome
        when = f" within {timeout:g} s" if outcome.timed_out else ""
        lines = [f"stack {stack} has not converged{when}:"]
        lines += [f"service {name}: {verdict.reason}" for name, verdict in sorted(outcome.unfinished().items())]
        lines += [f"task {failure}" for failure in outcome.failed_tasks]
        lines += outcome.notes
        if untouched:
            lines.append(f"not deployed, because they depend on failed services: {', '.join(sorted(untouched))}")
        super().__init__("\n".join(lines))


@dataclass
class RolloutResult:
    """The result of a deploy: its plan, and the state of its services if they were waited for."""

    plan: Plan
    outcome: Outcome = field(default_factory=Outcome)
    warnings: list[str] = field(default_factory=list)


def refusal(engine: Engine, error: EngineError) -> str:
    """Why the engine refused: it is not a manager (with advice), or its own message.

    Checked after a refusal, not before each deploy: `GET /info` takes an engine longer than reading a stack.
    """
    if error.status == 0:
        return (
            f"{error.message}. Changes that were already submitted continue in the swarm. "
            "Run it again, on another manager if this engine does not come back"
        )
    if error.status != _UNAVAILABLE:
        return error.message
    try:
        swarm = engine.info().get("Swarm") or {}
    except EngineError:
        return error.message
    if swarm.get("ControlAvailable"):
        return error.message
    state = swarm.get("LocalNodeState") or "inactive"
    return (
        f"this host is no swarm manager (its node is {state}); run the module on one, "
        "for example with hosts: swarm_managers[0]"
    )


def plan_deploy(
    engine: Engine,
    stack: str,
    desired: Desired,
    *,
    prune: bool,
    resolve_image: str,
    auth_for: AuthFor,
    recreate_networks: bool = False,
    failed_jobs_again: bool = False,
    preflight: Preflight = NO_CHECKS,
) -> tuple[Plan, Current]:
    """Read the cluster and plan. Changes nothing.

    Args:
        failed_jobs_again: run jobs that have failed again, even if they have not changed.
        recreate_networks: see `decide`; `prune` likewise.
        resolve_image: see `images.references_to_ask`.
        preflight: what is checked before anything is changed.

    Raises:
        PlanError: something would make the deploy fail; all faults are reported at once.
        UnresolvedImagesError: a registry returned no digest, and there is no other fault.
        EngineError: the engine refused a read.
    """
    current = read_current(engine, stack, desired.configs, desired.secrets, with_jobs=failed_jobs_again)
    problems = impossible(engine, desired, current)
    asked = images.references_to_ask(desired.services, current.specs, resolve_image)
    unresolved: images.UnresolvedImagesError | None = None
    try:
        answers = images.look_up(asked, lambda reference: engine.distribution(reference, auth_for(reference)))
    except images.UnresolvedImagesError as error:
        unresolved, answers = error, error.answers
    services = images.pin_services(desired.services, current.specs, answers, resolve_image)
    plan = decide(
        desired.networks,
        desired.configs,
        desired.secrets,
        services,
        current,
        prune=prune,
        recreate_networks=recreate_networks,
        recreate_services=preflight.recreate_services,
    )
    found = _examine(engine, replace(desired, services=services), current, plan, auth_for, preflight)
    problems += found.errors
    if unresolved is not None and not problems:
        raise unresolved
    if problems:
        raise PreflightError([*problems, *([str(unresolved)] if unresolved else [])])
    refuse_remaking_in_use(engine, plan)
    return replace(plan, warnings=(*plan.warnings, *found.warnings)), current


def _examine(
    engine: Engine, desired: Desired, current: Current, plan: Plan, auth_for: AuthFor, preflight: Preflight
) -> Findings:
    """Run the checks; those against the cluster only if the deploy creates or changes something."""
    changing = [step for action in (CREATE, UPDATE) for step in plan.having(action)]
    subject = subject_of(
        plan.stack,
        preflight,
        desired=desired,
        api_version=engine.api_version,
        changing=frozenset(step.name for step in changing if step.kind == SERVICE),
        existing_networks=frozenset(item["Name"] for item in current.networks if item.get("Scope") == "swarm"),
    )
    if not changing or not preflight.looks:
        return examine(subject, None, preflight)
    makes_secrets = any(step.kind == SECRET and (step.body or {}).get("Driver") for step in changing)
    with ThreadPoolExecutor(max_workers=3) as pool:
        services, nodes = pool.submit(engine.services), pool.submit(engine.nodes)
        plugins = pool.submit(engine.plugins) if makes_secrets else None
    cluster = Cluster(
        nodes=nodes.result(),
        services=services.result(),
        networks=current.networks,
        given_credentials=lambda image: auth_for(image) is not None,
        routing_mesh=has_ipvs() if preflight.local_engine else None,
        secret_drivers=secret_drivers(plugins.result()) if plugins else None,
    )
    return examine(subject, cluster, preflight)


def impossible(engine: Engine, desired: Desired, current: Current) -> list[str]:
    """A sentence for each missing external object, and for each name that is already taken."""
    problems = external_problems(
        current.networks,
        current.configs,
        current.secrets,
        desired.external_networks,
        desired.external_configs,
        desired.external_secrets,
    )
    new = set(desired.services) - set(current.services)
    if new:
        problems += taken_names(new, engine.services({"name": sorted(new)}), current.stack)
    return problems


def refuse_impossible(engine: Engine, desired: Desired, current: Current) -> None:
    """Raise PlanError if an external object is missing, or a name is already taken."""
    problems = impossible(engine, desired, current)
    if problems:
        raise PlanError("; ".join(problems))


def refuse_remaking_in_use(engine: Engine, plan: Plan) -> None:
    """Raise PlanError if a service of another stack uses a network that is to be recreated."""
    remade = {step.object_id: step.short for step in plan.having(UPDATE, NETWORK) if step.recreate}
    problems = remaking_problems(remade, engine.services(), plan.stack) if remade else []
    if problems:
        raise PlanError("; ".join(problems))


def roll_out(
    engine: Engine,
    plan: Plan,
    current: Current,
    *,
    wait: bool,
    wait_timeout: float,
    auth_for: AuthFor,
    order: Order = NO_ORDER,
    backwards: bool = False,
    allow_empty: bool = True,
    report_progress: Callable[[str], None] = lambda _progress: None,
) -> RolloutResult:
    """Apply a plan; then wait until its services have converged, and remove objects that are no longer used.

    Args:
        order: what services wait for before they are deployed.
        backwards: undo a deploy: its new services are removed first, then services are restored in the opposite order,
            without waiting for each other.
        allow_empty: whether global services without eligible node count as converged.
        report_progress: called with one line about what is missing, at each poll.

    Raises:
        ApplyError: the engine refused a step.
        NotConvergedError: services have not converged; nothing has been removed.
        RemovalError: an unused object could not be removed in time.
    """
    deadline = time.monotonic() + wait_timeout
    steps = plan.having(CREATE, SERVICE) + plan.having(UPDATE, SERVICE)
    names = [step.name for step in plan.steps if step.kind == SERVICE and step.action != REMOVE]
    known = failed_task_ids(look(engine, plan.stack, names)) if steps and (wait or order.depends_on) else frozenset()
    if backwards:
        remove_steps(engine, plan.stack, plan.having(REMOVE, SERVICE), deadline)
    applied = apply_objects(engine, plan, current, deadline)
    result = RolloutResult(plan, warnings=applied.warnings)
    wait_until = partial(
        _converge,
        engine,
        plan.stack,
        known=known,
        deadline=deadline,
        wait_timeout=wait_timeout,
        auth_for=auth_for,
        report_progress=report_progress,
        allow_empty=allow_empty,
    )
    waves = order.waves([step.name for step in steps])
    for wave in reversed(waves) if backwards else waves:
        conditions = {} if backwards else order.conditions(wave)
        if conditions:
            left = {step.short for step in steps if step.name not in applied.submitted}
            wait_until(conditions, applied.submitted, started=starting(conditions), untouched=left)
        apply_services(engine, plan, [step for step in steps if step.name in wave], auth_for, applied)
    if wait and names:
        result.outcome = wait_until(names, applied.submitted)
    removals = plan.having(REMOVE)
    if applied.submitted and not wait:
        # Swarm may still roll services back to the objects they used before.
        removals = [step for step in removals if step.kind == SERVICE]
    if removals:
        remove_steps(engine, plan.stack, removals, deadline)
    return result


def _converge(
    engine: Engine,
    stack: str,
    names: Collection[str],
    submitted: Mapping[str, str],
    *,
    known: Collection[str],
    deadline: float,
    wait_timeout: float,
    auth_for: AuthFor,
    report_progress: Callable[[str], None],
    started: Collection[str] = (),
    untouched: Collection[str] = (),
    allow_empty: bool = True,
) -> Outcome:
    while True:
        outcome = wait_for(
            lambda: look(engine, stack, names),
            names,
            submitted=submitted,
            known_failures=known,
            timeout=max(0.0, deadline - time.monotonic()),
            started=started,
            tell=report_progress,
            allow_empty=allow_empty,
        )
        if outcome.converged:
            return outcome
        again = [] if outcome.timed_out else _rejected_by_stale_network(outcome)
        if not again:
            outcome.notes = health_notes(engine, outcome)
            raise NotConvergedError(stack, outcome, wait_timeout, untouched)
        known = failed_task_ids(outcome.view) | frozenset(known)
        for name in again:
            force_new_tasks(engine, outcome.view.services[name]["ID"], auth_for)


def _rejected_by_stale_network(outcome: Outcome) -> list[str]:
    """The failed services, if nodes rejected all of their tasks because of a stale network with the same name."""
    view = outcome.view
    failed = [name for name, verdict in outcome.unfinished().items() if verdict.state == FAILED]
    alike = all(
        name in view.services and rejected_by_stale_network(view.services[name], view.tasks[name]) for name in failed
    )
    return failed if alike else []


def plan_removal(engine: Engine, stack: str) -> Plan:
    """Read the stack and plan its removal. Changes nothing."""
    return decide_absent(read_current(engine, stack, {}, {}))


def remove_all(engine: Engine, plan: Plan, wait_timeout: float) -> None:
    """Remove the whole stack and wait until it is gone.

    Raises:
        RemovalError: some of it still exists after the time limit (seconds).
    """
    remove_steps(engine, plan.stack, plan.having(REMOVE), time.monotonic() + wait_timeout)
