# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Find out which clusters the declared hosts are in, and which of them is the declared swarm."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.managers import acts
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.split import View, in_words, sides

Json = dict[str, Any]


class MembershipError(UserError):
    """The declared hosts cannot safely be made one swarm."""


@dataclass
class Host:
    """A declared host and its answer.

    Attributes:
        name: its inventory name.
        role: the declared role: manager or worker.
        answer: the result of `cluster_info` on it; empty if it could not be asked.
        labels: declared node labels; None: not managed.
        labels_exact: remove labels that are not declared.
        availability: the declared availability; None: not managed.
        selected: this run changes it; other hosts are only asked.
        rejoins: it must leave and join again, although its cluster id is the right one.
    """

    name: str
    role: str
    answer: Json = field(default_factory=dict)
    labels: dict[str, str] | None = None
    labels_exact: bool = False
    availability: str | None = None
    selected: bool = True
    rejoins: bool = False

    @property
    def answered(self) -> bool:
        """Its engine could be asked. An engine that is not running counts as not asked if it was in a swarm when it
        last ran."""
        return bool(self.answer) and self.answer["state"] != "unknown"

    @property
    def member(self) -> bool:
        """Its engine is in a swarm, or in the middle of joining one."""
        return self.answered and self.answer["state"] != "inactive"

    @property
    def manages(self) -> bool:
        """Its engine is an active manager, with or without a quorum."""
        return self.member and self.answer["state"] == "active" and self.answer["role"] == "manager"

    @property
    def configured(self) -> bool:
        """Labels or availability are declared for it."""
        return self.labels is not None or self.availability is not None


@dataclass(frozen=True)
class Cluster:
    """A cluster that a declared host manages now. `nodes`: see `views.node_view`; `current_manager`: that host."""

    id: str
    current_manager: str
    nodes: list[Json]


def refuse_locked(hosts: list[Host]) -> None:
    """Refuse to decide anything while a manager is locked (autolock), because its state cannot be read.

    Raises:
        MembershipError: a host is locked.
    """
    locked = [host.name for host in hosts if host.answered and host.answer["state"] == "locked"]
    if locked:
        raise MembershipError(
            f"{', '.join(locked)} is locked (autolock): unlock it first, by setting swarm_unlock_key_file "
            "to the file that holds the unlock key, or with docker swarm unlock"
        )


def mark_clones(hosts: list[Host], force_leave: frozenset[str]) -> list[Host]:
    """The hosts, with clones marked as those that rejoin.

    Two machines with one node id (one was cloned from the other together with its engine's data) replace each other in
    the swarm again and again. Which of them is the original, only the user knows.

    Raises:
        MembershipError: hosts share a node id, and it is not declared which of them gives it up.
    """
    by_id: dict[str, list[Host]] = {}
    for host in hosts:
        if host.member and host.answer["node_id"]:
            by_id.setdefault(host.answer["node_id"], []).append(host)
    clones: set[str] = set()
    for node_id, owners in by_id.items():
        giving_up = {host.name for host in owners if host.name in force_leave}
        if len(owners) > 1 and len(giving_up) != len(owners) - 1:
            raise MembershipError(
                f"{' and '.join(host.name for host in owners)} have the same node id ({node_id}): one was cloned "
                "from the other together with its engine's data, or both inventory names are the same machine. Set "
                "swarm_force_leave=true as a variable of the clone only; it then joins as a new node"
            )
        clones |= giving_up if len(owners) > 1 else set()
    return [replace(host, rejoins=True) if host.name in clones else host for host in hosts]


def mark_split_side(hosts: list[Host], force_leave: frozenset[str]) -> list[Host]:
    """The hosts, with the managers of the side that gives up marked as those that rejoin.

    Raises:
        MembershipError: the cluster is split into sides that each act alone, and it is not declared which side gives
            up.
    """
    acting = [host for host in hosts if host.manages and acts(host.answer) and not host.rejoins]
    ending: set[str] = set()
    for cluster_id in dict.fromkeys(host.answer["cluster_id"] for host in acting):
        views = {
            host.name: View(host.answer["node_id"], host.answer["nodes"])
            for host in acting
            if host.answer["cluster_id"] == cluster_id
        }
        split_sides = sides(views)
        given_up = [side for side in split_sides if force_leave.issuperset(side)]
        if len(split_sides) > 1 and len(given_up) != len(split_sides) - 1:
            raise MembershipError(
                f"cluster {cluster_id} is split: {in_words(views, split_sides)}. Each side changes independently, and "
                "only one "
                "can stay. Choose the one to keep, and set swarm_force_leave=true as a variable of the "
                "managers of the other: they leave it and join again, and changes known only to that side are lost"
            )
        if len(split_sides) > 1:
            ending |= {name for side in given_up for name in side}
    return [replace(host, rejoins=True) if host.name in ending else host for host in hosts]


def choose_cluster(hosts: list[Host], wanted: str | None, force_leave: frozenset[str]) -> Cluster | None:
    """The cluster that the declared hosts should form; None when a new one must be created.

    A cluster managed by a declared manager is preferred; otherwise one that another declared host manages (when all its
    managers are being replaced). A cluster that only workers belong to cannot be joined.

    Args:
        hosts: all declared hosts.
        wanted: the cluster's id, if the user sets it.
        force_leave: names of hosts that may be moved out of another cluster.

    Raises:
        MembershipError: there are two clusters, none that can act, or one that would be abandoned.
    """
    hosts = [host for host in hosts if not host.rejoins]
    settled = {host.name: _cluster_of(host, hosts) for host in hosts if host.member}
    found = {cluster for cluster in settled.values() if cluster is not None}
    if wanted is not None:
        if wanted not in found:
            raise MembershipError(
                f"swarm_cluster_id is {wanted}, but no declared host that answered is in it. {_who_is_where(hosts)}"
            )
        return _managed(wanted, hosts)
    for eligible in ({"manager"}, {"manager", "worker"}):
        managed = {settled[host.name] for host in hosts if host.role in eligible and _belongs_as_manager(host)}
        managed.discard(None)
        if len(managed) > 1:
            raise MembershipError(
                f"the declared hosts are in {len(managed)} different clusters. {_who_is_where(hosts)}. "
                "Declare one of them only, or set swarm_cluster_id to the one to keep and "
                "swarm_force_leave=true for the hosts to be moved"
            )
        if managed:
            return _managed(managed.pop() or "", hosts)
    abandoned = [host for host in hosts if _in_a_cluster(host, settled) and host.name not in force_leave]
    if abandoned:
        raise MembershipError(
            f"no declared manager is in a swarm, but other declared hosts are. {_who_is_where(abandoned)}. "
            "Declare that cluster's managers, or set swarm_force_leave=true for these hosts to move them "
            "into a new swarm"
        )
    return None


def managers_at_work(hosts: list[Host], current_manager: str) -> bool:
    """All declared managers are active managers, and all managers of the cluster are reachable."""
    nodes = next((host.answer.get("nodes") for host in hosts if host.name == current_manager), None) or []
    managers = [node for node in nodes if node["role"] == "manager"]
    declared = [host for host in hosts if host.role == "manager"]
    return (
        bool(managers)
        and all(node["reachability"] == "reachable" for node in managers)
        and all(host.manages for host in declared)
    )


def is_of_another(host: Host, chosen: Cluster) -> bool:
    """The host is in another cluster than the chosen one, or in one whose id is unknown."""
    if not host.member or host.answer["node_id"] in {node["id"] for node in chosen.nodes}:
        return False
    if host.answer["cluster_id"] is None:
        return host.answer["state"] == "active"
    return host.answer["cluster_id"] != chosen.id


def place_of(host: Host) -> str:
    """A description of the cluster that a host is in."""
    cluster_id = host.answer["cluster_id"]
    peers = ", ".join(peer["address"] for peer in host.answer["remote_managers"])
    known_by = f" (managers {peers})" if peers else ""
    return f"cluster {cluster_id}{known_by}" if cluster_id else f"a cluster of unknown id{known_by}"


def _cluster_of(host: Host, hosts: list[Host]) -> str | None:
    """The id of the host's cluster: from its own answer, or from a manager that has its node id."""
    if host.answer["cluster_id"] is not None:
        return str(host.answer["cluster_id"])
    for other in hosts:
        nodes = (other.answer.get("nodes") if other.answered else None) or []
        if nodes and host.answer["node_id"] in {node["id"] for node in nodes}:
            return str(other.answer["cluster_id"])
    return None


def _belongs_as_manager(host: Host) -> bool:
    return host.member and host.answer["role"] == "manager"


def _in_a_cluster(host: Host, settled: dict[str, str | None]) -> bool:
    """The host is in a cluster, with or without a known id; a join that never got a certificate does not count."""
    return host.member and (settled[host.name] is not None or host.answer["state"] == "active")


def _managed(cluster_id: str, hosts: list[Host]) -> Cluster:
    of_it = [host for host in hosts if host.manages and host.answer["cluster_id"] == cluster_id]
    # Prefer a declared manager, because it stays one.
    for host in sorted((host for host in of_it if acts(host.answer)), key=lambda host: host.role != "manager"):
        return Cluster(cluster_id, host.name, host.answer["nodes"])
    states = "; ".join(
        f"{host.name} is {host.answer['state']}" + (f" ({host.answer['error']})" if host.answer["error"] else "")
        for host in hosts
        if host.member and host.answer["cluster_id"] == cluster_id
    )
    raise MembershipError(
        f"cluster {cluster_id} exists, but none of its managers that answered can act for it: {states}. "
        "It has probably lost its quorum: bring its other managers back, or recover it from a survivor "
        "with the playbook dockyard.swarm.recover"
    )


def _who_is_where(hosts: list[Host]) -> str:
    lines = [f"{host.name}: {host.answer['role']} of {place_of(host)}" for host in hosts if host.member]
    return "; ".join(lines) or "None of them is in a cluster"
