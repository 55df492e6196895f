#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: stack
short_description: Deploy a compose project as a stack, roll it back, or remove it
version_added: 0.1.0
description:
  - Reads compose files on the controller, compares them with the swarm, changes what differs and waits until every
    service has converged.
  - Sends the same specs as C(docker stack deploy), so stacks can be taken over from it, and managed with it again.
  - A service, config, secret or network that is as declared is not changed. A config or secret with new content is
    created under a derived name, services are updated to use it, and the old one is removed after they have converged.
  - Compose files, and files of configs, secrets and variables, may be encrypted with Ansible Vault. They are
    decrypted in the controller's memory.
  - A job that has failed finally runs again with the next deploy, even if it has not changed. A completed job does not.
  - Uses the Engine API of a manager. Neither the Docker CLI nor Compose is needed.
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
    details:
      - The plan that is shown is the one that would be applied. Digests of images are looked up in check mode too.
  diff_mode:
    support: full
    details:
      - The diff is the plan, field by field in terms of the compose file. Contents of secrets are never part of it, and
        secret values of variables, labels and options are masked. C(docs/stack.md) describes the rule.
  idempotent:
    support: full
options:
  name:
    description:
      - The stack's name, which is the prefix of the names of all its objects.
      - Not needed if the O(files) have a top-level C(name). This option takes precedence.
    type: str
  state:
    description:
      - With V(present), the stack is as declared in O(files).
      - With V(absent), everything with the stack's label is removed, and the module waits until it is gone.
        Volumes are kept.
      - With V(rolled_back), the previous deployment of the stack is restored, or the one in O(deployment). Its
        services, networks and configs get their former state, and newer ones are removed. Secrets that were rotated
        since keep their current content, and jobs are not run again.
      - Each further V(rolled_back) restores one deployment earlier, so it always changes something. With O(deployment)
        it is idempotent.
    type: str
    choices: [present, absent, rolled_back]
    default: present
  files:
    description:
      - Compose files on the controller, merged in this order. Relative paths are searched in the role or beside the
        playbook.
      - Required if O(state=present).
    type: list
    elements: path
  environment:
    description:
      - Variables for the files' C(${...}). They take precedence over O(env_files). The controller's own environment is
        not used.
    type: dict
    default: {}
  env_files:
    description:
      - Files on the controller with variables for the files' C(${...}), in the format of Compose - C(NAME=value) lines,
        quotes, comments, references to other variables. Later files take precedence. They may be encrypted with Ansible
        Vault.
      - If there are none, C(.env) beside the first of O(files) is read, except with O(dialect=stack).
    type: list
    elements: path
    default: []
  config_content:
    description:
      - Content of configs, by their keys in the files, instead of their C(file) or C(content).
    type: dict
    default: {}
  secret_content:
    description:
      - Content of secrets, by their keys in the files, instead of their C(file) or C(environment). Keep it in a vault.
        It is masked in logs and results.
    type: dict
    default: {}
  dialect:
    description:
      - How the O(files) are interpreted.
      - V(stack) reads them as C(docker stack deploy) does, and refuses what that refuses.
      - V(compose) is the current Compose Specification - top-level C(name), C(profiles), C(extends), C(include),
        C(depends_on) with conditions, C(content) of configs, C(!reset), nested variables and the like.
      - V(auto) is V(stack) for files that C(docker stack deploy) accepts, so that they keep their meaning, and
        V(compose) for all others. What docker compose would read as something else in such a file is warned about.
    type: str
    choices: [auto, stack, compose]
    default: auto
  profiles:
    description:
      - Active profiles. Services without profiles are always part of the stack. V(*) activates all.
      - Only for files that are read with the dialect V(compose).
    type: list
    elements: str
    default: []
  unsupported:
    description:
      - What to do with keys that swarm does not support, such as C(privileged) or C(build). The message says what to
        use instead.
    type: str
    choices: [error, warn, ignore]
    default: warn
  newer_fields:
    description:
      - What to do with settings that are too new for the manager's engine, which would silently ignore them.
      - With V(warn) they are removed, except those without which the service would behave differently.
    type: str
    choices: [error, warn]
    default: error
  plan_file:
    description:
      - A file on the controller to write the plan to, in check mode too - as Markdown if its name ends with C(.md), for
        example for a comment on a merge request, or as JSON if it ends with C(.json). A relative path is resolved
        against the working directory, and it must not be in an installed collection. Only its owner can read it.
    type: path
  defer_changes:
    description:
      - Stop before the first change if anything would be changed, and return RV(deferred).
      - For playbooks that take a lock only if something changes, and then run the task again. An unchanged stack is
        waited for as usual.
      - Has no effect in check mode. With O(state=rolled_back), everything is deferred.
    type: bool
    default: false
  without_swarm:
    description:
      - Plan the stack as if the swarm were empty, without connecting to an engine. For check mode when there is no
        swarm yet; all files are read and checked.
    type: bool
    default: false
  only:
    description:
      - Deploy only these services, by their names in the files, with the networks, configs and secrets that they use.
        All other services are not changed.
      - Services that they depend on must be included or already running.
      - Cannot be combined with O(prune).
    type: list
    elements: str
    default: []
  recreate_networks:
    description:
      - Whether networks of the stack that differ from the files are removed and created again, because networks cannot
        be changed. The stack's services on them are removed before and created afterwards, so they are not available
        meanwhile.
      - If V(false), a warning shows the differences.
    type: bool
    default: false
  recreate_services:
    description:
      - Whether services whose C(deploy.mode) differs from the files are removed and created again, because the mode of
        a service cannot be changed. They are not available meanwhile.
      - If V(false), the deploy is refused before anything is changed.
    type: bool
    default: false
  preflight:
    description:
      - How to treat faults that would make the deploy fail. All of them are reported at once, with file, service and
        key, before anything is changed.
      - With V(error) the deploy is refused, with V(warn) they are warnings, with V(skip) they are not checked.
      - A mapping sets the level of single checks, and C(all) the level of all others - C(addresses) (room in subnets),
        C(binds) (relative paths), C(changes) (what the swarm refuses to change), C(contents) (of configs and secrets),
        C(drivers) (plugins no node has), C(images) (references, platforms, credentials), C(mounts), C(names),
        C(networks) (drivers, subnets), C(placement) (constraints, nodes for all tasks), C(ports), C(resources)
        (limits, reservations), C(routing) (kernels without IPVS), C(templates) (placeholders).
      - A fault that may resolve itself, such as a service whose only nodes are drained, is always a warning. A missing
        object that the files refer to, such as an external network, is always an error.
    type: raw
    default: error
  allow_empty:
    description:
      - Whether a global service counts as deployed if no node is eligible for it. If V(false), the deploy is refused.
    type: bool
    default: false
  bind_base:
    description:
      - Path of the project's folder on the nodes. Relative sources of bind mounts are resolved against it.
      - Without it they are refused, because nodes do not have the controller's folder.
    type: str
  prune:
    description:
      - Whether to remove services, networks, configs and secrets of the stack that are no longer in the files, after
        the services have converged.
    type: bool
    default: false
  resolve_image:
    description:
      - When to look up the digest of an image in its registry, to which its tag is then pinned for all nodes.
      - V(always) looks it up at each deploy, V(changed) only for services whose image in the files differs from the
        last deploy, V(never) not at all.
      - If the registry does not return a digest, the deploy fails before anything is changed. Use V(never) for images
        that are in no registry.
    type: str
    choices: [always, changed, never]
    default: always
  wait:
    description:
      - Whether to wait until all services of the stack (including unchanged ones) have converged and stayed converged
        for their C(update_config.monitor) (5 s if not set).
      - Without it, replaced configs and secrets are kept until the next deploy that waits.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds after which waiting ends and the module fails, with each failing task's own error.
    type: int
    default: 300
  lock_timeout:
    description:
      - Seconds to wait for another deploy of the same stack. After that the module fails and says who runs it; with
        V(0), at once. Nothing is changed then.
      - The lock of a killed run is removed when it was not renewed for 30 seconds, so a shorter timeout cannot take it
        over. If that run was only suspended, it changes nothing when it continues, and fails with what it had done
        before and who holds the lock.
    type: int
    default: 300
  on_failure:
    description:
      - What to do when the deploy fails after something was changed.
      - With V(fail), everything is kept as it is, for inspection.
      - With V(rollback), the previous specs are submitted again, with the configs and secrets that they used, objects
        created by the deploy are removed, and the module waits until the stack has converged. It still fails, with the
        reason and what was rolled back. Jobs are not run again. Needs O(wait=true).
    type: str
    choices: [fail, rollback]
    default: fail
  keep_deployments:
    description:
      - How many deployments are kept for O(state=rolled_back) - who deployed when and from where, digests of the
        compose files, and the specs, with contents of configs but without those of secrets.
      - They are stored in configs of the swarm with the stack's label, and are removed with the stack. A run that
        changes nothing stores nothing, nor does one that the engine refused before any service was changed. V(0) keeps
        none.
      - Of failed deployments only the last one is kept, in addition, until a deployment succeeds.
      - Secret values are stored as digests only. A rollback uses the values in the existing objects.
    type: int
    default: 5
  deployment:
    description:
      - The number of the deployment to restore with O(state=rolled_back). M(dockyard.swarm.stack_info) lists them.
    type: int
  project:
    description:
      - The loaded files, set by the module's action plugin. Not for use in playbooks.
    type: str
  origin:
    description:
      - Who runs the deploy, on which controller, from which files, set by the module's action plugin. Not for use in
        playbooks.
    type: dict
    default: {}
seealso:
  - module: dockyard.swarm.stack_info
  - name: docker stack deploy
    description: The command whose specs the module sends.
    link: https://docs.docker.com/reference/cli/docker/stack/deploy/
"""

EXAMPLES = r"""
- name: Deploy the shop
  dockyard.swarm.stack:
    name: shop
    files:
      - stacks/shop/compose.yml
      - stacks/shop/compose.prod.yml
    environment:
      TAG: "1.5"
  run_once: true

- name: Show what a deploy would change, and change nothing
  dockyard.swarm.stack:
    name: shop
    files: [stacks/shop/compose.yml]
  check_mode: true
  diff: true
  register: preview

- name: Write the plan to a file for review
  dockyard.swarm.stack:
    name: shop
    files: [stacks/shop/compose.yml]
    plan_file: /tmp/shop-plan.md
  check_mode: true

- name: Deploy, and restore the previous deployment if it fails
  dockyard.swarm.stack:
    name: shop
    files: [stacks/shop/compose.yml]
    on_failure: rollback

- name: Deploy only one service of the stack
  dockyard.swarm.stack:
    name: shop
    files: [stacks/shop/compose.yml]
    only: [ui]

- name: Restore the previous deployment
  dockyard.swarm.stack:
    name: shop
    state: rolled_back

- name: Remove it, and wait until it is gone
  dockyard.swarm.stack:
    name: shop
    state: absent
"""

RETURN = r"""
deferred:
  description: Something would be changed, and was not because of O(defer_changes). No other value is returned.
  returned: with O(defer_changes), if something is to be changed
  type: bool
plan:
  description: What was done, or would be in check mode.
  returned: success
  type: dict
  contains:
    stack:
      description: The stack's name.
      type: str
    summary:
      description: The plan in one line.
      type: str
      sample: "stack shop: 1 to create, 2 to update, 1 to remove, 14 unchanged"
    steps:
      description: One entry for each object that changes, in order.
      type: list
      elements: dict
      contains:
        kind:
          description: V(network), V(secret), V(config) or V(service).
          type: str
        name:
          description: The object's name.
          type: str
        short:
          description: Its key in the compose file.
          type: str
        action:
          description:
            - V(create), V(update) or V(remove).
            - A network or service that is removed and created again is an update, with a difference that ends in
              V(recreated).
          type: str
        before:
          description: The object in compose terms before the change; null if there was none.
          type: dict
        after:
          description: The object in compose terms after the change; null if it is removed.
          type: dict
        differences:
          description: The fields that change, each with C(key), C(before) and C(after).
          type: list
          elements: dict
    unchanged:
      description: The objects that are not changed.
      type: list
      elements: str
services:
  description: For each service that was waited for, by its name, how many tasks run (or have completed) of how many.
  returned: when O(wait), unless O(state=absent), outside check mode
  type: dict
  sample:
    shop_ui: {running: 4, desired: 4}
rolled_back:
  description: Whether the state from before the deploy was restored.
  returned: when the deploy failed and O(on_failure=rollback)
  type: bool
deployment:
  description: The number of the deployment that was restored.
  returned: when O(state=rolled_back)
  type: int
failed_tasks:
  description: The tasks that failed or could not be placed, with the engine's messages.
  returned: when services have not converged
  type: list
  elements: dict
  contains:
    service:
      description: Name of the service.
      type: str
    task:
      description: Id of the task.
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

from collections.abc import Iterable
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import connect, engine_argument_spec
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.credentials import finder
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.deploy_request import (
    request_from_options,
    request_from_project,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.hidden import hidden_in
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.record import history_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.rollback import plan_rollback
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.operations import (
    AuthFor,
    FailedDeployError,
    deploy_stack,
    plan_request,
    remove_stack,
    roll_back_stack,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.module_result import (
    plan_result,
    services_result,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.request import stack_argument_spec, unpack_project
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.rollout import (
    NotConvergedError,
    RolloutResult,
    plan_removal,
    refusal,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.sensitive import NOT_FROM_VAULTS, Sensitive

DEFERRED = {"changed": False, "deferred": True}


def argument_spec() -> dict[str, Any]:
    return {**engine_argument_spec(), **stack_argument_spec()}


def main() -> None:
    run_module(
        act,
        argument_spec(),
        required_if=[
            ("state", "present", ["name", "project"]),
            ("state", "absent", ["name"]),
            ("state", "rolled_back", ["name"]),
        ],
    )


def act(module: AnsibleModule) -> dict[str, Any]:
    _refuse_contradictions(module.params)
    engine = connect(module)
    states = {"present": _present, "absent": _absent, "rolled_back": _rolled_back}
    sensitive = _from_vaults(module)
    # Masks secrets in any other output of this run, such as the traceback of a bug.
    module.no_log_values.update(sensitive.findable())
    try:
        return states[module.params["state"]](module, engine)
    except FailedDeployError as error:
        failed = _failed_tasks(error.cause, sensitive)
        message = sensitive.in_message(_message(module, engine, error))
        raise UserError(message, rolled_back=error.rolled_back, **failed) from error
    except UserError as error:
        message = sensitive.in_message(_message(module, engine, error))
        raise UserError(message, **error.result, **_failed_tasks(error, sensitive)) from error


def _from_vaults(module: AnsibleModule) -> Sensitive:
    return unpack_project(module.params["project"]).sensitive if module.params["project"] else NOT_FROM_VAULTS


def _refuse_contradictions(params: dict[str, Any]) -> None:
    if params["only"] and params["prune"]:
        raise UserError("only and prune cannot be combined: a partial deploy removes nothing")
    if params["on_failure"] == "rollback" and not params["wait"]:
        raise UserError("on_failure=rollback needs wait=true: without waiting, a failed deploy is not detected")
    if params["keep_deployments"] < 0:
        raise UserError("keep_deployments must be 0 or more")


def _message(module: AnsibleModule, engine: Engine, error: Exception) -> str:
    text = refusal(engine, error) if isinstance(error, EngineError) else str(error)
    begin = f"stack {module.params['name']}"
    return text if text.startswith(begin) else f"{begin}: {text}"


def _failed_tasks(error: Exception, sensitive: Sensitive) -> dict[str, Any]:
    if not isinstance(error, NotConvergedError):
        return {}
    failed = error.outcome.failed_tasks
    return {"failed_tasks": [{**vars(item), "error": sensitive.in_message(item.error)} for item in failed]}


def _present(module: AnsibleModule, engine: Engine) -> dict[str, Any]:
    project = unpack_project(module.params["project"])
    job = request_from_project(module.params, project, engine.api_version, _auth_for(module))
    plan, current = plan_request(engine, job)
    if _defers(module) and (plan.changed or current.lock is not None):
        return DEFERRED
    sensitive = job.sensitive.and_also(hidden_in(current.history, job.stack))
    _warn(module, [*job.desired.warnings, *plan.warnings], sensitive)
    if module.check_mode:
        return plan_result(plan, sensitive)
    return _done(module, deploy_stack(engine, job, plan, current), sensitive)


def _rolled_back(module: AnsibleModule, engine: Engine) -> dict[str, Any]:
    if _defers(module):
        return DEFERRED
    number = module.params["deployment"]
    if module.check_mode:
        way = plan_rollback(engine, module.params["name"], number, interrupted=False)
        result = plan_result(way.plan, way.sensitive)
    else:
        way, done = roll_back_stack(engine, request_from_options(module.params, _auth_for(module)), number)
        result = _done(module, done, way.sensitive)
    _warn(module, way.plan.warnings, way.sensitive)
    return {**result, "deployment": way.deployment.number}


def _absent(module: AnsibleModule, engine: Engine) -> dict[str, Any]:
    name = module.params["name"]
    sensitive = hidden_in(history_of(engine, name), name)
    plan = plan_removal(engine, name)
    if _defers(module) and plan.changed:
        return DEFERRED
    if not module.check_mode:
        plan = remove_stack(engine, request_from_options(module.params, _auth_for(module)), plan)
    return plan_result(plan, sensitive)


def _defers(module: AnsibleModule) -> bool:
    return bool(module.params["defer_changes"]) and not module.check_mode


def _auth_for(module: AnsibleModule) -> AuthFor:
    return finder(module.params["registries"], module.params["host_credentials"])


def _warn(module: AnsibleModule, warnings: Iterable[str], sensitive: Sensitive) -> None:
    for warning in warnings:
        module.warn(sensitive.in_message(warning))


def _done(module: AnsibleModule, result: RolloutResult, sensitive: Sensitive) -> dict[str, Any]:
    _warn(module, result.warnings, sensitive)
    return {**plan_result(result.plan, sensitive), **services_result(result.outcome)}


if __name__ == "__main__":
    main()
