# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics of a Docker Swarm for Prometheus, with nothing but Python's standard library.

    swarm_exporter.py cluster --door http://door:2375     what managers know: services, tasks, nodes, quorum
    NODE=… NODE_ID=… swarm_exporter.py node --door http://door:2375 --cgroups /host/cgroup
                                                          what the tasks of this node use of CPU and memory

It never has the Docker socket. The door is a proxy that answers GET of nodes, services and tasks; what a task uses is
read from the kernel's control groups, where every container has a folder named by its id.

Metrics and their labels are described in docs/monitoring.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Labels = dict[str, str]

STACK_LABEL = "com.docker.stack.namespace"
# Task states that a task ends in without having done its work.
FAILED = ("failed", "rejected", "orphaned")
UPDATE_STATES = (
    "updating",
    "paused",
    "completed",
    "rollback_started",
    "rollback_paused",
    "rollback_completed",
)
OUT_OF_MEMORY = 137  # 128 + SIGKILL: what the kernel's out-of-memory killer leaves, and `docker kill` too


class Metrics:
    """Samples in Prometheus' text format, in the order in which they are added."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}

    def declare(self, name: str, kind: str, help_text: str) -> None:
        """Say what a metric is, before its first sample; one without samples is told as well."""
        self._lines.setdefault(name, [f"# HELP {name} {help_text}", f"# TYPE {name} {kind}"])

    def add(self, name: str, value: float, labels: Mapping[str, str] | None = None) -> None:
        """One sample of a declared metric."""
        inner = ",".join(f'{key}="{escaped(text)}"' for key, text in (labels or {}).items())
        shown = repr(float(value)) if value != int(value) else str(int(value))
        self._lines[name].append(f"{name}{{{inner}}} {shown}" if inner else f"{name} {shown}")

    def text(self) -> str:
        """The page that Prometheus reads."""
        return "\n".join(line for lines in self._lines.values() for line in lines) + "\n"


def escaped(text: str) -> str:
    """A label's value in Prometheus' text format."""
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


# -- what managers know ---------------------------------------------------------------------------------------------


class Failures:
    """Counts tasks that failed, each once. Swarm forgets old tasks, so what was counted is remembered by task id."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._begun = False
        self.counts: Counter[tuple[str, str]] = Counter()

    def see(self, tasks: Iterable[Json]) -> None:
        """Count failed tasks that were not there before. Those of the first look happened before anybody counted."""
        present = {task["ID"]: task for task in tasks if task["Status"]["State"] in FAILED}
        for key, task in present.items():
            if self._begun and key not in self._seen:
                self.counts[task["ServiceID"], reason_of(task)] += 1
        self._seen = set(present)
        self._begun = True


def reason_of(task: Json) -> str:
    """Why a task failed, in a word that stays the same: `rejected`, `orphaned`, `killed`, `unhealthy`, `exit_1`."""
    status = task["Status"]
    if status["State"] != "failed":
        return str(status["State"])
    if "unhealthy" in str(status.get("Err", "")):
        return "unhealthy"
    code = (status.get("ContainerStatus") or {}).get("ExitCode") or 0
    if code == OUT_OF_MEMORY:
        return "killed"
    return f"exit_{code}" if code else "failed"


def service_labels(service: Json) -> Labels:
    """`stack` and `service`, the service's whole name."""
    spec = service["Spec"]
    return {"stack": str((spec.get("Labels") or {}).get(STACK_LABEL, "")), "service": str(spec["Name"])}


def is_current(task: Json, down: set[str]) -> bool:
    """Whether a task counts: it is meant to run, and not on a node that is down."""
    return task.get("DesiredState") in ("running", "complete") and task.get("NodeID") not in down


def cluster_metrics(nodes: list[Json], services: list[Json], tasks: list[Json], failures: Failures) -> Metrics:
    """All that managers tell, as of one moment."""
    metrics = Metrics()
    _nodes(metrics, nodes)
    down = {node["ID"] for node in nodes if (node.get("Status") or {}).get("State") == "down"}
    failures.see(tasks)
    _services(metrics, services, tasks, down, failures)
    return metrics


def _nodes(metrics: Metrics, nodes: list[Json]) -> None:
    metrics.declare("swarm_node_up", "gauge", "Whether the managers see the node as ready.")
    metrics.declare("swarm_node_active", "gauge", "Whether the node may be given tasks (availability active).")
    metrics.declare("swarm_node_info", "gauge", "One sample a node: its role, availability and engine version.")
    metrics.declare("swarm_manager_reachable", "gauge", "Whether the other managers reach this one.")
    metrics.declare("swarm_manager_leader", "gauge", "Whether the manager leads.")
    managers, reachable = 0, 0
    for node in sorted(nodes, key=lambda item: str(item["Description"].get("Hostname", ""))):
        spec, description = node["Spec"], node["Description"]
        labels = {"node": str(description.get("Hostname", "")), "node_id": str(node["ID"])}
        metrics.add("swarm_node_up", (node.get("Status") or {}).get("State") == "ready", labels)
        metrics.add("swarm_node_active", spec.get("Availability") == "active", labels)
        engine = str((description.get("Engine") or {}).get("EngineVersion", ""))
        info = {"role": str(spec.get("Role", "")), "availability": str(spec.get("Availability", "")), "engine": engine}
        metrics.add("swarm_node_info", 1, {**labels, **info})
        if spec.get("Role") == "manager":
            managers += 1
            status = node.get("ManagerStatus") or {}
            reachable += status.get("Reachability") == "reachable"
            metrics.add("swarm_manager_reachable", status.get("Reachability") == "reachable", labels)
            metrics.add("swarm_manager_leader", bool(status.get("Leader")), labels)
    metrics.declare("swarm_managers", "gauge", "Managers of the swarm.")
    metrics.add("swarm_managers", managers)
    metrics.declare("swarm_managers_reachable", "gauge", "Managers that the others reach.")
    metrics.add("swarm_managers_reachable", reachable)
    metrics.declare("swarm_quorum_margin", "gauge", "Reachable managers that can be lost before the quorum is.")
    metrics.add("swarm_quorum_margin", reachable - (managers // 2 + 1))


def _services(metrics: Metrics, services: list[Json], tasks: list[Json], down: set[str], failures: Failures) -> None:
    metrics.declare("swarm_service_replicas_desired", "gauge", "Tasks that the service is to have.")
    metrics.declare("swarm_service_replicas_running", "gauge", "Tasks of it that run.")
    metrics.declare("swarm_service_update_state", "gauge", "1 for the state the service's last update is in.")
    metrics.declare("swarm_service_task_failures_total", "counter", "Tasks that failed, by reason.")
    by_service: dict[str, list[Json]] = {}
    for task in tasks:
        by_service.setdefault(task.get("ServiceID", ""), []).append(task)
    for service in sorted(services, key=lambda item: str(item["Spec"]["Name"])):
        labels, own = service_labels(service), by_service.get(service["ID"], [])
        current = [task for task in own if is_current(task, down)]
        running = sum(task["Status"]["State"] == "running" and task["DesiredState"] == "running" for task in current)
        desired = desired_of(service, current)
        if desired is not None:
            metrics.add("swarm_service_replicas_desired", desired, labels)
            metrics.add("swarm_service_replicas_running", running, labels)
        state = (service.get("UpdateStatus") or {}).get("State", "")
        for name in UPDATE_STATES:
            metrics.add("swarm_service_update_state", state == name, {**labels, "state": name})
        for (service_id, reason), count in sorted(failures.counts.items()):
            if service_id == service["ID"]:
                metrics.add("swarm_service_task_failures_total", count, {**labels, "reason": reason})


def desired_of(service: Json, current: list[Json]) -> int | None:
    """How many tasks a service is to have; None for a job, whose tasks end.

    `ServiceStatus` says it where the engine sends it (API 1.41); for a global service it counts the nodes that fit.
    """
    mode = service["Spec"].get("Mode") or {}
    if "ReplicatedJob" in mode or "GlobalJob" in mode:
        return None
    if "Global" in mode:
        status = service.get("ServiceStatus") or {}
        return (
            int(status["DesiredTasks"]) if "DesiredTasks" in status else len({task.get("NodeID") for task in current})
        )
    replicas = (mode.get("Replicated") or {}).get("Replicas")
    return 1 if replicas is None else int(replicas)


# -- what a node's tasks use ----------------------------------------------------------------------------------------


def containers_of(tasks: Iterable[Json], node_id: str) -> dict[str, Json]:
    """Tasks that run on a node, by the id of their container."""
    found = {}
    for task in tasks:
        container = ((task.get("Status") or {}).get("ContainerStatus") or {}).get("ContainerID")
        if task.get("NodeID") == node_id and container and task["Status"]["State"] == "running":
            found[container] = task
    return found


def node_metrics(
    tasks: Mapping[str, Json], services: Mapping[str, Json], usages: Mapping[str, Usage], node: str
) -> Metrics:
    """What each task uses.

    Args:
        tasks: by container id.
        services: by id.
        usages: by container id; a container that has just gone has none.
        node: the node's hostname.
    """
    metrics = Metrics()
    metrics.declare("swarm_task_cpu_seconds_total", "counter", "CPU time that the task has used.")
    metrics.declare("swarm_task_memory_bytes", "gauge", "Memory in use without inactive file cache, as docker stats.")
    metrics.declare("swarm_task_memory_limit_bytes", "gauge", "The task's memory limit, where it has one.")
    metrics.declare("swarm_task_oom_kills_total", "counter", "Processes of the task that the kernel killed for memory.")
    for container, task in sorted(tasks.items(), key=lambda item: str(item[1]["ID"])):
        usage, service = usages.get(container), services.get(task.get("ServiceID", ""))
        if usage is None or service is None:
            continue
        labels = {**service_labels(service), "task": str(task["ID"]), "node": node}
        if task.get("Slot"):
            labels["slot"] = str(task["Slot"])
        metrics.add("swarm_task_cpu_seconds_total", usage.cpu_seconds, labels)
        metrics.add("swarm_task_memory_bytes", usage.memory_bytes, labels)
        if usage.memory_limit is not None:
            metrics.add("swarm_task_memory_limit_bytes", usage.memory_limit, labels)
        metrics.add("swarm_task_oom_kills_total", usage.oom_kills, labels)
    return metrics


class Usage:
    """What one container has used: seconds, bytes, a limit in bytes or None, and kills."""

    def __init__(self, cpu_seconds: float, memory_bytes: int, memory_limit: int | None, oom_kills: int) -> None:
        self.cpu_seconds = cpu_seconds
        self.memory_bytes = memory_bytes
        self.memory_limit = memory_limit
        self.oom_kills = oom_kills


# What the kernel says where there is no limit: the largest number of pages, in bytes (version 1 of control groups).
_NO_LIMIT = 1 << 60


def usage_in(folders: Sequence[Path]) -> Usage | None:
    """What a container has used, from its folders: one with version 2 of control groups, one a controller with 1.

    Memory is counted as `docker stats` does: usage less the file cache that the kernel can take back at once.
    """
    try:
        cpu, memory = _cpu_seconds(folders), _memory(folders)
    except (OSError, ValueError, KeyError):
        return None  # the container has just gone
    return None if cpu is None or memory is None else Usage(cpu, *memory)


def _cpu_seconds(folders: Sequence[Path]) -> float | None:
    for folder in folders:
        if (folder / "cpuacct.usage").is_file():
            return int((folder / "cpuacct.usage").read_text()) / 1e9
        if (folder / "cpu.stat").is_file() and "usage_usec" in (stat := _fields(folder / "cpu.stat")):
            return stat["usage_usec"] / 1e6
    return None


def _memory(folders: Sequence[Path]) -> tuple[int, int | None, int] | None:
    """Bytes in use, the limit, and kills."""
    for folder in folders:
        if (folder / "memory.current").is_file():
            inactive = _fields(folder / "memory.stat").get("inactive_file", 0)
            text = (folder / "memory.max").read_text().strip()
            limit = None if text == "max" else int(text)
            kills = _fields(folder / "memory.events").get("oom_kill", 0)
            return max(int((folder / "memory.current").read_text()) - inactive, 0), limit, kills
        if (folder / "memory.usage_in_bytes").is_file():
            inactive = _fields(folder / "memory.stat").get("total_inactive_file", 0)
            value = int((folder / "memory.limit_in_bytes").read_text())
            kills = _fields(folder / "memory.oom_control").get("oom_kill", 0)
            used = int((folder / "memory.usage_in_bytes").read_text())
            return max(used - inactive, 0), value if value < _NO_LIMIT else None, kills
    return None


def _fields(path: Path) -> dict[str, int]:
    """A file of lines `name number`."""
    return {
        name: int(number) for name, _space, number in (line.partition(" ") for line in path.read_text().splitlines())
    }


class CgroupFolders:
    """Where the control groups of containers are: folders named by the container's id, or `docker-<id>.scope`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, list[Path]] = {}

    def of(self, containers: Iterable[str]) -> dict[str, list[Path]]:
        """Folders by container id. Looks through the tree only for containers it does not know yet."""
        asked = set(containers)
        self._known = {key: folders for key, folders in self._known.items() if key in asked}
        missing = asked - set(self._known)
        if missing:
            for folder in self._folders():
                key = folder.name.removeprefix("docker-").removesuffix(".scope")
                if key in missing:
                    self._known.setdefault(key, []).append(folder)
        return self._known

    def _folders(self) -> Iterator[Path]:
        waiting = [self._root]
        while waiting:
            folder = waiting.pop()
            try:
                children = [child for child in folder.iterdir() if child.is_dir() and not child.is_symlink()]
            except OSError:
                continue
            yield folder
            waiting += children


# -- the door, and the page -----------------------------------------------------------------------------------------


class Door:
    """The read-only proxy in front of managers' engines."""

    def __init__(self, url: str, timeout: float = 10) -> None:
        self._url, self._timeout = url.rstrip("/"), timeout

    def get(self, path: str) -> list[Json]:
        """`GET` of a list."""
        with urllib.request.urlopen(f"{self._url}{path}", timeout=self._timeout) as answer:
            return list(json.load(answer))


class Exporter:
    """Answers Prometheus; what takes longer than a scrape may is not asked twice at once."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._door = Door(options.door)
        self._options = options
        self._failures = Failures()
        self._folders = CgroupFolders(Path(options.cgroups))
        self._lock = threading.Lock()

    def page(self) -> str:
        """The metrics now. An error of the door is a metric too: `swarm_exporter_door_up 0`."""
        with self._lock:
            begun = time.monotonic()
            try:
                metrics, up = self._collect(), 1
            except (OSError, ValueError, KeyError) as error:
                print(f"the door did not answer as it should: {error}", file=sys.stderr, flush=True)
                metrics, up = Metrics(), 0
            metrics.declare("swarm_exporter_door_up", "gauge", "Whether the door answered this time.")
            metrics.add("swarm_exporter_door_up", up)
            metrics.declare("swarm_exporter_seconds", "gauge", "How long it took to ask.")
            metrics.add("swarm_exporter_seconds", round(time.monotonic() - begun, 4))
            return metrics.text()

    def _collect(self) -> Metrics:
        tasks, services = self._door.get("/tasks"), self._door.get("/services?status=true")
        if self._options.what == "cluster":
            return cluster_metrics(self._door.get("/nodes"), services, tasks, self._failures)
        mine = containers_of(tasks, self._options.node_id)
        usages = {key: usage_in(folders) for key, folders in self._folders.of(mine).items()}
        present = {key: usage for key, usage in usages.items() if usage is not None}
        return node_metrics(mine, {service["ID"]: service for service in services}, present, self._options.node)


def serve(exporter: Exporter, port: int) -> None:
    """Answer `GET /metrics` until stopped."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path in ("/metrics", "/")
            body = (exporter.page() if known else "not found\n").encode()
            self.send_response(200 if known else 404)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Scrapes are not news."""

    ThreadingHTTPServer(("", port), Handler).serve_forever()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="Metrics of a Docker Swarm for Prometheus")
    parser.add_argument("what", choices=["cluster", "node"])
    parser.add_argument("--door", default="http://door:2375", help="where the Engine API is read")
    parser.add_argument("--cgroups", default="/host/cgroup", help="where the host's /sys/fs/cgroup is")
    # Swarm fills in its placeholders in the environment, not in a command.
    parser.add_argument("--node", default=os.environ.get("NODE", ""), help="this node's hostname ($NODE)")
    parser.add_argument("--node-id", default=os.environ.get("NODE_ID", ""), help="this node's id ($NODE_ID)")
    parser.add_argument("--port", type=int, default=9200)
    options = parser.parse_args()
    serve(Exporter(options), options.port)


if __name__ == "__main__":
    main()
