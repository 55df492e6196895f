# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resolve a path on the controller relative to the user's working directory."""

from __future__ import annotations

DOCUMENTATION = r"""
name: user_path
short_description: Resolve a path on the controller relative to the working directory
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Returns absolute paths. Relative paths are resolved against the working directory of C(ansible-playbook), not the
    playbook's folder, which may be an installed collection.
  - A path inside an installed collection is an error - files there are lost with the next upgrade.
options:
  _terms:
    description: The paths, such as V(backups) or V(~/swarm/key).
    type: list
    elements: str
    required: true
  variable:
    description: The variable that contains the path, for messages.
    type: str
    default: path
"""

EXAMPLES = r"""
- name: Show where backups go
  ansible.builtin.debug:
    msg: "{{ lookup('dockyard.swarm.user_path', 'backups') }}"
"""

RETURN = r"""
_raw:
  description: The absolute paths.
  type: list
  elements: str
"""

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.dockyard.swarm.plugins.plugin_utils.user_path import PathError, user_path


class LookupModule(LookupBase):
    """See the documentation above."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        """Return the absolute paths."""
        self.set_options(var_options=variables, direct=kwargs)
        try:
            return [user_path(term, self.get_option("variable")) for term in terms]
        except PathError as error:
            raise AnsibleLookupError(str(error)) from error
