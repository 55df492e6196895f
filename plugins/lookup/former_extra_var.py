# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look up an extra variable by the name that it had in an earlier release."""

from __future__ import annotations

DOCUMENTATION = r"""
name: former_extra_var
short_description: Read an extra variable by the name that it had in an earlier release
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Returns the value that the command line sets under a former name (C(-e target=w1)), with a warning that names the
    current name; otherwise the default.
  - A variable of that name in an inventory or a playbook belongs to the user and is ignored.
options:
  _terms:
    description: The former name.
    type: list
    elements: str
    required: true
  name:
    description: The current name.
    type: str
    required: true
  default:
    description: The value to return if the command line does not set the former name.
    type: raw
  text_only:
    description: Accept only strings. Structured values under this name belong to the user.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Show which hosts are meant
  ansible.builtin.debug:
    msg: "{{ lookup('dockyard.swarm.former_extra_var', 'target', name='swarm_target', default='') }}"
"""

RETURN = r"""
_raw:
  description: The value.
  type: raw
"""

from typing import Any

from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display
from ansible.utils.vars import load_extra_vars

display = Display()


class LookupModule(LookupBase):
    """See the documentation above."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        """Return the one value."""
        self.set_options(var_options=variables, direct=kwargs)
        (former,) = terms
        given = load_extra_vars(self._loader).get(former)
        if given is None or (self.get_option("text_only") and not isinstance(given, str)):
            return [self.get_option("default")]
        display.warning(
            f"the variable {former} is called {self.get_option('name')} now, and its former name will be removed in "
            "the "
            f"next major release: use -e {self.get_option('name')}=..."
        )
        return [self._templar.template(given)]
