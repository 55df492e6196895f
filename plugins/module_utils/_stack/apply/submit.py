# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Apply a plan: one engine call for each step, in the plan's order."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.objects import version_of, with_id
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.retry import (
    from_fresh_version,
    retried,
    when_there_is_a_leader,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.remove import remove_steps, wait_for_leftovers
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.canonical import Names
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.current import Current, unlisted_networks
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import (
    CONFIG,
    CREATE,
    NETWORK,
    REMOVE,
    SECRET,
    SERVICE,
    UNCHANGED,
    UPDATE,
    Plan,
    Step,
    replan_service,
)

Json = dict[str, Any]
AuthFor = Callable[[str], "str | None"]

_AT_ONCE = 8
_GONE = re.compile(r"network \S+ not found")


class ApplyError(UserError):
    """The engine refused a step; `done` are the steps that were applied before."""

    def __init__(self, step: Step, reason: str, done: list[Step]) -> None:
        super().__init__(f"{step.action} of {step.kind} {step.short}: {reason}")
        self.step = step
        self.done = done
        self.network_is_gone = step.kind == SERVICE and _GONE.search(reason) is not None


@dataclass
class Applied:
    """The result of the steps applied so far.

    Attributes:
        ids: the ids of the cluster's configs and secrets, by kind and name.
        submitted: ids of the services that were submitted, by full name.
        warnings: warnings of the engine.
        done: the steps that were applied.
    """

    ids: dict[str, dict[str, str]]
    submitted: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    done: list[Step] = field(default_factory=list)


def apply_objects(engine: Engine, plan: Plan, current: Current, deadline: float) -> Applied:
    """Create and update networks, secrets and configs; before a network is recreated, its services are removed.

    Args:
        current: the cluster before the first step.
        deadline: value of `time.monotonic()` until which the tasks of removed services may take to end.

    Raises:
        ApplyError: the first step that fails.
    """
    names = current.names
    applied = Applied(
        {
            CONFIG: {name: item_id for item_id, name in names.configs.items()},
            SECRET: {name: item_id for item_id, name in names.secrets.items()},
        }
    )
    _remove_recreated(engine, plan, deadline)
    if plan.having(CREATE, NETWORK):
        wait_for_leftovers(engine, plan.stack, {item["ID"] for item in current.services.values()}, deadline)
    for kind in (NETWORK, SECRET, CONFIG):
        for step in plan.having(CREATE, kind) + plan.having(UPDATE, kind):
            try:
                when_there_is_a_leader(partial(_apply_object, engine, step, applied.ids))
            except EngineError as error:
                raise ApplyError(step, error.message, applied.done) from error
            applied.done.append(step)
    return applied


def _remove_recreated(engine: Engine, plan: Plan, deadline: float) -> None:
    """Remove objects that are recreated: networks last, after all services of the stack that may use them."""
    networks = [step for step in plan.having(UPDATE, NETWORK) if step.recreate]
    services = [step for step in plan.having(UPDATE, SERVICE) if step.recreate]
    bystanders = plan.having(REMOVE, SERVICE) if networks else []
    if networks or services:
        remove_steps(engine, plan.stack, [*services, *bystanders, *networks], deadline)


def _apply_object(engine: Engine, step: Step, ids: Mapping[str, dict[str, str]]) -> None:
    body = step.body or {}
    if step.kind == NETWORK:
        retried(lambda: engine.network_create(body), lambda error: error.conflict)
    elif step.action == CREATE:
        create = engine.config_create if step.kind == CONFIG else engine.secret_create
        ids[step.kind][step.name] = create(body)
    else:
        _update_labels(engine, step, body)


def _update_labels(engine: Engine, step: Step, body: Json) -> None:
    """Only the labels of a config or secret can be updated; the data need not be sent."""
    read, update = (
        (engine.configs, engine.config_update) if step.kind == CONFIG else (engine.secrets, engine.secret_update)
    )

    def attempt() -> None:
        found = with_id(read({"id": step.object_id}), str(step.object_id))
        if found is None:
            raise EngineError(f"{step.kind} {step.name} was removed meanwhile", 404)
        spec = {**found["Spec"], "Labels": body["Labels"]}
        update(found["ID"], version_of(found), spec)

    from_fresh_version(attempt)


def apply_services(engine: Engine, plan: Plan, steps: list[Step], auth_for: AuthFor, applied: Applied) -> None:
    """Create and update services in parallel.

    Args:
        steps: those of the plan that are applied now.
        auth_for: returns the X-Registry-Auth value for an image reference, or None.
        applied: records the results.

    Raises:
        ApplyError: a step failed. Steps that have begun are completed.
    """
    if not steps:
        return

    def attempt(step: Step) -> EngineError | None:
        try:
            service_id, warnings = when_there_is_a_leader(
                partial(_apply_service, engine, step, plan.stack, applied.ids, auth_for)
            )
        except EngineError as error:
            return error
        applied.submitted[step.name] = service_id
        applied.warnings.extend(f"service {step.short}: {warning}" for warning in warnings)
        applied.done.append(step)
        return None

    with ThreadPoolExecutor(max_workers=min(_AT_ONCE, len(steps))) as pool:
        outcomes = list(pool.map(attempt, steps))
    for step, error in zip(steps, outcomes):
        if error is not None:
            raise ApplyError(step, error.message, applied.done) from error


def _apply_service(
    engine: Engine, step: Step, stack: str, ids: Mapping[str, Mapping[str, str]], auth_for: AuthFor
) -> tuple[str, list[str]]:
    spec = with_ids(step.body or {}, ids)
    auth = auth_for(spec["TaskTemplate"]["ContainerSpec"]["Image"])
    if step.action == CREATE or step.recreate:
        answer = engine.service_create(spec, auth)
        return answer["ID"], answer.get("Warnings") or []
    service_id = str(step.object_id)
    update = partial(_update_service, engine, step, service_id, spec, stack, auth)
    return service_id, from_fresh_version(update).get("Warnings") or []


def _update_service(engine: Engine, step: Step, service_id: str, spec: Json, stack: str, auth: str | None) -> Json:
    """Update the version that was just read; nothing is sent if another client has already made the same change."""
    running = engine.service(service_id)
    body = copy.deepcopy(spec)
    forced = running["Spec"]["TaskTemplate"].get("ForceUpdate")
    if forced:
        body["TaskTemplate"]["ForceUpdate"] = forced
    names = _names_in(engine, running)
    if not step.again and replan_service(step.name, body, running, names, stack).action == UNCHANGED:
        return {}
    return engine.service_update(service_id, version_of(running), body, auth) or {}


def force_new_tasks(engine: Engine, service_id: str, auth_for: AuthFor) -> None:
    """Restart the tasks of a service without changing its spec otherwise (ForceUpdate)."""

    def attempt() -> None:
        service = engine.service(service_id)
        spec = copy.deepcopy(service["Spec"])
        task = spec["TaskTemplate"]
        task["ForceUpdate"] = (task.get("ForceUpdate") or 0) + 1
        auth = auth_for(task["ContainerSpec"]["Image"])
        engine.service_update(service_id, version_of(service), spec, auth)

    from_fresh_version(attempt)


def _names_in(engine: Engine, running: Json) -> Names:
    """Names for the ids in one service spec. Configs and secrets include their names."""
    listed = engine.networks()
    found = [*listed, *unlisted_networks(engine, [running], listed)]
    return Names(networks={item["Id"]: item["Name"] for item in found})


def with_ids(spec: Json, ids: Mapping[str, Mapping[str, str]]) -> Json:
    """Fill in the ids of configs and secrets that a spec refers to by name.

    Raises:
        EngineError: there is no object with that name.
    """
    result = copy.deepcopy(spec)
    container = result["TaskTemplate"]["ContainerSpec"]
    for kind, key in ((CONFIG, "Config"), (SECRET, "Secret")):
        for item in container.get(f"{key}s") or []:
            name = item[f"{key}Name"]
            if name not in ids[kind]:
                raise EngineError(f"{kind} {name} does not exist", 404)
            item[f"{key}ID"] = ids[kind][name]
    credential = ((container.get("Privileges") or {}).get("CredentialSpec")) or {}
    if credential.get("Config"):
        credential["Config"] = ids[CONFIG].get(credential["Config"], credential["Config"])
    return result
