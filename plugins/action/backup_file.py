# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of `backup_file`: fetches a file from a host and writes it on the controller, encrypted if requested.

The content is held in memory only: with a password, no unencrypted copy is ever written on the controller, whatever
fails.
"""

from __future__ import annotations

import base64
import hashlib
import tempfile
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.parsing.vault import VaultLib, get_file_vault_secret
from ansible.plugins.action import ActionBase
from ansible_collections.dockyard.swarm.plugins.plugin_utils.owner_file import write_for_owner
from ansible_collections.dockyard.swarm.plugins.plugin_utils.user_path import PathError, user_path

_VAULT_ID = "backup"


class ActionModule(ActionBase):
    """See the documentation of the module of the same name."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Fetch, encrypt, write under a temporary name, then rename."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        del tmp
        _validated, options = self.validate_argument_spec(
            argument_spec={
                "src": {"type": "str"},
                "folder": {"type": "str", "required": True},
                "name": {"type": "str", "required": True},
                "vault_password_file": {"type": "str"},
            }
        )
        try:
            folder = Path(user_path(options["folder"], "swarm_backup_dir"))
            path = folder / options["name"]
            encrypt = self._encryption(options["vault_password_file"])
            if self._task.check_mode:
                return {**result, "changed": options["src"] is not None, "path": str(path)}
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if options["src"] is None:
                # Test run before the backup: a problem with this folder is reported before an engine is stopped.
                with tempfile.TemporaryFile(dir=folder):
                    return {**result, "changed": False, "path": str(path)}
            content = encrypt(self._content(options["src"], task_vars))
            write_for_owner(path, content)
            digest = hashlib.sha256(content).hexdigest()
            write_for_owner(path.with_name(f"{path.name}.sha256"), f"{digest}  {path.name}\n".encode())
        except PathError as error:
            raise AnsibleActionFail(str(error)) from error
        except OSError as error:
            raise AnsibleActionFail(f"the backup cannot be written to {options['folder']}: {error}") from error
        return {**result, "changed": True, "path": str(path), "sha256": digest}

    def _encryption(self, password_file: str | None) -> Any:
        """The function that converts the content before it is written."""
        if not password_file:
            return bytes
        name = user_path(password_file, "swarm_backup_vault_password_file")
        try:
            secret = get_file_vault_secret(filename=name, vault_id=_VAULT_ID, loader=self._loader)
            secret.load()
        except AnsibleError as error:
            raise AnsibleActionFail(
                f"the backup cannot be encrypted: swarm_backup_vault_password_file {name}: {error}. "
                "Nothing has been changed"
            ) from error
        vault = VaultLib([(_VAULT_ID, secret)])
        return lambda content: vault.encrypt(content, secret=secret, vault_id=_VAULT_ID)

    def _content(self, src: str, task_vars: dict[str, Any] | None) -> bytes:
        # Not the module `fetch`, which writes what it fetches to an unencrypted file.
        slurped = self._execute_module("ansible.legacy.slurp", {"src": src}, task_vars=task_vars)
        if slurped.get("failed") or "content" not in slurped:
            raise AnsibleActionFail(f"{src} cannot be read: {slurped.get('msg') or 'no reason given'}")
        return base64.b64decode(slurped["content"])
