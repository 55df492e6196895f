# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of `run_plan`: runs only on the controller and collects what the run's tasks have registered."""

from __future__ import annotations

import json
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.dockyard.swarm.plugins.plugin_utils._run_plan.collect import (
    Declared,
    collected,
    declared_stacks,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._run_plan.page import page, summary
from ansible_collections.dockyard.swarm.plugins.plugin_utils.plan_file import PlanFileError, plan_path, write_plan

display = Display()


class ActionModule(ActionBase):
    """See the documentation of the module of the same name."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the plan, and return it."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(
            argument_spec={
                "path": {"type": "str", "required": True},
                "state": {"type": "str", "choices": ["begun", "complete"], "default": "complete"},
            }
        )
        plan = self._plan(task_vars or {}) if options["state"] == "complete" else {"complete": False}
        summary_text = summary(plan)
        try:
            path = plan_path(options["path"], "swarm_plan_file")
            write_plan(path, page(plan) if path.suffix == ".md" else _as_json(plan, summary_text), "swarm_plan_file")
        except PlanFileError as error:
            raise AnsibleActionFail(str(error)) from None
        if plan["complete"]:
            # stdout belongs to callbacks that print for programs (such as JSON).
            display.display(f"Plan: {summary_text}\nWritten to {path}", stderr=True)
        # The plan file is not a change of a host, and is written in check mode too.
        result.update(changed=False, path=str(path), summary=summary_text)
        return result

    def _plan(self, variables: dict[str, Any]) -> dict[str, Any]:
        groups = variables.get("groups") or {}
        names = ("docker_hosts", "swarm_managers", "swarm_workers")
        engines, managers, workers = (tuple(groups.get(name) or ()) for name in names)
        hostvars = variables["hostvars"]
        # Untemplated: beside the names are values that only the role's own variables fill in.
        raw = hostvars.raw_get(managers[0]) if managers else {}
        declared = Declared(engines, managers, workers, declared_stacks(raw))
        return collected(declared, hostvars, bool(self._task.check_mode))


def _as_json(plan: dict[str, Any], summary_text: str) -> str:
    return json.dumps({"summary": summary_text, **plan}, indent=2, sort_keys=True, default=str) + "\n"
