# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of `deploy_lock`: adds who asks for the lock, and tells which other runs on this controller have
ended."""

from __future__ import annotations

import getpass
import socket
from typing import Any

from ansible import context
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.dockyard.swarm.plugins.plugin_utils.controller import has_ended, run_of_this_task

display = Display()


class ActionModule(ActionBase):
    """See the documentation of the module of the same name."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module; run it again if the lock is held by a run that has ended."""
        super().run(tmp, task_vars)
        del tmp
        requester = {
            "run": run_of_this_task(),
            "owner": getpass.getuser(),
            "origin": socket.gethostname(),
            "purpose": " ".join(context.CLIARGS.get("args") or ()) or "ansible",
        }
        module_args = {**requester, **{key: value for key, value in self._task.args.items() if value is not None}}
        result: dict[str, Any] = self._execute_module(module_args=module_args, task_vars=task_vars)
        holder = result.get("holder")
        if result.get("failed") and holder and has_ended(holder["run"]):
            display.warning(
                f"taking over the lock of a run on this controller that ended without releasing it: "
                f"{holder['purpose']} of {holder['owner']}"
            )
            result = self._execute_module(module_args={**module_args, "instead_of": holder["run"]}, task_vars=task_vars)
        return result
