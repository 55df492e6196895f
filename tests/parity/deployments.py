"""One case on one engine: deployed by the CLI, taken over by us, deployed by us, taken over by the CLI.

Each step's findings are kept, so that layers 2 and 3 look at the same deployments.
"""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import Plan
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.plan_text import plan_as_text
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.rollout import (
    plan_deploy,
    plan_removal,
    remove_all,
    roll_out,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import Desired, convert
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import load
from corpus import Case
from engines import Bed

Json = dict[str, Any]

STACK = "parity"
_NAMESPACE = "com.docker.stack.namespace"


@dataclass
class Findings:
    """What was seen.

    Attributes:
        by_cli: every object of the stack as the engine tells it after the CLI's deploy, ids replaced by names.
        by_us: the same after ours, in the same (empty) cluster.
        plan_over_cli: what we would change in the CLI's deployment.
        replaced_by_cli: services of ours of which the CLI's deploy made tasks out of date.
        changed_by_cli: services of ours whose spec is another after the CLI's deploy.
    """

    by_cli: Json = field(default_factory=dict)
    by_us: Json = field(default_factory=dict)
    plan_over_cli: str = ""
    replaced_by_cli: list[str] = field(default_factory=list)
    changed_by_cli: list[str] = field(default_factory=list)


def examine(case: Case, bed: Bed) -> Findings:
    """Deploy a case both ways on an engine, one after the other, and clean up."""
    project = load(case.files, case.environment, dialect=case.dialect)
    desired = convert(
        project.config, STACK, bed.engine.api_version, project.config_data, project.secret_data, newer_fields="warn"
    )
    made = _make_externals(bed, desired)
    findings = Findings()
    try:
        bed.cli_deploy(case, STACK)
        findings.by_cli = _objects(bed, desired)
        over = _plan(bed, desired)[0]
        findings.plan_over_cli = plan_as_text(over) if over.changed else ""
        _remove(bed)
        plan, current = _plan(bed, desired)
        roll_out(bed.engine, plan, current, wait=False, wait_timeout=0, auth_for=_no_auth)
        findings.by_us = _objects(bed, desired)
        before = _tasks(bed)
        bed.cli_deploy(case, STACK)
        fresh = {task["ID"] for task in bed.engine.tasks({"label": f"{_NAMESPACE}={STACK}", "_up-to-date": "true"})}
        findings.replaced_by_cli = sorted({name for task_id, name in before.items() if task_id not in fresh})
        after = _objects(bed, desired)["services"]
        findings.changed_by_cli = [name for name, spec in findings.by_us["services"].items() if after[name] != spec]
    finally:
        _remove(bed)
        for undo, object_id in made:
            undo(object_id)
    return findings


def _plan(bed: Bed, desired: Desired) -> tuple[Plan, Any]:
    return plan_deploy(bed.engine, STACK, desired, prune=False, resolve_image="never", auth_for=_no_auth)


def _no_auth(_image: str) -> None:
    return None


def _remove(bed: Bed) -> None:
    remove_all(bed.engine, plan_removal(bed.engine, STACK), 60)


def _make_externals(bed: Bed, desired: Desired) -> list[tuple[Any, str]]:
    engine = bed.engine
    networks = sorted(desired.external_networks - {"host", "bridge", "none"})
    content = {"Data": "eA=="}
    return [
        *(
            (engine.network_remove, engine.network_create({"Name": name, "Driver": "overlay"})["Id"])
            for name in networks
        ),
        *((engine.config_remove, engine.config_create({"Name": name, **content})) for name in desired.external_configs),
        *((engine.secret_remove, engine.secret_create({"Name": name, **content})) for name in desired.external_secrets),
    ]


def _reference_key(item: Json) -> tuple[str, str]:
    return item.get("ConfigName") or item["SecretName"], (item.get("File") or {}).get("Name", "")


def _left_alone(spec: Json) -> bool:
    """Whether the CLI leaves tasks of its own deployments alone when it sends a service again.

    An update runs a job again. References to one and the same config or secret come out of a Go map, in another
    order each time, and another order is another spec to the orchestrator.
    """
    container = spec["TaskTemplate"]["ContainerSpec"]
    names = [_reference_key(item)[0] for kind in ("Configs", "Secrets") for item in container.get(kind) or []]
    return len(names) == len(set(names)) and not {"ReplicatedJob", "GlobalJob"} & set(spec["Mode"])


def _tasks(bed: Bed) -> dict[str, str]:
    """Name of the service by id of each task that a redeploy must leave alone."""
    services = {item["ID"]: item["Spec"] for item in bed.engine.services({"label": f"{_NAMESPACE}={STACK}"})}
    return {
        task["ID"]: services[task["ServiceID"]]["Name"]
        for task in bed.engine.tasks({"label": f"{_NAMESPACE}={STACK}"})
        # Tasks of jobs removed before may linger.
        if task["ServiceID"] in services and _left_alone(services[task["ServiceID"]])
    }


def _objects(bed: Bed, desired: Desired) -> Json:
    """Everything of the stack as the engine tells it, less what differs between any two deploys."""
    engine, label = bed.engine, {"label": f"{_NAMESPACE}={STACK}"}
    _await_allocation(bed)
    return {
        "services": {item["Spec"]["Name"]: _named(item["Spec"], engine) for item in engine.services(label)},
        "networks": {item["Name"]: _network(item, desired.networks[item["Name"]]) for item in engine.networks(label)},
        "configs": {item["Spec"]["Name"]: item["Spec"] for item in engine.configs(label)},
        "secrets": {item["Spec"]["Name"]: item["Spec"] for item in engine.secrets(label)},
    }


def _await_allocation(bed: Bed) -> None:
    """A network has no driver and no subnet before the orchestrator's allocator came round to it."""
    deadline = time.monotonic() + 30
    while not all(network["Driver"] for network in bed.engine.networks({"label": f"{_NAMESPACE}={STACK}"})):
        assert time.monotonic() < deadline, "the networks are not allocated"
        time.sleep(0.1)


def _named(spec: Json, engine: Engine) -> Json:
    spec = copy.deepcopy(spec)
    task = spec["TaskTemplate"]
    for attachment in task.get("Networks") or []:
        attachment["Target"] = engine.network(attachment["Target"])["Name"]
    container = task["ContainerSpec"]
    for kind in ("Configs", "Secrets"):
        if container.get(kind):
            container[kind].sort(key=_reference_key)
    for item in [*(container.get("Configs") or []), *(container.get("Secrets") or [])]:
        # The name beside it says the same in both deployments.
        item.pop("ConfigID", None)
        item.pop("SecretID", None)
    credential = (container.get("Privileges") or {}).get("CredentialSpec") or {}
    if credential.get("Config"):
        credential["Config"] = "the config named by the runtime reference"
    return spec


def _network(network: Json, wanted: Json) -> Json:
    """A network without what the allocator chose: id, time, addresses, VXLAN number."""
    chosen = {"Id", "Created", "Containers", "Peers", "Services"}
    kept = {key: value for key, value in network.items() if key not in chosen}
    options = kept.get("Options") or {}
    kept["Options"] = {key: value for key, value in options.items() if not key.endswith("vxlanid_list")}
    if not (wanted.get("IPAM") or {}).get("Config"):
        kept["IPAM"] = {**kept["IPAM"], "Config": "the allocator's choice"}
    return kept
