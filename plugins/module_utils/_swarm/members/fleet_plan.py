# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""What each declared host has to do so that all of them are the one declared swarm.

All the thinking about *which* cluster is meant happens here, on everything the hosts have answered,
before any of them is touched. Nothing here asks or changes an engine.
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
        cluster_id: the cluster these hosts must be; None: the one they are in.
        force_leave: names of hosts that may be taken out of another cluster.
        init_without_all_managers: found a swarm although some declared manager could not be asked.
        remove_stale_nodes: remove nodes that are down and whose host lives on under another id.
    """

    cluster_id: str | None = None
    force_leave: frozenset[str] = frozenset()
    init_without_all_managers: bool = False
    remove_stale_nodes: bool = True


@dataclass
class Membership:
    """The plan. All lists but `stale_nodes` (node ids) are of inventory names, in inventory order.

    Attributes:
        cluster_id: the cluster all shall be members of; None when it has to be founded.
        current_manager: the host whose engine is a manager of it now, or will be once it has founded it.
        executing_manager: the host that commands once all have joined: never one that is to be demoted.
        found: the host to found it, or None.
        leave: hosts whose present membership is of no use; they leave it before they join.
        join_managers, join_workers: hosts to join.
        promote, demote: members with the wrong role.
        configure: hosts whose labels or availability differ or are not known yet, or that are not ready.
        stale_nodes: nodes to remove, with what they were called.
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
        """Membership or roles are to change, not merely what describes the nodes."""
        lists = (self.leave, self.join_managers, self.join_workers, self.promote, self.demote)
        return self.found is not None or any(lists) or bool(self.stale_nodes)


def plan_membership(hosts: list[Host], policy: Policy) -> Membership:
    """Decide what each host has to do.

    Args:
        hosts: all declared hosts, those that could not be asked included, in inventory order.
        policy: what the user allows.

    Raises:
        MembershipError: the declared hosts cannot safely be made one swarm; the message says who is where
            and what to do.
    """
    if not any(host.role == "manager" for host in hosts):
        raise MembershipError("no manager is declared: put at least one host into the group swarm_managers")
    both = sorted(name for name, count in Counter(host.name for host in hosts).items() if count > 1)
    if both:
        raise MembershipError(f"in swarm_managers as well as in swarm_workers: {', '.join(both)}. Choose one of them")
    clusters.refuse_locked(hosts)
    hosts = clusters.settle_clones(hosts, policy.force_leave)
    hosts = clusters.settle_splits(hosts, policy.force_leave)
    chosen = clusters.choose_cluster(hosts, policy.cluster_id, policy.force_leave)
    plan = _found(hosts, policy) if chosen is None else _extend(hosts, chosen, policy)
    declared = sum(host.role == "manager" for host in hosts)
    warning = quorum.warning_about_count(declared)
    plan.warnings += [warning] if warning else []
    silent = [host.name for host in hosts if not host.answered and (host.selected or host.role == "manager")]
    if silent:
        plan.warnings.append(f"could not be asked, and left as they are: {', '.join(silent)}")
    return plan


def _found(hosts: list[Host], policy: Policy) -> Membership:
    managers = [host for host in hosts if host.role == "manager"]
    silent = [host.name for host in managers if not host.answered]
    if silent and not policy.init_without_all_managers:
        raise MembershipError(
            f"no declared host is in a swarm, but {', '.join(silent)} could not be asked and may be in one: "
            "founding another could split the cluster. Make every host of swarm_managers reachable, or set "
            "swarm_init_without_all_managers=true if you know that no swarm exists"
        )
    candidates = [host for host in managers if host.answered and host.selected]
    if not candidates:
        raise MembershipError(
            "there is no swarm yet, and no declared manager that could be asked is part of this run: "
            "run once without --limit to found it"
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
        plan.warnings.append(f"nodes that are down while their host lives on under another id: {listed}")
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
            "Take such a host out of the inventory, or set swarm_force_leave=true for it to move it"
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
    """Former selves of the declared hosts: nodes under a host's name and at its address, with another id than it has.

    At the host's own address nobody else can live, though the managers may not have noticed yet that the node is
    down. A node elsewhere stays, though it is down and called like a host: it may be another machine of that name
    which is not declared (see `_warnings_about_namesakes`).
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
    """Nodes that are down, called like a declared host, and at no address of it; none while some host is silent,
    whose node it may be."""
    if not all(host.answered for host in hosts):
        return []
    known = _present(hosts, plan) | {node["id"] for node in plan.stale_nodes}
    return [
        f"node {node['hostname']} ({node['id']}) at {node['address']} is down and has the hostname of {host.name}. It "
        f"stays, as it may be a machine that is not declared; if it is {host.name} as it was before, remove it by "
        f"its id with the module dockyard.swarm.node (state=absent)"
        for node in chosen.nodes
        if node["state"] == "down" and node["id"] not in known
        for host in [host for host in hosts if host.answer["hostname"] == node["hostname"] and not _was(node, host)][:1]
    ]


def _present(hosts: list[Host], plan: Membership) -> set[Any]:
    """Ids of the nodes that declared hosts are and stay."""
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
