# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Describe the current state of a stack: its objects, whether its services have converged, and unused objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.service_words import mode_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.canonical import (
    canonical_service,
    names_of,
    spec_at,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.judge import CONVERGED, SETTLING, judge
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.wait import View, look
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.deployments import as_data, deployments_in
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import NAMESPACE, belongs_to, labels_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.current import (
    is_kept_deployment,
    partition,
    unlisted_networks,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.stack_lock import deploy_in_progress

Json = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """The engine's lists, for all stacks; `view` has the tasks of the requested one."""

    services: list[Json] = field(default_factory=list)
    networks: list[Json] = field(default_factory=list)
    configs: list[Json] = field(default_factory=list)
    secrets: list[Json] = field(default_factory=list)
    view: View = field(default_factory=lambda: View({}, {}, {}))


def read(engine: Engine, stack: str | None) -> Seen:
    """Read the cluster's objects, and the tasks of one stack if it is given."""
    services = engine.services()
    names = [item["Spec"]["Name"] for item in services if stack and belongs_to(item["Spec"], stack)]
    networks = engine.networks()
    return Seen(
        services,
        [*networks, *unlisted_networks(engine, services, networks)],
        engine.configs(),
        engine.secrets(),
        look(engine, stack, names) if stack else View({}, {}, {}),
    )


def stack_names(seen: Seen) -> list[str]:
    """The names of all stacks that have objects, sorted."""
    specs = [item["Spec"] for item in [*seen.services, *seen.configs, *seen.secrets]]
    return sorted({labels_of(spec)[NAMESPACE] for spec in [*specs, *seen.networks] if NAMESPACE in labels_of(spec)})


def describe(seen: Seen, stack: str) -> Json:
    """One stack, as the module `stack_info` returns it."""
    own_configs = [item for item in seen.configs if belongs_to(item["Spec"], stack)]
    history, configs = partition(own_configs, is_kept_deployment)
    own = {
        "networks": [item for item in seen.networks if belongs_to(item, stack)],
        "configs": configs,
        "secrets": [item for item in seen.secrets if belongs_to(item["Spec"], stack)],
    }
    now = datetime.now(timezone.utc)
    services = [_service(service, seen.view, now) for _name, service in sorted(seen.view.services.items())]
    used = _used_names(seen)
    listed = {kind: sorted((_object(item) for item in items), key=_name) for kind, items in own.items()}
    return {
        "exists": bool(services or history or any(own.values())),
        "services": services,
        "tasks": [_task(name, task, seen.view) for name, tasks in sorted(seen.view.tasks.items()) for task in tasks],
        **listed,
        "orphaned": {
            kind: [item["name"] for item in items if item["name"] not in used[kind]] for kind, items in listed.items()
        },
        "deploying": deploy_in_progress(seen.configs, stack),
        "deployments": [as_data(deployment) for deployment in deployments_in(history)],
    }


def _name(item: Json) -> str:
    return str(item["name"])


def _object(item: Json) -> Json:
    spec = item.get("Spec", item)
    return {"name": spec["Name"], "id": item.get("ID") or item["Id"], "labels": labels_of(spec)}


def _service(service: Json, view: View, now: datetime) -> Json:
    spec = service["Spec"]
    verdict = judge(service, view.tasks[spec["Name"]], view.nodes, submitted=False, now=now)
    # A single read cannot watch for some time: all tasks running now counts as converged.
    converged = verdict.state in (CONVERGED, SETTLING)
    return {
        "name": spec["Name"],
        "id": service["ID"],
        "image": spec_at(spec, ("TaskTemplate", "ContainerSpec", "Image")),
        "mode": mode_of(spec),
        "running": verdict.running,
        "desired": verdict.desired,
        "converged": converged,
        "reason": "" if converged else verdict.reason,
        "update_status": (service.get("UpdateStatus") or {}).get("State") or "",
    }


def _task(service: str, task: Json, view: View) -> Json:
    node_id = task.get("NodeID") or ""
    return {
        "id": task["ID"],
        "service": service,
        "slot": task.get("Slot"),
        "node": spec_at(view.nodes.get(node_id, {}), ("Description", "Hostname")) or node_id,
        "desired_state": task["DesiredState"],
        "state": task["Status"]["State"],
        "error": task["Status"].get("Err") or "",
        "up_to_date": task["UpToDate"],
    }


def _used_names(seen: Seen) -> dict[str, set[str]]:
    """The networks, configs and secrets that any service of the cluster refers to, by name."""
    names = names_of(seen.networks, seen.configs, seen.secrets)
    used: dict[str, set[str]] = {"networks": set(), "configs": set(), "secrets": set()}
    for service in seen.services:
        task = canonical_service(service["Spec"], names)["TaskTemplate"]
        container = task["ContainerSpec"]
        used["networks"] |= {item["Target"] for item in task.get("Networks", [])}
        used["configs"] |= {item["ConfigName"] for item in container.get("Configs", [])}
        used["secrets"] |= {item["SecretName"] for item in container.get("Secrets", [])}
    return used
