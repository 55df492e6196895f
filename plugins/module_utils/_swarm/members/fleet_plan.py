# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Plan what each declared host must do so that all of them form the declared swarm.

The decision which cluster is meant is made here, from the answers of all hosts, before any host is changed. Nothing
here sends requests to an engine.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._swarm import quorum
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members import clusters
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.clusters import Host, MembershipError
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.nodes.plan import node_changes

Json = dict[str, Any]


@dataclass(frozen=True)
class Policy:
    """What the user allows.

    Attributes:
        cluster_id: the cluster that these hosts must form; None: the one they are in.
        force_leave: names of hosts that may be moved out of another cluster.
        init_without_all_managers: create a swarm although some declared manager could not be asked.
        remove_stale_nodes: remove nodes that are down and whose host is now another node.
    """

    cluster_id: str | None = None
    force_leave: frozenset[str] = frozenset()
    init_without_all_managers: bool = False
    remove_stale_nodes: bool = True


@dataclass
class Membership:
    """The plan. All lists but `stale_nodes` (node ids) contain inventory names, in inventory order.

    Attributes:
        cluster_id: the cluster that all will be members of; None when it must be created.
        current_manager: the host that is a manager of it now, or will be after creating it.
        executing_manager: the manager on which changes are made after all have joined; never one that is to be demoted.
        found: the host that creates the swarm, or None.
        leave: hosts that leave a stale membership before they join.
        join_managers, join_workers: hosts that join.
        promote, demote: members with the wrong role.
        configure: hosts whose labels or availability differ or are not known yet, or whose node is not ready.
        stale_nodes: nodes to remove, with their hostnames and roles.
    """

    cluster_id: str | None
    current_manager: str
    executing_manager: str
    found: str | None = None
    leave: list[str] = field(default_factory=list)
    join_managers: list[str] = field(default_factory=list)
    join_workers: list[str] = field(default_factory=list)
    promote: list[str] = field(default_factory=list)
    demote: list[str] = field(default_factory=list)
    configure: list[str] = field(default_factory=list)
    stale_nodes: list[Json] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Membership or roles change, not only labels and availability."""
        lists = (self.leave, self.join_managers, self.join_workers, self.promote, self.demote)
        return self.found is not None or any(lists) or bool(self.stale_nodes)


def plan_membership(hosts: list[Host], policy: Policy) -> Membership:
    """Plan what each host must do.

    Args:
        hosts: all declared hosts, including those that could not be asked, in inventory order.
        policy: what the user allows.

    Raises:
        MembershipError: the declared hosts cannot safely form one swarm; the message says which host is in which
            cluster and what to do.
    """
    if not any(host.role == "manager" for host in hosts):
        raise MembershipError("no manager is declared: put at least one host into the group swarm_managers")
    both = sorted(name for name, count in Counter(host.name for host in hosts).items() if count > 1)
    if both:
        raise MembershipError(
            f"declared both in swarm_managers and in swarm_workers: {', '.join(both)}. Choose one of them"
        )
    clusters.refuse_locked(hosts)
    hosts = clusters.mark_clones(hosts, policy.force_leave)
    hosts = clusters.mark_split_side(hosts, policy.force_leave)
    chosen = clusters.choose_cluster(hosts, policy.cluster_id, policy.force_leave)
    plan = _found(hosts, policy) if chosen is None else _extend(hosts, chosen, policy)
    declared = sum(host.role == "manager" for host in hosts)
    warning = quorum.warning_about_count(declared)
    plan.warnings += [warning] if warning else []
    silent = [host.name for host in hosts if not host.answered and (host.selected or host.role == "manager")]
    if silent:
        plan.warnings.append(f"could not be asked and were not changed: {', '.join(silent)}")
    return plan


def _found(hosts: list[Host], policy: Policy) -> Membership:
    managers = [host for host in hosts if host.role == "manager"]
    silent = [host.name for host in managers if not host.answered]
    if silent and not policy.init_without_all_managers:
        raise MembershipError(
            f"no declared host is in a swarm, but {', '.join(silent)} could not be asked and may be in one: "
            "creating another could split the cluster. Make every host of swarm_managers reachable, or set "
            "swarm_init_without_all_managers=true if you know that no swarm exists"
        )
    candidates = [host for host in managers if host.answered and host.selected]
    if not candidates:
        raise MembershipError(
            "there is no swarm yet, and no declared manager that could be asked is part of this run: "
            "run once without --limit to create it"
        )
    founder = candidates[0]
    plan = Membership(cluster_id=None, current_manager=founder.name, executing_manager=founder.name, found=founder.name)
    for host in hosts:
        if host.answered:
            if host.member:
                plan.leave.append(host.name)
            if host is not founder:
                (plan.join_managers if host.role == "manager" else plan.join_workers).append(host.name)
            if host.configured:
                plan.configure.append(host.name)
    return plan


def _extend(hosts: list[Host], chosen: clusters.Cluster, policy: Policy) -> Membership:
    _refuse_members_of_others(hosts, chosen, policy)
    known = {node["id"]: node for node in chosen.nodes}
    manager = chosen.current_manager
    plan = Membership(cluster_id=chosen.id, current_manager=manager, executing_manager=manager)
    for host in hosts:
        if host.answered:
            _place(host, known, plan)
    plan.executing_manager = _executing_manager(hosts, plan)
    plan.stale_nodes = _stale_nodes(hosts, chosen, plan)
    if plan.stale_nodes and not policy.remove_stale_nodes:
        listed = ", ".join(f"{node['hostname']} ({node['id']})" for node in plan.stale_nodes)
        plan.warnings.append(f"nodes that are down while their host is now another node: {listed}")
        plan.stale_nodes = []
    plan.warnings += _warnings_about_namesakes(hosts, chosen, plan)
    _refuse_loss_of_quorum(hosts, chosen, plan)
    return plan


def _refuse_members_of_others(hosts: list[Host], chosen: clusters.Cluster, policy: Policy) -> None:
    others = [
        host
        for host in hosts
        if host.answered and clusters.is_of_another(host, chosen) and host.name not in policy.force_leave
    ]
    if others:
        listed = "; ".join(f"{host.name} is a {host.answer['role']} of {clusters.place_of(host)}" for host in others)
        raise MembershipError(
            f"the declared swarm is cluster {chosen.id}, which {chosen.current_manager} manages, but {listed}. "
            "Remove such a host from the inventory, or set swarm_force_leave=true for it to move it"
        )


def _place(host: Host, known: dict[str, Json], plan: Membership) -> None:
    node = known.get(host.answer["node_id"] or "")
    settled = host.answer["state"] == "active" or (node is not None and node["state"] == "ready")
    if node is None or not settled or host.rejoins:
        if host.member:
            plan.leave.append(host.name)
        (plan.join_managers if host.role == "manager" else plan.join_workers).append(host.name)
        if host.configured:
            plan.configure.append(host.name)
        return
    if node["role"] != host.role:
        (plan.promote if host.role == "manager" else plan.demote).append(host.name)
    if node["state"] != "ready" or node_changes(node, host.labels, host.labels_exact, host.availability):
        plan.configure.append(host.name)


def _executing_manager(hosts: list[Host], plan: Membership) -> str:
    staying = [host for host in hosts if host.role == "manager" and host.answered]
    if any(host.name == plan.current_manager for host in staying):
        return plan.current_manager
    return staying[0].name if staying else plan.current_manager


def _stale_nodes(hosts: list[Host], chosen: clusters.Cluster, plan: Membership) -> list[Json]:
    """Old nodes of the declared hosts: same hostname and address as the host, but another node id.

    No other machine can be at the host's own address, even if the managers have not noticed yet that the node is down.
    A node at another address is kept, even if it is down and has a host's name: it may be another machine with that
    name which is not declared (see `_warnings_about_namesakes`).
    """
    answered = [host for host in hosts if host.answered]
    present = _present(hosts, plan)
    left_behind = {host.answer["node_id"] for host in answered if host.name in plan.leave} - present
    stale_nodes = [
        node
        for node in chosen.nodes
        if node["id"] in left_behind or (node["id"] not in present and any(_was(node, host) for host in answered))
    ]
    return [{"id": node["id"], "hostname": node["hostname"], "role": node["role"]} for node in stale_nodes]


def _warnings_about_namesakes(hosts: list[Host], chosen: clusters.Cluster, plan: Membership) -> list[str]:
    """Nodes that are down and have the hostname, but no address, of a declared host. None while some host has not
    answered, because the node may be that host's."""
    if not all(host.answered for host in hosts):
        return []
    known = _present(hosts, plan) | {node["id"] for node in plan.stale_nodes}
    return [
        f"node {node['hostname']} ({node['id']}) at {node['address']} is down and has the hostname of {host.name}. It "
        f"is kept, because it may be another machine that is not declared; if it is an old node of {host.name}, remove "
        "it by "
        f"its id with the module dockyard.swarm.node (state=absent)"
        for node in chosen.nodes
        if node["state"] == "down" and node["id"] not in known
        for host in [host for host in hosts if host.answer["hostname"] == node["hostname"] and not _was(node, host)][:1]
    ]


def _present(hosts: list[Host], plan: Membership) -> set[Any]:
    """Ids of the nodes of declared hosts that keep their membership."""
    return {host.answer["node_id"] for host in hosts if host.answered and host.name not in plan.leave}


def _was(node: Json, host: Host) -> bool:
    return bool(host.answer["hostname"] == node["hostname"] and node["address"] in host.answer["addresses"])


def _refuse_loss_of_quorum(hosts: list[Host], chosen: clusters.Cluster, plan: Membership) -> None:
    if not plan.demote:
        return
    now = quorum.quorum_of(chosen.nodes).without({node["id"] for node in plan.stale_nodes})
    joining = frozenset(plan.join_managers + plan.promote)
    then = quorum.Quorum(now.managers | joining, now.reachable | joining)
    names = {host.answer["node_id"]: host.name for host in hosts if host.name in plan.demote}
    refusal = quorum.refusal_to_demote(then, names)
    if refusal:
        raise MembershipError(refusal)
