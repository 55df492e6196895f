# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Check that there are nodes for all tasks: constraints, availability, and the maximum of replicas per node."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.placement.constraints import (
    ENGINE_LABEL,
    NODE_LABEL,
    Constraint,
    contradiction,
    never,
    parse,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.placement.nodes import (
    CONSTRAINTS,
    constraints_of,
    hostname,
    is_available,
    satisfies_constraints,
    unavailability,
    unfitness,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import (
    Cluster,
    Finding,
    Json,
    Subject,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.settings import ERROR, WARN
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.tasks import (
    is_global,
    network_drivers,
    replicas,
    runs_something,
)

_NAMED = 3  # nodes named in a message


def check(subject: Subject) -> list[Finding]:
    """Constraints that no swarm can satisfy."""
    found = []
    for name, spec in sorted(subject.desired.services.items()):
        readable: list[Constraint] = []
        path = subject.path("services", name, "deploy", "placement", "constraints")
        for index, text in enumerate((spec["TaskTemplate"].get("Placement") or {}).get("Constraints") or []):
            try:
                constraint = parse(text)
            except ValueError as error:
                found.append(Finding((*path, index), str(error)))
                continue
            reason = never(constraint)
            if reason:
                found.append(Finding((*path, index), f'no node can ever satisfy "{text}": {reason}'))
            readable.append(constraint)
        reason = contradiction(readable)
        if reason:
            found.append(Finding(path, f"no node can ever satisfy them: {reason}; remove one of them"))
    return found


def check_against(subject: Subject, cluster: Cluster) -> list[Finding]:
    """Services for which there is no node, or not enough nodes."""
    found: list[Finding] = []
    for name, spec in sorted(subject.desired.services.items()):
        readable = constraints_of(spec)
        hopeless = any(never(item) for item in readable) or bool(contradiction(readable))
        if runs_something(spec) and cluster.nodes and not hopeless:
            found += _for_service(subject, cluster, name, spec)
    return found


def _for_service(subject: Subject, cluster: Cluster, name: str, spec: Json) -> Iterable[Finding]:
    constraints = subject.path("services", name, "deploy", "placement", "constraints")
    empty_is_fine = is_global(spec) and subject.allow_empty
    matching = [node for node in cluster.nodes if satisfies_constraints(spec, node)]
    if not matching:
        if not empty_is_fine:
            yield Finding(constraints, _no_node(spec, cluster.nodes), _level(subject, spec))
        return
    drivers = network_drivers(spec, subject, cluster)
    reasons = {node["ID"]: unfitness(spec, node, drivers) for node in matching}
    fit = [node for node in matching if not reasons[node["ID"]]]
    if not fit:
        # One reason that holds for all nodes is told by the check of images, drivers or resources.
        if not set.intersection(*(set(found) for found in reasons.values())):
            each = "; ".join(f"{hostname(node)}: {_words(reasons[node['ID']])}" for node in matching)
            yield Finding(subject.path("services", name), f"no node can run it: {each}", _level(subject, spec))
        return
    available = [node for node in fit if is_available(node)]
    if not available:
        told = ", ".join(f"{hostname(node)} ({unavailability(node)})" for node in fit[:_NAMED])
        text = f"the nodes that could run it take no tasks: {told}; have one take tasks again"
        if is_global(spec):
            text += ", or say allow_empty: true"
        if not empty_is_fine:
            yield Finding(subject.path("services", name), text, _level(subject, spec) if is_global(spec) else WARN)
        return
    yield from _too_many_replicas(subject, cluster, name, spec, fit, available)


def _too_many_replicas(
    subject: Subject, cluster: Cluster, name: str, spec: Json, fit: list[Json], available: list[Json]
) -> Iterable[Finding]:
    most = (spec["TaskTemplate"].get("Placement") or {}).get("MaxReplicas") or 0
    count = replicas(spec)
    if is_global(spec) or not most:
        return
    path = subject.path("services", name, "deploy", "placement", "max_replicas_per_node")
    if count > most * len(available):
        nodes = "1 node" if len(available) == 1 else f"{len(available)} nodes"
        text = (
            f"{count} replicas with {most} a node need {-(-count // most)} nodes, and {nodes} can run it; "
            f"lower deploy.replicas to {most * len(available)}, or raise this to {-(-count // len(available))}"
        )
        yield Finding(path, text, WARN if count <= most * len(fit) else _level(subject, spec))
    elif count == most * len(available) and starts_first(spec):
        text = (
            f"with order: start-first no update can begin: all {len(available)} nodes have their {most} already; "
            "write order: stop-first, raise this, or lower deploy.replicas"
        )
        # This deploy can do it where it only starts what is not there yet; the next one that changes tasks cannot.
        before = [replicas(item["Spec"]) for item in cluster.services if item["Spec"]["Name"] == name]
        yield Finding(path, text, ERROR if before and before[0] >= count else WARN)


def starts_first(spec: Json) -> bool:
    """Whether an update starts the new task before it stops the old one."""
    return (spec.get("UpdateConfig") or {}).get("Order") == "start-first"


def _level(subject: Subject, spec: Json) -> str:
    """A warning if nobody waits: nodes can be added later. An error for global services: they would count as done."""
    return ERROR if subject.waits or is_global(spec) else WARN


def _no_node(spec: Json, nodes: Iterable[Json]) -> str:
    nodes = list(nodes)
    readable = constraints_of(spec)
    alone = [item for item in readable if not any(item.matches(node) for node in nodes)]
    if alone:
        told = "; ".join(f'"{_text(item)}" ({_what_there_is(item, nodes)})' for item in alone)
        text = f"no node satisfies {told}"
    else:
        text = "no node satisfies all of them: " + ", ".join(f'"{_text(item)}"' for item in readable)
    advice = ", or say allow_empty: true" if is_global(spec) else ""
    return f"{text}; correct the constraint, or label a node{advice}"


def _what_there_is(constraint: Constraint, nodes: list[Json]) -> str:
    """The values of the nodes for a constraint's key."""
    key = constraint.key
    for prefix, where in ((NODE_LABEL, "Spec"), (ENGINE_LABEL, "Engine")):
        if key.lower().startswith(prefix):
            label = key[len(prefix) :]
            held = [
                (node.get("Spec") or {}) if where == "Spec" else ((node.get("Description") or {}).get("Engine") or {})
                for node in nodes
            ]
            values = sorted({str(item["Labels"][label]) for item in held if label in (item.get("Labels") or {})})
            if not values:
                names = sorted({name for item in held for name in item.get("Labels") or {}})
                there = f"; there are {', '.join(names[:10])}" if names else ""
                return f"no node has the label {label}{there}"
            return f"the label {label} is {' or '.join(values[:10])}"
    if key.lower() == "node.hostname":
        return f"there are {', '.join(sorted(hostname(node) for node in nodes)[:10])}"
    return "no node is so"


def _text(constraint: Constraint) -> str:
    return f"{constraint.key} {'==' if constraint.equal else '!='} {constraint.value}"


def _words(reasons: dict[str, str]) -> str:
    told = {
        CONSTRAINTS: "does not satisfy {}",
        "platform": "is {}",
        "resources": "has {}",
        "plugins": "lacks {}",
    }
    return ", ".join(told[kind].format(text) for kind, text in reasons.items())
