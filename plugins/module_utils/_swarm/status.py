# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The status page of a swarm: nodes, services, published ports, and differences from the declared state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.service_words import is_job, mode_of

Json = dict[str, Any]

_MOVES = ("leave", "join_managers", "join_workers")
_FAILED = ("failed", "rejected")


def names_of(
    nodes: list[Json], hosts: Mapping[str, str | None], addresses: Mapping[str, str | None], plan: Json
) -> tuple[dict[str, str], list[str]]:
    """Which node is which declared host, and the hosts that could not be asked.

    A host that does not answer tells no node id. It is told by its address, or by a node of its name that is nobody
    else's: that it is down makes it no stranger.

    Args:
        nodes: as of `views.node_view`.
        hosts: node id by the host's name in the inventory; None where it could not be asked.
        addresses: where the controller reaches each host, by name; may be empty.
        plan: of `membership`; a host that is to found, join or leave has answered, and has no node.
    """
    names = {node_id: name for name, node_id in hosts.items() if node_id}
    moving = {plan.get("found"), *(name for key in _MOVES for name in plan.get(key) or [])}
    silent = [name for name, node_id in hosts.items() if not node_id and name not in moving]
    for name in silent:
        left = [node for node in nodes if node["id"] not in names]
        same = [node for node in left if addresses.get(name) and node["address"] == addresses[name]]
        same = same or [node for node in left if node["hostname"] == name]
        if len(same) == 1:
            names[same[0]["id"]] = name
    return names, silent


def service_view(
    service: Json, tasks: list[Json], nodes: dict[str, Json], outside: Mapping[str, str | None] | None = None
) -> Json:
    """A service as the page shows it.

    Args:
        service: from `GET /services` with its status.
        tasks: from `GET /tasks`, of all services, including those that have ended.
        nodes: the cluster's nodes by id, see `views.node_view`.
        outside: public addresses of nodes, by node id, where they differ from the nodes' own addresses.

    Returns:
        `name`, `mode`, `image` (without digest), `running` and `desired` (numbers of tasks), `nodes` (hostnames, one
        for each running task), `update` (state of the last update or None) with `update_message`, `failures` (how many
        of the tasks that the swarm remembers have failed) with `error` (why the last of them failed), `job`, and
        `published`: a list of `port`, `protocol`, `mode` and the `addresses` of nodes at which it can be reached.
    """
    spec = service["Spec"]
    status = service.get("ServiceStatus") or {}
    own = [task for task in tasks if task["ServiceID"] == service["ID"]]
    # The tasks of a node that is down still have the state that it reported last.
    running_on = [
        nodes[task["NodeID"]]
        for task in own
        if task.get("NodeID") in nodes
        and nodes[task["NodeID"]]["state"] == "ready"
        and (task.get("Status") or {}).get("State") == "running"
        and task.get("DesiredState") == "running"
    ]
    failed = sorted(
        (task for task in own if (task.get("Status") or {}).get("State") in _FAILED),
        key=lambda task: str(task["Status"].get("Timestamp") or ""),
    )
    update = service.get("UpdateStatus") or {}
    template = spec.get("TaskTemplate") or {}
    return {
        "name": spec["Name"],
        "mode": mode_of(spec),
        "image": ((template.get("ContainerSpec") or {}).get("Image") or "").partition("@")[0],
        "running": len(running_on),
        "desired": status.get("DesiredTasks", len(running_on)),
        "nodes": sorted(node["hostname"] for node in running_on),
        "update": update.get("State"),
        "update_message": update.get("Message") or "",
        "failures": len(failed),
        "error": _failure(failed[-1], nodes) if failed else "",
        "job": is_job(spec),
        "published": [
            _published(port, running_on, nodes, outside or {})
            for port in (service.get("Endpoint") or {}).get("Ports") or []
        ],
    }


def _failure(task: Json, nodes: dict[str, Json]) -> str:
    place = f"on {nodes[task['NodeID']]['hostname']}: " if task.get("NodeID") in nodes else ""
    return f"{place}{task['Status'].get('Err') or task['Status'].get('Message') or task['Status']['State']}"


def _published(port: Json, running_on: list[Json], nodes: dict[str, Json], outside: Mapping[str, str | None]) -> Json:
    mesh = port.get("PublishMode", "ingress") == "ingress"
    answering = [node for node in nodes.values() if node["state"] == "ready"] if mesh else running_on
    return {
        "port": port.get("PublishedPort"),
        "protocol": port.get("Protocol", "tcp"),
        "mode": "ingress" if mesh else "host",
        "addresses": sorted({outside.get(node["id"]) or node["address"] for node in answering}),
    }


def differences(plan: Json) -> list[str]:
    """The changes in a plan of `membership`, as sentences."""
    sentences = {
        "leave": "{} must leave a swarm that it has not completed joining",
        "join_managers": "{} must join as a manager",
        "join_workers": "{} must join as a worker",
        "promote": "{} is a worker, and is declared as a manager",
        "demote": "{} is a manager, and is declared as a worker",
        "configure": "{} is not ready, or its labels or availability differ",
    }
    texts = [f"{plan['found']} must create the swarm"] if plan.get("found") else []
    texts += [sentence.format(name) for key, sentence in sentences.items() for name in plan.get(key) or []]
    texts += [
        f"{node['hostname']} ({node['id']}) is down, while its host is now another node"
        for node in plan.get("stale_nodes") or []
    ]
    return texts


def problems(nodes: list[Json], silent: list[str], services: list[Json]) -> list[str]:
    """What is not as it should be and no run of the role `swarm` would change, in sentences.

    Args:
        nodes: as of `views.node_view`, with `name`.
        silent: declared hosts that could not be asked.
        services: as of `service_view`.
    """
    told = [f"node {node['hostname']} ({node['id']}) is {node['state']}" for node in nodes if node["state"] != "ready"]
    told += [f"{name} was left out of this run, or did not answer" for name in silent]
    for service in services:
        missing = not service["job"] and service["running"] < service["desired"]
        if missing:
            failures = f"; {service['failures']} failed, the last {service['error']}" if service["failures"] else ""
            told.append(f"service {service['name']}: {service['running']} of {service['desired']} running{failures}")
        if service["update"] in ("paused", "rollback_paused"):
            words = service["update_message"] or "the engine does not say why"
            told.append(f"service {service['name']}: its {_UPDATES[service['update']]} is paused: {words}")
    return told


_UPDATES = {"paused": "update", "rollback_paused": "rollback"}


def render(status: Json) -> str:
    """The page as text for a terminal.

    Args:
        status: `cluster_id`, `quorum` (as a sentence), `nodes` (see `views.node_view`, with `name` and `tasks`),
            `services` (see `service_view`), `lock` (as a sentence, or None) and `differences` (sentences).
    """
    nodes = [
        [
            node["hostname"],
            node["name"] or "(not declared)",
            "leader" if node["leader"] else node["role"],
            _state(node),
            node["availability"],
            node["engine_version"],
            node["address"],
            str(node["tasks"]),
            ", ".join(f"{key}={value}" for key, value in sorted(node["labels"].items())),
        ]
        for node in status["nodes"]
    ]
    services = [
        [
            service["name"],
            service["mode"],
            f"{service['running']}/{service['desired']}",
            service["image"],
            ", ".join(name if count == 1 else f"{name} ({count})" for name, count in Counter(service["nodes"]).items()),
            service["update"] or "",
        ]
        for service in status["services"]
    ]
    lines = [f"Cluster {status['cluster_id']}: {status['quorum']}"]
    lines += [f"Locked: {status['lock']}"] if status["lock"] else []
    lines += [""]
    lines += _table(
        ["NODE", "HOST", "ROLE", "STATE", "AVAILABILITY", "ENGINE", "ADDRESS", "TASKS", "LABELS"],
        nodes,
    )
    if services:
        lines += ["", *_table(["SERVICE", "MODE", "TASKS", "IMAGE", "WHERE", "LAST UPDATE"], services)]
    lines += [
        "",
        "Differences from the declared state:",
        *(f"  {text}" for text in status["differences"] or ["none"]),
    ]
    urls = [
        f"  {service['name']}: http://{address}:{port['port']}/"
        for service in status["services"]
        for port in service["published"]
        for address in port["addresses"][:1]
        if port["protocol"] == "tcp"
    ]
    if urls:
        lines += ["", "URLs of published ports (for services that use HTTP):", *urls]
    return "\n".join(lines)


def _state(node: Json) -> str:
    reached = node["reachability"] in (None, "reachable")
    return str(node["state"]) if reached else f"{node['state']}, {node['reachability']}"


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in [head, *rows]]
