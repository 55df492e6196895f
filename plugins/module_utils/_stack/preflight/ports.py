# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Published ports: one service per port, one task per host port.

Source: swarmkit, manager/controlapi/service.go (validateEndpointSpec, checkPortConflicts) and
manager/scheduler/filter.go (HostPortFilter).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import NAMESPACE, labels_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import (
    Cluster,
    Finding,
    Json,
    Subject,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.placement import starts_first
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.settings import ERROR, WARN
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.tasks import (
    available_nodes,
    is_global,
    replicas,
)

HOST = "host"
INGRESS = "ingress"
_FREE = 0  # a published port that the swarm chooses

Port = tuple[int, str]


def check(subject: Subject) -> list[Finding]:
    """Conflicts between the ports of the files."""
    found = []
    owners: dict[Port, list[tuple[str, str]]] = {}
    for name, spec in sorted(subject.desired.services.items()):
        path = subject.path("services", name, "ports")
        endpoint = spec.get("EndpointSpec") or {}
        seen: set[Port] = set()
        dnsrr = False
        for port in endpoint.get("Ports") or []:
            number, mode = _port(port), _mode(port)
            dnsrr = dnsrr or (endpoint.get("Mode") == "dnsrr" and mode == INGRESS)
            if number[0] == _FREE:
                continue
            if number in seen:
                found.append(Finding(path, f"port {_told(number)} is published twice; remove one of them"))
                continue
            seen.add(number)
            owners.setdefault(number, []).append((name, mode))
        if dnsrr:
            text = "endpoint_mode: dnsrr has no virtual address for ingress ports; write mode: host for them, or vip"
            found.append(Finding(path, text))
    for number, users in sorted(owners.items()):
        if len(users) > 1 and any(mode == INGRESS for _name, mode in users):
            first, *rest = (subject.path("services", name)[1] for name, _mode_of in users)
            for service in rest:
                text = f"port {_told(number)} is already published by service {first}; choose another one"
                found.append(Finding(("services", service, "ports"), text))
    return found


def check_against(subject: Subject, cluster: Cluster) -> list[Finding]:
    """Conflicts with the services of the cluster, and host ports for which there are too few nodes."""
    others = subject.of_others(cluster)
    return [*_taken(subject, others), *_moving(subject, cluster), *_host_ports(subject, cluster, others)]


def _taken(subject: Subject, others: Iterable[Json]) -> Iterator[Finding]:
    held: dict[Port, tuple[str, str]] = {}
    for service in others:
        for number, mode in _published(service):
            held[number] = (_whose(service), mode)
    for name, spec in sorted(subject.desired.services.items()):
        for number, mode in _published({"Spec": spec}):
            owner, other_mode = held.get(number, ("", HOST))
            if owner and INGRESS in (mode, other_mode):
                text = f"port {_told(number)} is already published by {owner}; choose another one"
                yield Finding(subject.path("services", name, "ports"), text)


def _moving(subject: Subject, cluster: Cluster) -> Iterator[Finding]:
    """Ports that one service of the stack releases and another one takes in the same deployment."""
    for service in cluster.services:
        giver = service["Spec"]["Name"]
        if giver not in subject.desired.services:
            continue
        keeps = dict(_published({"Spec": subject.desired.services[giver]}))
        gives = {number: mode for number, mode in _published(service) if number not in keeps}
        for name, spec in sorted(subject.desired.services.items()):
            for number, mode in _published({"Spec": spec}):
                if name != giver and INGRESS in (mode, gives.get(number, HOST)) and number in gives:
                    owner = subject.path("services", giver)[1]
                    text = (
                        f"port {_told(number)} still belongs to service {owner}, which gives "
                        "it up in this deploy, and is free only then; let this service depend on it, or deploy twice"
                    )
                    yield Finding(subject.path("services", name, "ports"), text, WARN)


def _host_ports(subject: Subject, cluster: Cluster, others: Iterable[Json]) -> Iterator[Finding]:
    users: dict[Port, list[tuple[str, Json, bool]]] = {}
    for name, spec in sorted(subject.desired.services.items()):
        for number, mode in _published({"Spec": spec}):
            if mode == HOST:
                users.setdefault(number, []).append((name, spec, True))
    for service in others:
        for number, mode in _published({"Spec": service["Spec"]}):
            if mode == HOST and number in users:
                users[number].append((_whose(service), service["Spec"], False))
    for number, found in sorted(users.items()):
        yield from _too_few_nodes(subject, cluster, number, found)


def _too_few_nodes(
    subject: Subject, cluster: Cluster, number: Port, users: list[tuple[str, Json, bool]]
) -> Iterator[Finding]:
    tasks: list[frozenset[str]] = []
    before: list[str] = []
    for name, spec, own in sorted(users, key=lambda user: user[2]):
        fit = frozenset(node["ID"] for node in available_nodes(spec, cluster.nodes))
        mine = [frozenset({node}) for node in sorted(fit)] if is_global(spec) else [fit] * replicas(spec)
        if not own:
            tasks += mine
            before.append(name)
            continue
        path = subject.path("services", name, "ports")
        if not fit:
            continue  # told by the check of placement
        if not _all_placed([*tasks, *mine]):
            nodes = "1 node" if len(fit) == 1 else f"{len(fit)} nodes"
            beside = f" beside {', '.join(before)}" if before else ""
            text = (
                f"host port {_told(number)} can be used once on each node: {len(mine)} tasks{beside} do not fit on "
                f"{nodes}; lower deploy.replicas, write mode: ingress, or choose another port"
            )
            yield Finding(path, text, ERROR if subject.waits else WARN)
            continue
        tasks += mine
        before.append(f"service {subject.path('services', name)[1]}")
        if starts_first(spec) and mine and not _all_placed([*tasks, fit]):
            text = (
                f"with order: start-first no update can begin: host port {_told(number)} is taken on every node "
                "until the old task stops; write order: stop-first"
            )
            yield Finding(path, text)


def _all_placed(tasks: list[frozenset[str]]) -> bool:
    """Whether each task gets a node of its own, among the nodes that can run it."""
    if len(tasks) > len(frozenset().union(*tasks)):
        return False
    holder: dict[str, int] = {}

    def place(task: int, tried: set[str]) -> bool:
        for node in tasks[task] - tried:
            tried.add(node)
            if node not in holder or place(holder[node], tried):
                holder[node] = task
                return True
        return False

    return all(place(task, set()) for task in range(len(tasks)))


def _published(service: Json) -> list[tuple[Port, str]]:
    """The ports that a service holds, including those that the swarm has assigned."""
    listed = [
        *((service["Spec"].get("EndpointSpec") or {}).get("Ports") or []),
        *((service.get("Endpoint") or {}).get("Ports") or []),
    ]
    return list({_port(port): _mode(port) for port in listed if _port(port)[0] != _FREE}.items())


def _port(port: Json) -> Port:
    return int(port.get("PublishedPort") or _FREE), str(port.get("Protocol") or "tcp")


def _mode(port: Json) -> str:
    return str(port.get("PublishMode") or INGRESS)


def _told(number: Port) -> str:
    return f"{number[0]}/{number[1]}"


def _whose(service: Json) -> str:
    name = service["Spec"]["Name"]
    stack = labels_of(service["Spec"]).get(NAMESPACE)
    return f"service {name} of stack {stack}" if stack else f"service {name}"
