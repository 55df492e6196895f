# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of `ready_stacks`: runs only on the controller; reads the stacks' folders and renders their configs."""

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

# In the collection's root folder, beside plugins/.
STACKS = Path(__file__).resolve().parents[2] / "stacks"


class ActionModule(ActionBase):
    """See the documentation of the module of the same name."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the projects, or fail with what is wrong with an entry of swarm_stacks."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec={"stacks": {"type": "dict", "required": True}})
        try:
            projects = projects_of(STACKS, options["stacks"], renderer(self._templar))
        except ReadyStackError as error:
            raise AnsibleActionFail(str(error)) from None
        result.update(changed=False, projects=projects)
        # The projects contain secrets. (no_log on the task would also hide its errors.)
        result["_ansible_no_log"] = True
        return result
