# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of `engine_firewall`: supplies the addresses of the inventory's members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.dockyard.swarm.plugins.module_utils._host.firewall.members import INVENTORY, expand_members
from ansible_collections.dockyard.swarm.plugins.module_utils._host.firewall.rules import FirewallError

_GROUPS = ("swarm_managers", "swarm_workers")


class ActionModule(ActionBase):
    """See the documentation of the module of the same name."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Replace the word `inventory` by addresses, then run the module."""
        super().run(tmp, task_vars)
        del tmp
        module_args = dict(self._task.args)
        members = module_args.get("members")
        if isinstance(members, list) and INVENTORY in members:
            variables = task_vars or {}
            hosts = dict.fromkeys(host for group in _GROUPS for host in variables["groups"].get(group, []))
            known = {host: _addresses(variables["hostvars"][host]) for host in hosts}
            try:
                module_args["members"] = expand_members(members, known)
            except FirewallError as error:
                raise AnsibleActionFail(str(error)) from error
        result: dict[str, Any] = self._execute_module(module_args=module_args, task_vars=task_vars)
        return result


def _addresses(variables: Mapping[str, Any]) -> list[str]:
    """The addresses that the role found on the host in this run, or those in gathered facts."""
    host = variables.get("docker_inspection") or {}
    facts = variables.get("ansible_facts") or {}
    gathered = [*(facts.get("all_ipv4_addresses") or []), *(facts.get("all_ipv6_addresses") or [])]
    return list(host.get("addresses") or [address for address in gathered if not address.startswith("fe80:")])
