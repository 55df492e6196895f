# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decide on the controller whether a stack is unchanged, from recorded answers of the engine.

Sending a module to a host and starting it takes several times as long as reading the state of an unchanged stack. So
the controller first records the engine's answers in one round trip, and decides with the module's own code. If there is
anything to change, to wait for, to request or to report, it returns nothing, and the module runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.recorded import (
    NotRecordedError,
    addresses_asked_by,
    probe_command,
    recorded_engine,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.unix_socket import SCHEME, socket_path
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.images import NEVER, tagged
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.wait import Outcome, look, wait_for
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.deploy_request import request_from_project
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import NAMESPACE
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.operations import DeployRequest, plan_request
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.order import OrderError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import SERVICE, Plan, PlanError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.module_result import (
    plan_result,
    services_result,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.request import LoadedProject
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import ConvertError

Json = dict[str, Any]


def can_be_probed(options: Mapping[str, Any], environment: Iterable[Any]) -> bool:
    """Whether a command on the host can reach the same engine as the module.

    Args:
        environment: the environment that the task sets for its module.
        environment: what the task sets in the environment of its module.
    """
    return str(options["docker_host"]).startswith(SCHEME) and not any(environment)


def can_be_decided(options: Mapping[str, Any], environment: Iterable[Any], project: LoadedProject) -> bool:
    """Whether recorded answers are enough: the engine can be probed, and no secret must be sent to it."""
    # This combination is refused by the module itself.
    contradiction = options["only"] and options["prune"]
    secret = options["registries"] or project.secret_data
    return can_be_probed(options, environment) and not secret and not contradiction


def stack_probe(python: str, options: Mapping[str, Any], own_address: bool, project: LoadedProject) -> str:
    """The command that records the answers `result_if_unchanged` needs.

    Args:
        python: the interpreter on the host.
        options: the validated options of the module, with the stack's name.
        own_address: the task sets docker_host itself, so the host's DOCKER_HOST is ignored.
        project: the project to deploy.
    """
    label = f"{NAMESPACE}={options['name']}"

    def read(engine: Engine) -> None:
        engine.services({"label": label})
        engine.tasks({"label": label})
        engine.tasks({"label": label, "_up-to-date": "true"})
        engine.nodes()
        engine.networks()
        engine.configs()
        engine.secrets()
        if options["resolve_image"] != NEVER:
            for service in (project.config.get("services") or {}).values():
                engine.distribution(tagged(str(service["image"])))

    return probe_of(python, options, own_address, addresses_asked_by(read))


def probe_of(python: str, options: Mapping[str, Any], own_address: bool, addresses: Iterable[str]) -> str:
    """The command that records answers of the engine in the options; see `stack_probe`."""
    socket = socket_path(str(options["docker_host"]))
    return probe_command(python, socket, options["engine_timeout"], own_address, addresses)


def result_if_unchanged(text: str, options: Mapping[str, Any], project: LoadedProject, check_mode: bool) -> Json | None:
    """The module's result if there is nothing to do; None if the module must run.

    Args:
        text: the output of the command of `stack_probe`.
        options: the validated options of the module, with the stack's name.
        project: the project to deploy.
        check_mode: return only the plan.
    """
    try:
        engine = recorded_engine(text)
        request = request_from_project(options, project, engine.api_version, lambda _reference: None)
        plan, current = plan_request(engine, request)
        if plan.changed or plan.warnings or request.desired.warnings or current.lock is not None:
            return None
        if check_mode:
            return plan_result(plan, request.sensitive)
        outcome = _outcome_now(engine, request, plan) if request.wait else Outcome()
    except (ValueError, KeyError, NotRecordedError, ConvertError, OrderError, PlanError):
        return None
    return {**plan_result(plan, request.sensitive), **services_result(outcome)} if outcome.converged else None


def _outcome_now(engine: Engine, request: DeployRequest, plan: Plan) -> Outcome:
    names = [step.name for step in plan.steps if step.kind == SERVICE]
    view = look(engine, request.stack, names)
    allow_empty = request.preflight.allow_empty
    return wait_for(lambda: view, names, submitted=(), known_failures=(), timeout=0, allow_empty=allow_empty)
