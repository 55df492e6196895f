# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of `ready_stacks`, which has no other half: it reads folders and renders configs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.dockyard.swarm.plugins.plugin_utils.ready_stacks import (
    ReadyStackError,
    projects_of,
    renderer,
)

# Below the collection, beside plugins/.
STACKS = Path(__file__).resolve().parents[2] / "stacks"


class ActionModule(ActionBase):
    """See the documentation of the module of the same name."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the projects, or fail with what is wrong with a switch."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec={"stacks": {"type": "dict", "required": True}})
        try:
            projects = projects_of(STACKS, options["stacks"], renderer(self._templar))
        except ReadyStackError as error:
            raise AnsibleActionFail(str(error)) from None
        result.update(changed=False, projects=projects)
        # Contents of secrets stand in them. (With no_log on the task, its errors would be hidden as well.)
        result["_ansible_no_log"] = True
        return result
