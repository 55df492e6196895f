# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declared members of the swarm, from the inventory and from what the hosts answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.clusters import Host, MembershipError
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.nodes.plan import label_texts

_AVAILABILITIES = ("active", "pause", "drain")


def declared_member(
    name: str, role: str, answer: Mapping[str, Any] | None, selected: bool, variables: Mapping[str, Any]
) -> Host:
    """One host as the membership plan takes it.

    Args:
        name: in the inventory.
        role: `manager` or `worker`, as declared.
        answer: as of the module cluster_info; None where the host could not be asked.
        selected: whether the run is about this host.
        variables: the host's variables.

    Raises:
        MembershipError: swarm_labels or swarm_availability is of no use.
    """
    labels = variables.get("swarm_labels")
    if labels is not None and not isinstance(labels, Mapping):
        raise MembershipError(f"swarm_labels of {name} has to be a mapping of names to values, not {labels!r}")
    availability = variables.get("swarm_availability") or None
    if availability is not None and availability not in _AVAILABILITIES:
        allowed = ", ".join(_AVAILABILITIES)
        raise MembershipError(f"swarm_availability of {name} has to be one of {allowed}, not {availability!r}")
    return Host(
        name=name,
        role=role,
        answer=dict(answer) if answer and "state" in answer else {},
        labels=label_texts(labels),
        labels_exact=boolean(variables.get("swarm_labels_exact", False)),
        availability=availability,
        selected=selected,
    )


def may_be_forced(variables: Mapping[str, Any]) -> bool:
    """Whether the host may be taken out of another cluster."""
    return boolean(variables.get("swarm_force_leave", False))
