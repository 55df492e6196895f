# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of `workstation`: reads the hosts of a group, and refuses an inventory that could not be read."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.dockyard.swarm.plugins.module_utils._workstation.inventory import hosts_from
from ansible_collections.dockyard.swarm.plugins.plugin_utils.inventory_sources import (
    INCOMPLETE,
    failed_sources,
)

UNCHANGED = "Nothing was changed, because the entries of hosts that are missing only for now would be removed."


class ActionModule(ActionBase):
    """See the documentation of the module of the same name."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module with the hosts of the group, if one is given."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        arguments = dict(self._task.args)
        group, key = arguments.pop("group", None), arguments.pop("identity_file", None)
        if group and "hosts" in arguments:
            raise AnsibleActionFail("group and hosts are both set: remove one of them")
        if group and arguments.get("state", "present") == "present":
            arguments["hosts"] = self._hosts(group, key, variables)
        result.update(
            self._execute_module(
                module_name="dockyard.swarm.workstation", module_args=arguments, task_vars=variables, tmp=tmp
            )
        )
        return result

    def _hosts(self, group: str, key: str | None, variables: dict[str, Any]) -> list[dict[str, Any]]:
        hostvars = variables["hostvars"]
        failed = [str(item) for item in failed_sources(hostvars._inventory, getattr(Display(), "_warns", ()))]
        if failed:
            raise AnsibleActionFail(f"The inventory could not be read: {'; '.join(failed)}. {UNCHANGED}")
        names = variables["groups"].get(group, [])
        if not names:
            raise AnsibleActionFail(
                f"The inventory has no host in the group {group}. Nothing was removed, because this may be an error in "
                "the "
                "inventory. If the fleet is gone, remove its entries with state: absent (-e contexts_state=absent)"
            )
        missing = hostvars[names[0]].get(INCOMPLETE)
        if missing:
            raise AnsibleActionFail(f"The inventory is incomplete: {missing}. {UNCHANGED}")
        return hosts_from(names, hostvars, key)
