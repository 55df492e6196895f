# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of `hosts_provider`: runs only on the controller and reads facts and the inventory."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.contract import (
    ContractError,
    fleet_of,
    released_of,
    report_variable,
    role_of,
)


class ActionModule(ActionBase):
    """See the documentation of the module of the same name."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the provider's role, the result of its report, or the hosts that it may delete."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(
            argument_spec={
                "provider": {"type": "str", "required": True},
                "read": {"type": "str", "choices": ["role", "report", "released"], "default": "role"},
                "shrink": {"type": "bool", "default": False},
                "leaving": {"type": "list", "elements": "str", "default": []},
                "left_fact": {"type": "str"},
            }
        )
        variables = task_vars or {}
        result["changed"] = False
        try:
            role = result["role"] = role_of(options["provider"])
            if options["read"] == "report":
                report, inventory = variables.get(report_variable(role)), variables["groups"]["all"]
                fleet = fleet_of(role, report, inventory, options["shrink"])
                result.update(booted=list(fleet.booted), surplus=list(fleet.surplus), leaving=list(fleet.leaving))
                result["changes"] = [dict(item) for item in fleet.changes]
            elif options["read"] == "released":
                result["released"] = list(released_of(options["leaving"], self._left(options["left_fact"], variables)))
        except ContractError as error:
            raise AnsibleActionFail(str(error)) from error
        return result

    def _left(self, fact: str | None, variables: dict[str, Any]) -> set[str]:
        hostvars = variables["hostvars"]
        return {name for name in hostvars if fact and hostvars[name].get(fact)}
