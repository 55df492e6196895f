#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: service
short_description: Scale, rebalance, restart, roll back or refresh services of a swarm
version_added: 0.1.0
description:
  - Makes changes to running services that a compose file cannot describe, one service after another, and waits until
    each has converged.
  - Services are created and described with M(dockyard.swarm.stack). The next deploy of their stack sets the number of
    replicas in the file.
  - Must run on a manager.
author:
  - The dockyard.swarm authors (@dockyard-swarm)
extends_documentation_fragment:
  - dockyard.swarm.engine
  - dockyard.swarm.credentials
  - dockyard.swarm.engine.attributes
  - dockyard.swarm.engine.actiongroup
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - Services that have the requested replicas, or are spread evenly, are not changed.
      - O(state=restarted) and O(state=rolled_back) always change something; O(state=refreshed) does if there are
        credentials, because the engine does not return the ones it has.
options:
  names:
    description:
      - Full names of the services, such as V(shop_ui).
      - V(*) selects all services with replicas for O(state=spread), and all except jobs for O(state=refreshed).
    type: list
    elements: str
    required: true
    aliases: [name]
  state:
    description:
      - With V(present), the services have O(replicas) tasks.
      - With V(spread), replicas are spread over the nodes as evenly as the services' placement allows. Swarm does not
        move running replicas when a node joins. Uneven services are updated in place, by their own C(update_config), so
        that all their tasks are scheduled again. Services with one replica are always even.
      - With V(restarted), all tasks are replaced, by the services' own C(update_config).
      - With V(rolled_back), the services get the spec from before their last update, by their own C(rollback_config).
        Doing this twice restores the newer spec.
      - With V(refreshed), services whose registry has credentials get the current ones, for nodes that have to pull the
        image later. No task is replaced. Use it before credentials expire, such as those of a credential helper.
        Afterwards the services' last update cannot be rolled back.
    type: str
    choices: [present, spread, restarted, rolled_back, refreshed]
    default: present
  replicas:
    description:
      - Number of tasks of each service.
      - Required if O(state=present).
    type: int
  wait:
    description:
      - Whether to wait until each service has converged and stayed converged for its C(update_config.monitor) (5 s if
        not set), before the next one is changed.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds after which waiting for a service ends and the module fails, with each failing task's own error.
    type: int
    default: 300
  lock_timeout:
    description:
      - Seconds to wait for a running deploy of the service's stack. After that the module fails and says who runs the
        deploy; with V(0), at once. No deploy of the stack begins while its service is changed.
    type: int
    default: 300
    version_added: 0.1.0
seealso:
  - module: dockyard.swarm.stack
"""

EXAMPLES = r"""
- name: Scale the shop's front end to four replicas
  dockyard.swarm.service:
    names: [shop_ui]
    replicas: 4
  run_once: true

- name: Rebalance services over new nodes
  dockyard.swarm.service:
    names: ["*"]
    state: spread
  run_once: true

- name: Give nodes the current credentials of the credential helper
  dockyard.swarm.service:
    names: ["*"]
    state: refreshed
  run_once: true

- name: Roll back to the previous version
  dockyard.swarm.service:
    names: [shop_ui]
    state: rolled_back
  run_once: true
"""

RETURN = r"""
services:
  description: Each selected service, with the changes that were made, or would be in check mode.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The service's name.
      type: str
    changed:
      description: Whether it was changed.
      type: bool
    differences:
      description: The fields that change, each with C(key), C(before) and C(after).
      type: list
      elements: dict
    running:
      description: How many of its tasks run. Only if it was waited for.
      type: int
  sample:
    - name: shop_ui
      changed: true
      differences: [{key: deploy.replicas, before: 2, after: 4}]
      running: 4
failed_tasks:
  description: The tasks that failed or could not be placed, with the engine's messages.
  returned: when a service has not converged
  type: list
  elements: dict
  contains:
    service:
      description: Name of the service.
      type: str
    task:
      description: Id of the task.
      type: str
    slot:
      description: The task's number within the service, after a dot; empty for global services.
      type: str
    node:
      description: Hostname of the node; empty if it was not placed.
      type: str
    state:
      description: The task's state.
      type: str
    error:
      description: The engine's message.
      type: str
"""

from dataclasses import replace
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import connect, engine_argument_spec
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module
from ansible_collections.dockyard.swarm.plugins.module_utils._service.change import (
    AuthFor,
    ServiceNotConvergedError,
    apply,
    apply_and_wait,
    read_cluster,
    spread_and_wait,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._service.decide import (
    PRESENT,
    REFRESHED,
    RESTARTED,
    ROLLED_BACK,
    SPREAD,
    Change,
    Cluster,
    chosen,
    decide,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._service.locked import under_stack_lock
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.credentials import finder
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.hidden import hidden_in
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.record import history_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import NAMESPACE, labels_of, short_name
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.module_result import (
    difference_without_secrets,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.plan_text import change_text as shown
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.request import credentials_argument_spec
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.rollout import refusal
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.sensitive import NOT_FROM_VAULTS


def argument_spec() -> dict[str, Any]:
    return {
        **engine_argument_spec(),
        "names": {"type": "list", "elements": "str", "required": True, "aliases": ["name"]},
        **credentials_argument_spec(),
        "state": {
            "type": "str",
            "choices": [PRESENT, SPREAD, RESTARTED, ROLLED_BACK, REFRESHED],
            "default": PRESENT,
        },
        "replicas": {"type": "int"},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 300},
        "lock_timeout": {"type": "int", "default": 300},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    replicas, state = module.params["replicas"], module.params["state"]
    if replicas is not None and state != PRESENT:
        raise UserError(f"replicas can only be set with state {PRESENT}: remove it for state {state}")
    if replicas is not None and replicas < 0:
        raise UserError(f"replicas must be 0 or more, not {replicas}")
    engine = connect(module)
    try:
        return _run(module, engine)
    except ServiceNotConvergedError as error:
        failed = [vars(item) for item in error.outcome.failed_tasks]
        raise UserError(str(error), failed_tasks=failed) from error
    except EngineError as error:
        raise UserError(refusal(engine, error)) from error


def _run(module: AnsibleModule, engine: Engine) -> dict[str, Any]:
    wish = module.params["state"]
    auth_for = finder(module.params["registries"], module.params["host_credentials"])
    cluster = read_cluster(engine, wish == SPREAD, auth_for)
    changes = [
        decide(name, wish, module.params["replicas"], cluster)
        for name in chosen(module.params["names"], wish, cluster.services)
    ]
    shown_changes = [_without_secrets(engine, change, cluster) for change in changes]
    services = [_told(change) for change in shown_changes]
    for change, told in zip(changes, services):
        if change.differences and not module.check_mode:
            stack = _stack_of(change, cluster)
            with under_stack_lock(engine, stack, change, module.params["lock_timeout"]) as changing:
                told.update(_apply(module, changing, change, auth_for))
    changed = any(told["changed"] for told in services)
    return {"changed": changed, "services": services, "diff": _diff(shown_changes) if changed else []}


def _without_secrets(engine: Engine, change: Change, cluster: Cluster) -> Change:
    """The change without secret values, including those that are known from the stack's history."""
    if not change.differences:
        return change
    stack = _stack_of(change, cluster)
    sensitive = hidden_in(history_of(engine, stack), stack) if stack else NOT_FROM_VAULTS
    name = short_name(change.name, stack)
    return replace(
        change,
        differences=tuple(difference_without_secrets(name, item, sensitive) for item in change.differences),
    )


def _stack_of(change: Change, cluster: Cluster) -> str:
    return labels_of(cluster.services[change.name]["Spec"]).get(NAMESPACE, "")


def _apply(module: AnsibleModule, engine: Engine, change: Change, auth_for: AuthFor) -> dict[str, Any]:
    if not module.params["wait"]:
        apply(engine, change, auth_for)
        return {}
    if change.wish == SPREAD:
        outcome, uneven = spread_and_wait(engine, change, auth_for, module.params["wait_timeout"])
        if uneven:
            module.warn(
                f"service {change.name} is still uneven: {uneven}; "
                "its reservations, ports or volumes may exclude some nodes"
            )
    else:
        outcome = apply_and_wait(engine, change, auth_for, module.params["wait_timeout"])
    return {"running": outcome.verdicts[change.name].running}


def _told(change: Change) -> dict[str, Any]:
    return {
        "name": change.name,
        "changed": bool(change.differences),
        "differences": [vars(difference) for difference in change.differences],
    }


def _diff(changes: list[Change]) -> list[dict[str, str]]:
    lines = []
    for change in changes:
        if change.differences:
            lines.append(f"~ service {change.name}")
            lines += [f"    {difference.key}  {shown(difference)}" for difference in change.differences]
    return [{"prepared": "\n".join(lines) + "\n"}]


def main() -> None:
    run_module(act, argument_spec(), required_if=[("state", PRESENT, ["replicas"])])


if __name__ == "__main__":
    main()
