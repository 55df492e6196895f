# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts have something to do, decided from one look at each of them. No I/O.

Whenever a look does not tell enough, the answer is that there is something to do: the roles then ask again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.cluster.settings import differences
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.clusters import Host, MembershipError
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.fleet_plan import (
    Membership,
    Policy,
    plan_membership,
)

Json = dict[str, Any]


@dataclass(frozen=True)
class Work:
    """What is left to do.

    Attributes:
        docker: hosts whose engine is not as declared, or not known to be.
        swarm: why the swarm has to be looked at again; empty if it is as declared.
        warnings: of a swarm that is as declared.
    """

    docker: list[str] = field(default_factory=list)
    swarm: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def engine_work(hosts: Iterable[str], inspections: Mapping[str, Json]) -> list[str]:
    """Those of the hosts whose engine has something to do.

    Args:
        hosts: names, in the inventory's order.
        inspections: what the module engine_host returned, by host; without those that were not inspected.
    """
    return [name for name in hosts if not _settled(inspections.get(name) or {})]


def _settled(inspection: Json) -> bool:
    states = ("kernel_settled", "repository_settled", "settled")
    # A part has modules of its own, which look for themselves.
    return all(inspection.get(state) for state in states) and not inspection["parts"]


def swarm_work(
    members: list[Host], policy: Policy, settings: Json, answers: Mapping[str, Json], engines: list[str]
) -> tuple[list[str], list[str]]:
    """Why the swarm has to be looked at again, and what it warns of.

    Args:
        members: all declared members.
        policy: as of `fleet_plan.plan_membership`.
        settings: the declared settings of the swarm.
        answers: what the hosts know of their swarm, with `settings` of those that are managers.
        engines: hosts whose engine has something to do.
    """
    names = {host.name for host in members}
    if changing := [name for name in engines if name in names]:
        return [f"the engines of {', '.join(changing)} are not as declared"], []
    if missing := [host.name for host in members if not host.answered or not host.selected]:
        return [f"not inspected: {', '.join(missing)}"], []
    try:
        plan = plan_membership(members, policy)
    except MembershipError as error:
        return [str(error)], []
    return [*_membership_work(plan), *_settings_work(plan, settings, answers)], plan.warnings


def _membership_work(plan: Membership) -> list[str]:
    return [
        *(["members are to be changed"] if plan.changes else []),
        *([f"nodes are not as declared: {', '.join(plan.configure)}"] if plan.configure else []),
    ]


def _settings_work(plan: Membership, settings: Json, answers: Mapping[str, Json]) -> list[str]:
    current = (answers.get(plan.executing_manager) or {}).get("settings")
    if not settings or plan.changes:
        return []
    if current is None:
        return [f"{plan.executing_manager} did not tell the settings of the swarm"]
    try:
        differing = differences(current, settings)
    except KeyError as error:
        return [f"unknown setting {error}"]  # which the role refuses in its own words
    return [f"settings differ: {', '.join(sorted(differing))}"] if differing else []
