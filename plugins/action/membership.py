# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of `membership`, which has no other half: it decides on what hosts have answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.clusters import (
    Host,
    MembershipError,
    managers_at_work,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.fleet_plan import Policy, plan_membership
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.nodes.plan import label_texts
from ansible_collections.dockyard.swarm.plugins.plugin_utils.run import Run

_AVAILABILITIES = ("active", "pause", "drain")


class ActionModule(ActionBase):
    """See the documentation of the module of the same name."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the plan, or fail with what stands against one."""
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
            hosts = [_host(name, role, answers.get(name), name in selected, hostvars[name]) for role, name in roles]
            policy = Policy(
                cluster_id=options["cluster_id"] or None,
                force_leave=frozenset(name for _role, name in roles if _forced(hostvars[name])),
                init_without_all_managers=options["init_without_all_managers"],
                remove_stale_nodes=options["remove_stale_nodes"],
            )
            plan = plan_membership(hosts, policy)
        except MembershipError as error:
            # Not `from error`: Ansible would tell it twice.
            raise AnsibleActionFail(str(error)) from None
        shown = {**asdict(plan), "changes": plan.changes}
        result.update(changed=False, warnings=shown.pop("warnings"), plan=shown)
        result["planned"] = _first_plan(this_run, shown)
        result["managers_at_work"] = managers_at_work(hosts, plan.current_manager)
        result["node_ids"] = {host.name: host.answer.get("node_id") for host in hosts}
        result["addresses"] = {host.name: str(hostvars[host.name].get("ansible_host") or "") for host in hosts}
        return result


def _first_plan(run: Run, plan: dict[str, Any]) -> dict[str, Any]:
    """What there was to do when this run asked first: once it is done, the hosts are asked again."""
    before = next(iter(run.registered("swarm_membership").values()), {}).get("planned") or {}
    return dict(before) if before.get("changes") else plan


def _given(option: Any, otherwise: Any) -> Any:
    return otherwise if option is None else option


def _host(name: str, role: str, answer: Mapping[str, Any] | None, selected: bool, variables: Mapping[str, Any]) -> Host:
    labels = variables.get("swarm_labels")
    if labels is not None and not isinstance(labels, Mapping):
        raise MembershipError(f"swarm_labels of {name} has to be a mapping of names to values, not {labels!r}")
    availability = variables.get("swarm_availability") or None
    if availability is not None and availability not in _AVAILABILITIES:
        allowed = ", ".join(_AVAILABILITIES)
        raise MembershipError(f"swarm_availability of {name} has to be one of {allowed}, not {availability!r}")
    return Host(
        name=name,
        role=role,
        answer=dict(answer) if answer and "state" in answer else {},
        labels=label_texts(labels),
        labels_exact=boolean(variables.get("swarm_labels_exact", False)),
        availability=availability,
        selected=selected,
    )


def _forced(variables: Mapping[str, Any]) -> bool:
    return boolean(variables.get("swarm_force_leave", False))
