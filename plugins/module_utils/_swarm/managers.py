# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Choose the manager on which a playbook acts, and the order in which managers are taken out of service."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.split import View, in_words, sides

Json = dict[str, Any]


class NoManagerError(Exception):
    """No manager can act for the swarm, or the managers disagree."""


@dataclass(frozen=True)
class Cluster:
    """A working swarm, as its managers report it.

    Attributes:
        current_manager: the host to act on, by its inventory name.
        cluster_id: the cluster's id.
        nodes: all its nodes, see `views.node_view`.
        quorum: the numbers of its managers, as `cluster_info` returns them.
        managers: declared managers that can act for it.
        silent: the other declared managers, by name, with the reason why they cannot act.
    """

    current_manager: str
    cluster_id: str
    nodes: list[Json]
    quorum: Json
    managers: list[str]
    silent: dict[str, str]

    def node(self, node_id: str | None) -> Json | None:
        """The node with this id; None if there is none."""
        return next((node for node in self.nodes if node["id"] == node_id), None)


def current_cluster(answers: Mapping[str, Json], avoid: Collection[str] = ()) -> Cluster:
    """The swarm of the declared managers, and the one of them to act on.

    Args:
        answers: the result of `cluster_info` on each declared manager, in inventory order; for one that could not be
            asked, Ansible's error (`msg`).
        avoid: hosts that are about to be changed. One of them is chosen only if no other manager can act.

    Raises:
        NoManagerError: no manager can act, or they do not belong to one swarm.
    """
    acting = {name: answer for name, answer in answers.items() if acts(answer)}
    silent = {name: why_not(answer) for name, answer in answers.items() if name not in acting}
    if not acting:
        descriptions = " ".join(f"{name}: {reason}." for name, reason in silent.items())
        raise NoManagerError(
            f"No declared manager can act for the swarm. {descriptions or 'The group swarm_managers is empty.'} "
            "If its quorum is lost, the playbook dockyard.swarm.recover brings it back from one manager."
        )
    refuse_several(acting)
    chosen = next((name for name in acting if name not in avoid), next(iter(acting)))
    answer = acting[chosen]
    return Cluster(chosen, str(answer["cluster_id"]), answer["nodes"], answer["quorum"], list(acting), silent)


def acts(answer: Json) -> bool:
    """The host is a manager whose cluster had a quorum when it answered."""
    return answer.get("nodes") is not None and bool((answer.get("quorum") or {}).get("held"))


def why_not(answer: Json) -> str:
    """Why a host cannot act as a manager: its own error message if it has one."""
    return str(answer.get("msg") or answer.get("error") or answer.get("state") or "could not be asked").rstrip(".")


def order_of_maintenance(nodes: Mapping[str, Json | None]) -> list[str]:
    """The managers among these hosts, in the order in which they are taken out of service: unreachable ones first, as
    they do not reduce the quorum, and the leader last, so that the leader changes only once.

    Args:
        nodes: the node of each host, by the host's name; None if it is not a node.
    """
    managers = [(name, node) for name, node in nodes.items() if node and node["reachability"] is not None]
    managers.sort(key=lambda item: (item[1]["leader"], item[1]["reachability"] == "reachable"))
    return [name for name, _node in managers]


def refuse_several(acting: Mapping[str, Json]) -> None:
    """Raises: NoManagerError: managers that act are of several clusters, or of several sides of one."""
    of: dict[str, list[str]] = {}
    for name, answer in acting.items():
        of.setdefault(str(answer["cluster_id"]), []).append(name)
    if len(of) > 1:
        descriptions = "; ".join(f"{', '.join(names)} of {cluster_id}" for cluster_id, names in of.items())
        raise NoManagerError(
            f"The declared managers manage {len(of)} different clusters: {descriptions}. Declare one only."
        )
    views = {name: View(answer["node_id"], answer["nodes"]) for name, answer in acting.items()}
    apart = sides(views)
    if len(apart) > 1:
        raise NoManagerError(
            f"Cluster {next(iter(of))} is split: {in_words(views, apart)}. Reunite it with the playbook "
            "dockyard.swarm.swarm, which says how."
        )
