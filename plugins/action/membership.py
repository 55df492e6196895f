# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of `membership`: runs only on the controller and plans from the hosts' answers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.clusters import (
    MembershipError,
    managers_at_work,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.fleet_plan import Policy, plan_membership
from ansible_collections.dockyard.swarm.plugins.plugin_utils.declared_members import declared_member, may_be_forced
from ansible_collections.dockyard.swarm.plugins.plugin_utils.run import Run


class ActionModule(ActionBase):
    """See the documentation of the module of the same name."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the plan, or fail with the reason why there is none."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(
            argument_spec={
                "managers": {"type": "list", "elements": "str"},
                "workers": {"type": "list", "elements": "str"},
                "answers": {"type": "dict"},
                "selected": {"type": "list", "elements": "str"},
                "cluster_id": {"type": "str"},
                "init_without_all_managers": {"type": "bool", "default": False},
                "remove_stale_nodes": {"type": "bool", "default": True, "aliases": ["remove_ghosts"]},
            }
        )
        this_run = Run.of(task_vars or {})
        hostvars = this_run.hostvars
        managers = _given(options["managers"], this_run.managers)
        workers = _given(options["workers"], this_run.workers)
        answers = _given(options["answers"], {**this_run.registered("swarm_host"), **this_run.looped("__swarm_others")})
        selected = _given(options["selected"], this_run.selected)
        roles = [("manager", name) for name in managers] + [("worker", name) for name in workers]
        try:
            hosts = [
                declared_member(name, role, answers.get(name), name in selected, hostvars[name]) for role, name in roles
            ]
            policy = Policy(
                cluster_id=options["cluster_id"] or None,
                force_leave=frozenset(name for _role, name in roles if may_be_forced(hostvars[name])),
                init_without_all_managers=options["init_without_all_managers"],
                remove_stale_nodes=options["remove_stale_nodes"],
            )
            plan = plan_membership(hosts, policy)
        except MembershipError as error:
            # `from None`: with `from error`, Ansible would show the message twice.
            raise AnsibleActionFail(str(error)) from None
        shown = {**asdict(plan), "changes": plan.changes}
        result.update(changed=False, warnings=shown.pop("warnings"), plan=shown)
        result["planned"] = _first_plan(this_run, shown)
        result["managers_at_work"] = managers_at_work(hosts, plan.current_manager)
        result["node_ids"] = {host.name: host.answer.get("node_id") for host in hosts}
        result["addresses"] = {host.name: str(hostvars[host.name].get("ansible_host") or "") for host in hosts}
        return result


def _first_plan(run: Run, plan: dict[str, Any]) -> dict[str, Any]:
    """The plan from the beginning of this run; later, after the changes, the hosts are asked and planned again."""
    before = next(iter(run.registered("swarm_membership").values()), {}).get("planned") or {}
    return dict(before) if before.get("changes") else plan


def _given(option: Any, otherwise: Any) -> Any:
    return otherwise if option is None else option
