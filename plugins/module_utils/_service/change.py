# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Change running services, and wait until they have converged."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.objects import version_of
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.retry import from_fresh_version
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._service.decide import (
    ROLLED_BACK,
    Change,
    Cluster,
    changed_spec,
    is_spread,
    places,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.canonical import names_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.images import image_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.wait import (
    Outcome,
    View,
    failed_task_ids,
    wait_for,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.current import unlisted_networks

Json = dict[str, Any]
AuthFor = Callable[[str], "str | None"]

_ROUNDS = 4


class ServiceNotConvergedError(UserError):
    """The service has not converged; `outcome` has the verdict and the errors of tasks."""

    def __init__(self, name: str, outcome: Outcome, timeout: float) -> None:
        self.outcome = outcome
        when = f" within {timeout:g} s" if outcome.timed_out else ""
        reasons = [verdict.reason for verdict in outcome.unfinished().values()]
        lines = [f"service {name} has not converged{when}: {'; '.join(reasons)}"]
        super().__init__("\n".join([*lines, *(f"task {failure}" for failure in outcome.failed_tasks)]))


def read_cluster(engine: Engine, with_tasks: bool, auth_for: AuthFor) -> Cluster:
    """All services, and the objects they refer to; their tasks only if `with_tasks`."""
    services = {item["Spec"]["Name"]: item for item in engine.services()}
    tasks: dict[str, list[Json]] = {}
    for task in engine.tasks({"desired-state": "running"}) if with_tasks else ():
        tasks.setdefault(task["ServiceID"], []).append(task)
    listed = engine.networks()
    networks = [*listed, *unlisted_networks(engine, services.values(), listed)]
    names = names_of(networks, engine.configs(), engine.secrets())
    with_login = frozenset(name for name, item in services.items() if auth_for(image_of(item["Spec"])) is not None)
    return Cluster(services, tasks, engine.nodes(), names, with_login)


def apply(engine: Engine, change: Change, auth_for: AuthFor) -> None:
    """Submit one change, keeping concurrent changes by other clients.

    Without credentials for its image, the service keeps the ones it has.
    """

    def attempt() -> None:
        service = engine.service(change.service_id)
        if change.wish == ROLLED_BACK:
            engine.service_update(change.service_id, version_of(service), service["Spec"], rollback=True)
            return
        spec = changed_spec(service, change)
        if spec is not None:
            engine.service_update(change.service_id, version_of(service), spec, auth_for(image_of(spec)))

    from_fresh_version(attempt)


def apply_and_wait(engine: Engine, change: Change, auth_for: AuthFor, timeout: float) -> Outcome:
    """Submit one change and wait until the service has converged.

    Raises:
        ServiceNotConvergedError: it has not.
    """
    known = failed_task_ids(read_view(engine, change))
    apply(engine, change, auth_for)
    # For a requested rollback, the update state "rollback" is not a failure.
    submitted: Collection[str] = () if change.wish == ROLLED_BACK else (change.name,)
    outcome = wait_for(
        lambda: read_view(engine, change),
        [change.name],
        submitted=submitted,
        known_failures=known,
        timeout=timeout,
    )
    if not outcome.converged:
        raise ServiceNotConvergedError(change.name, outcome, timeout)
    return outcome


def spread_and_wait(engine: Engine, change: Change, auth_for: AuthFor, timeout: float) -> tuple[Outcome, str | None]:
    """Reschedule a service's tasks until they are spread evenly. Also returns their places if they are still uneven.

    Once may not be enough: with `start-first` the scheduler still counts the task that is being replaced, so the last
    new task may leave its node empty (seen on real engines).
    """
    outcome, places_left = Outcome(), None
    for _round in range(_ROUNDS):
        outcome = apply_and_wait(engine, change, auth_for, timeout)
        after = read_cluster(engine, True, auth_for)
        service = after.services.get(change.name)
        if service is None or is_spread(service, after):
            return outcome, None
        places_left = places(service, after)
    return outcome, places_left


def read_view(engine: Engine, change: Change) -> View:
    """The current state of the service, its tasks and the nodes."""
    service = engine.service(change.service_id)
    filters = {"service": change.service_id}
    fresh = {task["ID"] for task in engine.tasks({**filters, "_up-to-date": "true"})}
    tasks = [{**task, "UpToDate": task["ID"] in fresh} for task in engine.tasks(filters)]
    return View({change.name: service}, {change.name: tasks}, {node["ID"]: node for node in engine.nodes()})
