# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of `inventory_check`: runs only on the controller, which has the inventory."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.dockyard.swarm.plugins.plugin_utils.inventory_sources import failed_sources


class ActionModule(ActionBase):
    """See the documentation of the module of the same name."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the declared hosts, or fail with the problems of the inventory."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(
            argument_spec={
                "groups": {"type": "list", "elements": "str", "required": True},
                "hosts_will_be_made": {"type": "bool", "default": False},
                "failed_sources": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
            }
        )
        variables = task_vars or {}
        inventory = variables["hostvars"]._inventory
        failed = [str(item) for item in failed_sources(inventory, getattr(Display(), "_warns", ()))]
        wanted = options["groups"]
        hosts = sorted({name for group in wanted for name in variables["groups"].get(group, [])})
        if failed:
            message = f"The inventory could not be read: {'; '.join(failed)}"
            if options["failed_sources"] == "fail" or not (hosts or options["hosts_will_be_made"]):
                raise AnsibleActionFail(f"{message}. Nothing was changed, because hosts may be missing")
            result["warnings"] = [message]
        if not hosts and not options["hosts_will_be_made"]:
            raise AnsibleActionFail(_nothing_declared(wanted, inventory))
        result.update(changed=False, hosts=hosts)
        return result


def _nothing_declared(groups: list[str], inventory: Any) -> str:
    sources = ", ".join(str(source) for source in inventory._sources)
    others = len(inventory.hosts)
    has = f"has {others} hosts, but none" if others else "has no host"
    return (
        f"No host is declared: the inventory {sources} {has} in the groups {', '.join(groups)}. Put hosts into them "
        "and select the inventory with -i, or declare hosts to be created with gce_hosts_groups"
    )
