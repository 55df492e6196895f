# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check and plan a stack before a swarm exists: its files are checked, and everything is planned as new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare import images
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.deploy_request import request_from_project
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.operations import DeployRequest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.current import Current
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.order import OrderError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import PlanError, decide
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.examine import (
    Findings,
    examine,
    subject_of,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.module_result import plan_result
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.request import LoadedProject
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import NEWEST_API, ConvertError

Json = dict[str, Any]


class NewStackError(Exception):
    """The project cannot run in any swarm; one sentence for each fault."""


def check_files(options: Mapping[str, Any], project: LoadedProject) -> Findings:
    """Faults of a project that do not depend on the swarm.

    Args:
        options: the validated options of the module `stack`, with the stack's name.

    Raises:
        NewStackError: it cannot even be converted.
    """
    return _examined(_request(options, project))


def plan_new_stack(options: Mapping[str, Any], project: LoadedProject) -> Json:
    """The module's result in check mode without a swarm: everything will be created.

    Raises:
        NewStackError: the files alone show that it cannot run.
    """
    request = _request(options, project)
    found = _examined(request)
    if found.errors:
        raise NewStackError("\n".join(found.errors))
    desired = request.desired
    current = Current(request.stack)
    services = images.pin_services(desired.services, current.specs, {}, images.NEVER)
    try:
        plan = decide(desired.networks, desired.configs, desired.secrets, services, current, prune=False)
    except PlanError as error:
        raise NewStackError(str(error)) from error
    return {**plan_result(plan, request.sensitive), "warnings": found.warnings}


def _request(options: Mapping[str, Any], project: LoadedProject) -> DeployRequest:
    try:
        return request_from_project(options, project, NEWEST_API, lambda _reference: None)
    except (ConvertError, OrderError, PlanError, UserError) as error:
        raise NewStackError(str(error)) from error


def _examined(request: DeployRequest) -> Findings:
    desired = request.desired
    subject = subject_of(
        request.stack,
        request.preflight,
        desired=desired,
        api_version=NEWEST_API,
        changing=frozenset(desired.services),
        existing_networks=frozenset(),
    )
    return examine(subject, None, request.preflight)
