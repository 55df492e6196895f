# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of `unlock_key_file`: runs only on the controller."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.unlock_keys import Keys, keys_after
from ansible_collections.dockyard.swarm.plugins.plugin_utils.owner_file import write_for_owner
from ansible_collections.dockyard.swarm.plugins.plugin_utils.user_path import PathError, user_path


class ActionModule(ActionBase):
    """See the documentation of the module of the same name."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the files that differ; the previous keys first, so that an interruption loses none."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        del tmp
        _validated, options = self.validate_argument_spec(
            argument_spec={
                "path": {"type": "str", "required": True},
                "key": {"type": "str", "required": True, "no_log": True},
                "everybody_unlocked": {"type": "bool", "default": False},
            }
        )
        try:
            current = Path(user_path(options["path"], "swarm_unlock_key_file"))
            former = current.with_name(f"{current.name}.former")
            before = Keys(self._read(current), self._read(former))
            after = keys_after(before, options["key"].strip(), options["everybody_unlocked"])
            if not self._task.check_mode:
                _replace(former, before.former, after.former)
                _replace(current, before.current, after.current)
        except PathError as error:
            raise AnsibleActionFail(str(error)) from error
        except OSError as error:
            raise AnsibleActionFail(f"the unlock key cannot be written to {options['path']}: {error}") from error
        return {**result, "changed": after != before, "path": str(current)}

    def _read(self, path: Path) -> str | None:
        if not path.exists():
            return None
        # A key file encrypted with Ansible Vault can be read too.
        return str(self._loader.get_text_file_contents(str(path)))


def _replace(path: Path, before: str | None, after: str | None) -> None:
    if after == before:
        return
    if after is None:
        os.unlink(path)
    else:
        write_for_owner(path, after.encode())
