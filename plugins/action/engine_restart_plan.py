# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of `engine_restart_plan`: runs only on the controller and plans from facts that the hosts have set."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.dockyard.swarm.plugins.module_utils._host.restart_plan import plan_restarts


class ActionModule(ActionBase):
    """See the documentation of the module of the same name."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the plan."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        del tmp
        _validated, options = self.validate_argument_spec(
            argument_spec={
                "hosts": {"type": "list", "elements": "str", "required": True},
                "managers": {"type": "list", "elements": "str", "default": []},
            }
        )
        hostvars = (task_vars or {})["hostvars"]
        published = {host: hostvars[host].get("docker_engine") for host in options["hosts"]}
        engines = {host: engine for host, engine in published.items() if engine}
        restarts = plan_restarts(
            {host: engine["swarm"] for host, engine in engines.items()},
            {host for host, engine in engines.items() if engine["restart_pending"]},
            options["managers"],
        )
        result.update(changed=False, restarts=[asdict(restart) for restart in restarts])
        return result
