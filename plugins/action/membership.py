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
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.clusters import Host, MembershipError
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.fleet_plan import Policy, plan_membership
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.nodes.plan import label_texts

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
                "managers": {"type": "list", "elements": "str", "required": True},
                "workers": {"type": "list", "elements": "str", "required": True},
                "answers": {"type": "dict", "required": True},
                "selected": {"type": "list", "elements": "str", "required": True},
                "cluster_id": {"type": "str"},
                "init_without_all_managers": {"type": "bool", "default": False},
                "remove_stale_nodes": {"type": "bool", "default": True},
            }
        )
        hostvars = (task_vars or {})["hostvars"]
        roles = [("manager", name) for name in options["managers"]] + [("worker", name) for name in options["workers"]]
        try:
            hosts = [
                _host(name, role, options["answers"].get(name), name in options["selected"], hostvars[name])
                for role, name in roles
            ]
            policy = Policy(
                cluster_id=options["cluster_id"] or None,
                force_leave=frozenset(name for _role, name in roles if _forced(hostvars[name])),
                init_without_all_managers=options["init_without_all_managers"],
                remove_stale_nodes=options["remove_stale_nodes"],
            )
            plan = plan_membership(hosts, policy)
        except MembershipError as error:
            raise AnsibleActionFail(str(error)) from error
        shown = {**asdict(plan), "changes": plan.changes}
        result.update(changed=False, warnings=shown.pop("warnings"), plan=shown)
        return result


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
