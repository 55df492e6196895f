# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The common main function of all modules: read the options, call one function, exit with its result or an error."""

from __future__ import annotations

from typing import Any, Callable, NoReturn

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

Json = dict[str, Any]


def run_module(act: Callable[[AnsibleModule], Json], argument_spec: Json, **rules: Any) -> NoReturn:
    """Run a module. All modules support check mode.

    Args:
        act: does the module's work or, in check mode, predicts it. Returns the module's result: `changed` (default
            False), `diff`, `warnings` (list of texts) and the module's own values. Raises UserError.
        rules: AnsibleModule's rules between options, such as `required_if`.
    """
    module = AnsibleModule(argument_spec=argument_spec, supports_check_mode=True, **rules)
    try:
        result = act(module)
    except UserError as error:
        module.fail_json(msg=str(error), **error.result)
    except PermissionError as error:
        module.fail_json(msg=f"{error}. This needs root: set become: true, and use -K if sudo asks for a password")
    for warning in result.get("warnings") or ():
        module.warn(warning)
    module.exit_json(**{"changed": False, **{key: value for key, value in result.items() if key != "warnings"}})
    raise AssertionError("exit_json returned")  # pragma: no cover
