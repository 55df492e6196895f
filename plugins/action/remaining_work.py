# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module `remaining_work`, which runs only on the controller and decides from the hosts' answers."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.clusters import MembershipError
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.fleet_plan import Policy
from ansible_collections.dockyard.swarm.plugins.plugin_utils.declared_members import declared_member, may_be_forced
from ansible_collections.dockyard.swarm.plugins.plugin_utils.remaining_work import Work, engine_work, swarm_work
from ansible_collections.dockyard.swarm.plugins.plugin_utils.run import Run

Json = dict[str, Any]


class ActionModule(ActionBase):
    """See the documentation of the module of the same name."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the decision, and publish it as a fact."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        del tmp
        self.validate_argument_spec(argument_spec={})
        run = Run.of(task_vars or {})
        work = _work(run, list(((task_vars or {}).get("groups") or {}).get("docker_hosts") or []))
        decided = {"docker": work.docker, "swarm": work.swarm, "settled": not work.docker and not work.swarm}
        result.update(changed=False, **decided, ansible_facts={"swarm_remaining_work": decided})
        result["warnings"] = work.warnings if decided["settled"] else []
        return result


def _work(run: Run, docker_hosts: list[str]) -> Work:
    inspections = run.registered("docker_inspection")
    engines = engine_work([name for name in docker_hosts if name in run.batch], inspections)
    if not run.managers:
        return Work(docker=engines)
    answers = {name: inspection.get("membership") or {} for name, inspection in inspections.items()}
    roles = [("manager", name) for name in run.managers] + [("worker", name) for name in run.workers]
    hostvars = run.hostvars
    # Settings of the whole swarm are read where the role reads them: of the first host.
    first = hostvars[run.managers[0]]
    try:
        members = [
            declared_member(name, role, answers.get(name), name in run.selected, hostvars[name]) for role, name in roles
        ]
    except MembershipError as error:
        return Work(docker=engines, swarm=[str(error)])
    policy = Policy(
        cluster_id=first.get("swarm_cluster_id") or None,
        force_leave=frozenset(name for _role, name in roles if may_be_forced(hostvars[name])),
        init_without_all_managers=boolean(first.get("swarm_init_without_all_managers", False)),
        remove_stale_nodes=boolean(first.get("swarm_remove_stale_nodes", True)),
    )
    reasons, warnings = swarm_work(members, policy, dict(first.get("swarm_settings") or {}), answers, engines)
    if first.get("swarm_unlock_key_file"):
        reasons.append("the unlock key on the controller is to be compared")
    return Work(docker=engines, swarm=reasons, warnings=warnings)
