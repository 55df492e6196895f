# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Convert inventory hosts to the option `hosts` of the module `workstation`. No I/O."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]

# Option of a host, and the inventory variables it is read from; the first one that is set counts.
_VARIABLES = {
    "address": ("ansible_host", "ansible_ssh_host"),
    "user": ("ansible_user", "ansible_ssh_user"),
    "port": ("ansible_port", "ansible_ssh_port"),
    "identity_file": ("ansible_ssh_private_key_file", "ansible_private_key_file"),
}


def hosts_from(
    names: Sequence[str], variables: Mapping[str, Mapping[str, Any]], identity_file: str | None = None
) -> list[Json]:
    """The option `hosts` of the module, from the inventory's variables.

    Args:
        variables: by host.
        identity_file: a key to use for all hosts instead of the inventory's.
    """
    return [_host(name, variables[name], identity_file) for name in names]


def _host(name: str, variables: Mapping[str, Any], identity_file: str | None) -> Json:
    found = {option: _first(variables, names) for option, names in _VARIABLES.items()}
    key = identity_file or found["identity_file"]
    arguments = (variables.get("ansible_ssh_common_args"), variables.get("ansible_ssh_extra_args"))
    host = {
        **found,
        "name": name,
        "address": found["address"] or name,
        "identity_file": os.path.expanduser(str(key)) if key else None,
        "ssh_args": " ".join(str(item) for item in arguments if item),
    }
    return {option: value for option, value in host.items() if value is not None}


def _first(variables: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((variables[name] for name in names if name in variables and variables[name] not in (None, "")), None)
