#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: stack
short_description: Deploy a compose project as a stack, or remove one
version_added: 0.1.0
description:
  - Reads compose files on the controller, compares what they ask for with what the swarm has, changes what differs and
    waits until every service has converged.
  - The specs are those that C(docker stack deploy) would send, so stacks deployed by it can be taken over and given
    back.
  - A service, config, secret or network that is as the file says is not touched. A config or secret whose content
    changed is made anew under a derived name, services move to it, and the old one is removed once they have converged.
  - Compose files, and files of configs, secrets and variables, may be encrypted with Ansible Vault. They are
    decrypted in the controller's memory.
  - A job that has failed for good runs again with the next deploy, even if nothing about it has changed. One that has
    completed does not.
  - Works through the Engine API of a manager. Neither the Docker CLI nor Compose is needed anywhere.
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
      - The plan that is shown is the one that would be carried out. Digests of images are looked up in check mode too.
  diff_mode:
    support: full
    details:
      - The diff is the plan, field by field in the words of the compose file. Contents of secrets are never part of it,
        and secret values of variables, labels and options are hidden. C(docs/stack.md) has the rule.
  idempotent:
    support: full
options:
  name:
    description:
      - The stack's name, which begins the names of all its objects.
      - Not needed where the O(files) have a top-level C(name). This option wins over that.
    type: str
  state:
    description:
      - With V(present), the stack is as O(files) say.
      - With V(absent), everything that carries the stack's label is removed, and the module waits until it is gone.
        Volumes are kept.
      - With V(rolled_back), the stack goes back to the deployment before the present one, or to O(deployment). Its
        services, networks and configs become what they were then, and what has come since is removed. Secrets that
        were rotated since keep their present content, and jobs are not run again.
      - Each further V(rolled_back) goes back one deployment more, so it is never without change. With O(deployment)
        it is.
    type: str
    choices: [present, absent, rolled_back]
    default: present
  files:
    description:
      - Compose files on the controller, merged in this order. Relative paths are looked up beside the role or playbook.
      - Required if O(state=present).
    type: list
    elements: path
  environment:
    description:
      - Variables for the files' C(${...}). They win over O(env_files). The controller's own environment is not used.
    type: dict
    default: {}
  env_files:
    description:
      - Files on the controller with variables for the files' C(${...}), in the format of Compose - C(NAME=value) lines,
        quotes, comments, references to other variables. A later file wins. They may be encrypted with Ansible Vault.
      - Where none is named, C(.env) beside the first of O(files) is read, but not in the O(dialect) V(stack).
    type: list
    elements: path
    default: []
  config_content:
    description:
      - Content of configs, by their keys in the files. It takes the place of their C(file) or C(content).
    type: dict
    default: {}
  secret_content:
    description:
      - Content of secrets, by their keys in the files. It takes the place of their C(file) or C(environment), and comes
        best from a vault. It is kept from logs and results.
    type: dict
    default: {}
  dialect:
    description:
      - How the O(files) are read.
      - V(stack) is how C(docker stack deploy) reads them, and refuses what that refuses.
      - V(compose) is the Compose Specification of today - top-level C(name), C(profiles), C(extends), C(include),
        C(depends_on) with conditions, C(content) of configs, C(!reset), nested variables and the like.
      - V(auto) is V(stack) for files that C(docker stack deploy) would take, so that they mean what they mean to it,
        and V(compose) for all others.
    type: str
    choices: [auto, stack, compose]
    default: auto
  profiles:
    description:
      - Profiles whose services are part of the stack, beside those services that name none. V(*) stands for all.
      - Only for files that are read in the dialect V(compose).
    type: list
    elements: str
    default: []
  unsupported:
    description:
      - What becomes of keys that swarm has nothing for, such as C(privileged) or C(build). The message says what to do
        instead.
    type: str
    choices: [error, warn, ignore]
    default: warn
  newer_fields:
    description:
      - What becomes of settings that the manager's engine is too old for, and would drop without a word.
      - With V(warn) they are left out, except for those without which the service would be another one.
    type: str
    choices: [error, warn]
    default: error
  plan_file:
    description:
      - A file on the controller to write the plan to, in check mode too - as Markdown if its name ends in C(.md), for
        the comment of a merge request, or as JSON if it ends in C(.json). A relative path begins at the working
        directory, and none may lie in an installed collection. Only its owner can read it.
    type: path
  defer_changes:
    description:
      - End before the first change if anything is to be changed, and say so in RV(deferred).
      - For playbooks that take a lock only where there is something to change, and then run it again. An unchanged
        stack is waited for as usual.
      - Has no effect in check mode. With O(state=rolled_back), all is put off.
    type: bool
    default: false
  without_swarm:
    description:
      - Plan the stack as if the swarm were empty, without asking any engine. For check mode where there is no swarm
        yet; everything in the files is read and checked.
    type: bool
    default: false
  only:
    description:
      - Deploy only these services, by their names in the files, with the networks, configs and secrets they use. All
        else stays as it is.
      - Services that they depend on have to be among them or to run already.
      - Not together with O(prune).
    type: list
    elements: str
    default: []
  recreate_networks:
    description:
      - Whether networks of the stack that differ from the files are removed and made again, as networks cannot change.
        The stack's services on them are removed before and created after, so they are away for that time.
      - Otherwise a warning tells what differs.
    type: bool
    default: false
  recreate_services:
    description:
      - Whether services whose C(deploy.mode) differs from the files are removed and made again, as a service keeps its
        mode for life. They are away for that time.
      - Otherwise the deploy is refused before anything is changed.
    type: bool
    default: false
  preflight:
    description:
      - What becomes of faults that foreseeably fail the deploy. All of them are told at once, with file, service and
        key, before anything is changed.
      - With V(error) the deploy is refused, with V(warn) they are warnings, with V(skip) nobody looks.
      - A mapping sets the level of single checks, and C(all) that of the others - C(addresses) (room in the subnets),
        C(binds) (relative paths), C(changes) (what the swarm refuses to change), C(contents) (of configs and secrets),
        C(drivers) (plugins no node has), C(images) (references, platforms, credentials), C(mounts), C(names),
        C(networks) (drivers, subnets), C(placement) (constraints, nodes for all tasks), C(ports), C(resources)
        (limits, reservations), C(routing) (kernels without IPVS), C(templates) (placeholders).
      - What may still come to work, such as a service whose only nodes are drained, is a warning in any case. What the
        files take for granted and is missing, such as an external network, is refused in any case.
    type: raw
    default: error
  allow_empty:
    description:
      - Whether a global service that no node is fit for counts as deployed. Otherwise it is refused.
    type: bool
    default: false
  bind_base:
    description:
      - Where the project's folder is on the nodes. Relative sources of bind mounts begin there.
      - Without it they are refused, as nodes do not have the controller's folder.
    type: str
  prune:
    description:
      - Whether to remove services, networks, configs and secrets of the stack that the files no longer have, once the
        services have converged.
    type: bool
    default: false
  resolve_image:
    description:
      - When to ask the registry for the digest of an image, to which its tag is then pinned for all nodes.
      - V(always) asks at each deploy, V(changed) only for services whose image the files name differently than at the
        last deploy, V(never) not at all.
      - An image whose digest the registry does not tell fails the deploy before anything is changed. Use V(never) for
        images that are in no registry.
    type: str
    choices: [always, changed, never]
    default: always
  wait:
    description:
      - Whether to wait until all services of the stack have converged - those that did not change included - and have
        stayed so for their C(update_config.monitor) (5 s if not set).
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
      - Seconds to wait for another deploy of the same stack to end. After that the module fails and says who deploys
        it; with V(0), at once. Nothing is changed then.
      - The lock of a run that was killed is taken away once it has shown no sign of life for 30 seconds, so less than
        that gives up on it. If it was only stopped, it changes nothing when it goes on, and fails with what it had done
        until then and who has the lock.
    type: int
    default: 300
  on_failure:
    description:
      - What to do when the deploy fails after something was changed.
      - With V(fail), everything is left as it is, to be looked at.
      - With V(rollback), the specs that ran before are submitted again, with the configs and secrets they used, what
        the deploy has made is removed, and the module waits until the stack has converged so. It still fails, and says
        why and what was rolled back. Jobs are not run again. Needs O(wait=true).
    type: str
    choices: [fail, rollback]
    default: fail
  keep_deployments:
    description:
      - How many deployments are kept, to go back to with O(state=rolled_back) - who deployed when and from where,
        digests of the compose files, and the specs, with contents of configs and without those of secrets.
      - They are kept in configs of the swarm that carry the stack's label, and so go with the stack. A run that
        changes nothing writes nothing, nor does one that the engine refused before any service was touched. V(0) keeps
        none.
      - Of deployments that failed only the last is kept, beside these, until one succeeds.
      - Secret values are kept as digests only. Going back takes them from what runs or ran before.
    type: int
    default: 5
  deployment:
    description:
      - The number of the deployment to go back to with O(state=rolled_back). M(dockyard.swarm.stack_info) lists them.
    type: int
  project:
    description:
      - The loaded files, as the module's controller half passes them on. Not for use in playbooks.
    type: str
  origin:
    description:
      - Who runs the deploy, on which controller, from which files, as the module's controller half tells. Not for use
        in playbooks.
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

- name: Write the plan down for a reviewer
  dockyard.swarm.stack:
    name: shop
    files: [stacks/shop/compose.yml]
    plan_file: /tmp/shop-plan.md
  check_mode: true

- name: Deploy, and go back to what ran before if anything of it fails
  dockyard.swarm.stack:
    name: shop
    files: [stacks/shop/compose.yml]
    on_failure: rollback

- name: Deploy one service of it
  dockyard.swarm.stack:
    name: shop
    files: [stacks/shop/compose.yml]
    only: [ui]

- name: Go back to the deployment before
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
  description: Something is to be changed, and was left alone because of O(defer_changes). Nothing else is returned.
  returned: with O(defer_changes), if something is to be changed
  type: bool
plan:
  description: What was, or in check mode would be, done.
  returned: success
  type: dict
  contains:
    stack:
      description: The stack's name.
      type: str
    summary:
      description: One line.
      type: str
      sample: "stack shop: 1 to create, 2 to update, 1 to remove, 14 unchanged"
    steps:
      description: An entry for each object that changes, in the order of the changes.
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
          description: Its name in the compose file.
          type: str
        action:
          description:
            - V(create), V(update) or V(remove).
            - A network or service that is removed and made again is an update, one of whose differences ends in
              V(recreated).
          type: str
        before:
          description: The object in compose terms as it was; null if there was none.
          type: dict
        after:
          description: The object in compose terms as it shall be; null if it is removed.
          type: dict
        differences:
          description: The fields that change, each with C(key), C(before) and C(after).
          type: list
          elements: dict
    unchanged:
      description: The objects that stay as they are.
      type: list
      elements: str
services:
  description: For each service that was waited for, by its name, how many tasks run (or have completed) of how many.
  returned: when O(wait), unless O(state=absent), outside check mode
  type: dict
  sample:
    shop_ui: {running: 4, desired: 4}
rolled_back:
  description: Whether the stack is as it was before the deploy.
  returned: when the deploy failed and O(on_failure=rollback)
  type: bool
deployment:
  description: The number of the deployment that was gone back to.
  returned: when O(state=rolled_back)
  type: int
failed_tasks:
  description: The tasks that failed or could not be placed, with the engine's own words.
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
      description: The engine's words.
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
    # For whatever else may be told of this run, such as the trace of a fault of ours.
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
        raise UserError(
            "only and prune exclude each other: what the files no longer have is no part of a partial deploy"
        )
    if params["on_failure"] == "rollback" and not params["wait"]:
        raise UserError("on_failure=rollback needs wait=true: without waiting, nobody sees that a deploy fails")
    if params["keep_deployments"] < 0:
        raise UserError("keep_deployments has to be 0 or more")


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
