# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Convert the options of the module `stack` to a DeployRequest. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.operations import AuthFor, DeployRequest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.order import NO_ORDER, Order, order_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.subset import part_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.binds import on_nodes
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.settings import Preflight, levels_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.request import LoadedProject
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import NEWEST_API, Desired, convert


def request_from_project(
    params: Mapping[str, Any], project: LoadedProject, api_version: str, auth_for: AuthFor
) -> DeployRequest:
    """The deploy of a project.

    Args:
        params: the module's options.
        api_version: the engine's, such as `1.45`.

    Raises:
        ConvertError, OrderError, PlanError, UserError: the options or the project are invalid.
    """
    desired = desired_by(params, project, api_version)
    order = order_of(params["name"], project.depends_on, desired.services)
    if params["only"]:
        desired = part_of(desired, params["name"], params["only"])
    return replace(
        request_from_options(params, auth_for, desired, order),
        preflight=preflight_by(params, project),
        sensitive=project.sensitive,
    )


def desired_by(params: Mapping[str, Any], project: LoadedProject, api_version: str = NEWEST_API) -> Desired:
    """The specs that a project declares; arguments: see `request_from_project`.

    Raises:
        ConvertError: no engine of this version can run it.
    """
    config = project.config
    if params["bind_base"]:
        config = on_nodes(config, project.directory, params["bind_base"], project.relative_sources)
    return convert(
        config,
        params["name"],
        api_version,
        project.config_data,
        project.secret_data,
        newer_fields=params["newer_fields"],
    )


def preflight_by(params: Mapping[str, Any], project: LoadedProject) -> Preflight:
    """The settings for the checks of a project.

    Raises:
        UserError: the option `preflight` is invalid.
    """
    level, levels = levels_of(params["preflight"])
    return Preflight(
        level=level,
        levels=levels,
        allow_empty=params["allow_empty"],
        recreate_services=params["recreate_services"],
        bind_base=params["bind_base"],
        waits=params["wait"],
        resolve_image=params["resolve_image"],
        relative_sources=project.relative_sources,
        places=project.places,
        local_engine=str(params.get("docker_host") or "").startswith("unix://"),
    )


def request_from_options(
    params: Mapping[str, Any], auth_for: AuthFor, desired: Desired | None = None, order: Order = NO_ORDER
) -> DeployRequest:
    """A DeployRequest from the module's options, for any state of the stack."""
    return DeployRequest(
        stack=params["name"],
        desired=desired or Desired(),
        order=order,
        origin=params["origin"],
        auth_for=auth_for,
        prune=params["prune"],
        resolve_image=params["resolve_image"],
        recreate_networks=params["recreate_networks"],
        wait=params["wait"],
        wait_timeout=params["wait_timeout"],
        lock_timeout=params["lock_timeout"],
        on_failure=params["on_failure"],
        keep_deployments=params["keep_deployments"],
    )
