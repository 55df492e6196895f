# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Convert a service of a compose project to a ServiceSpec."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import IMAGE
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.context import Stack
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.keys import IN_SPEC, SERVICE_KEYS
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.mounts import mounts
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.problems import Json, Path, Problems

_NO_ALIASES = ("bridge", "host", "none", "default")  # networks that are not user-defined
_RATIONAL = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,4})?(/\d+)?", re.ASCII)


def service_spec(name: str, service: Json, stack: Stack) -> Json:
    """The spec of one service; faults are added to the stack's problems."""
    path: Path = ("services", name)
    deploy = service.get("deploy", {})
    if not service.get("image"):
        advice = ": a swarm builds none; build and push it first, and name it" if "build" in service else ""
        stack.problems.add(path, f"needs an `image`{advice}")
    container: Json = {"Labels": stack.labels(service.get("labels"))}
    task: Json = {"ContainerSpec": container, "Resources": {}, "Placement": {}}
    spec: Json = {
        "Name": stack.scope(name),
        "Labels": {**stack.labels(deploy.get("labels")), IMAGE: service.get("image", "")},
        "TaskTemplate": task,
        "EndpointSpec": _endpoint(service, deploy),
    }
    _copy(service, spec)
    container.update(_present(_container(service, stack, path), keep=("Privileges",)))
    preferences = _at(deploy, ("placement", "preferences"))
    if preferences:
        task["Placement"]["Preferences"] = _preferences(preferences)
    task.update(_present(_task(name, service, stack, path), keep=("RestartPolicy",)))
    _complete_healthcheck(service.get("healthcheck", {}), container, path, stack.problems)
    _complete_resources(deploy.get("resources", {}), task, (*path, "deploy", "resources"), stack.problems)
    spec["Mode"] = _mode(deploy, path, stack.problems)
    for side in ("UpdateConfig", "RollbackConfig"):
        if side in spec:
            spec[side] = {"Parallelism": 1, "MaxFailureRatio": 0, **spec[side]}
    return spec


def _copy(service: Json, spec: Json) -> None:
    """Copy each value that has a field in the table of keys, unless it has a conversion here."""
    for path, field, key in _COPIED:
        if path[0] not in service:
            continue
        value = _at(service, path)
        if value is None or (key.zero < IN_SPEC and (_zero(value) or key.kind == "mapping")):
            continue
        holder = spec
        for part in field[:-1]:
            holder = holder.setdefault(part, {})
        # A mapping that matters even when empty; its items have fields of their own.
        holder[field[-1]] = {} if key.kind == "mapping" else value


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


def _task(name: str, service: Json, stack: Stack, path: Path) -> Json:
    return {
        "RestartPolicy": _legacy_restart(service.get("restart", ""), (*path, "restart"), stack.problems)
        if service.get("deploy", {}).get("restart_policy") is None
        else None,
        "Networks": _networks(name, service, stack, path),
    }


def _container(service: Json, stack: Stack, path: Path) -> Json:
    added, dropped = effective_capabilities(service.get("cap_add", []), service.get("cap_drop", []))
    configs, secrets = _configs(service, stack, path), _references("secrets", service, stack, path)
    return {
        "Env": environment(service.get("environment", {})),
        "Privileges": _privileges(service.get("credential_spec", {}), stack, path),
        "Mounts": mounts(service.get("volumes", []), stack, (*path, "volumes")),
        "Hosts": _hosts(service.get("extra_hosts", [])),
        "Secrets": sorted(secrets, key=lambda reference: (reference["SecretName"], reference["File"]["Name"])),
        "Configs": configs,
        "CapabilityAdd": added,
        "CapabilityDrop": dropped,
        "Ulimits": _ulimits(service.get("ulimits", {})),
    }


def environment(variables: Json) -> list[str]:
    """`NAME=value`, sorted; only the name if there is no value."""
    return sorted(name if value is None else f"{name}={value}" for name, value in variables.items())


def effective_capabilities(add: list[str], drop: list[str]) -> tuple[list[str], list[str]]:
    """The capabilities added to and dropped from the engine's default set, normalised.

    ALL makes all others in its list redundant; a capability in both lists is added.
    """
    added, dropped = _capabilities(add), _capabilities(drop)
    if "ALL" in added:
        added = {"ALL"}
    if "ALL" in dropped:
        dropped = {"ALL"}
    return sorted(added), sorted(dropped - added)


def _capabilities(names: list[str]) -> set[str]:
    upper = {name.strip().upper() for name in names}
    return {name if name in ("ALL", "RESET") or name.startswith("CAP_") else f"CAP_{name}" for name in upper}


def _configs(service: Json, stack: Stack, path: Path) -> list[Json]:
    references = _references("configs", service, stack, path)
    references.sort(key=lambda reference: (reference["ConfigName"], reference["File"]["Name"]))
    spec = service.get("credential_spec", {}).get("config")
    if spec and stack.defined("configs", spec, (*path, "credential_spec", "config")):
        name = stack.full_name("configs", spec)
        stack.used["configs"].add(name)
        references.append({"ConfigName": name, "Runtime": {}})
        references.sort(key=lambda reference: str(reference["ConfigName"]))
    return references


def _references(section: str, service: Json, stack: Stack, path: Path) -> list[Json]:
    name_key = {"configs": "ConfigName", "secrets": "SecretName"}[section]
    result: list[Json] = []
    targets: set[str] = set()
    for index, reference in enumerate(service.get(section, [])):
        place = (*path, section, index)
        source = reference.get("source", "")
        if not stack.defined(section, source, place):
            continue
        name = stack.full_name(section, source)
        stack.used[section].add(name)
        target = reference.get("target") or source
        if target in targets:
            stack.problems.add(place, f'two {section} have the target "{target}"; change one of them')
        targets.add(target)
        file = {
            "Name": target,
            "UID": reference.get("uid") or "0",
            "GID": reference.get("gid") or "0",
            "Mode": reference.get("mode", 0o444),
        }
        result.append({"File": file, name_key: name})
    return result


def _privileges(spec: Json, stack: Stack, path: Path) -> Json:
    given = sorted(key for key in ("config", "file", "registry") if spec.get(key))
    if len(given) > 1:
        stack.problems.add((*path, "credential_spec"), f"{' and '.join(given)} exclude each other; keep one of them")
    if not given:
        return {}
    key = given[0]
    value = stack.full_name("configs", spec[key]) if key == "config" else spec[key]
    return {"CredentialSpec": {key.capitalize(): value}}


def _complete_healthcheck(check: Json, container: Json, path: Path, problems: Problems) -> None:
    if check.get("disable"):
        if check.get("test"):
            problems.add((*path, "healthcheck"), "test and disable exclude each other; keep one of them")
        container["Healthcheck"] = {"Test": ["NONE"]}


def _hosts(hosts: list[str]) -> list[str]:
    pairs = (host.split(":", 1) for host in hosts if ":" in host)
    return [f"{address} {name}" for name, address in pairs]


def _ulimits(limits: Json) -> list[Json]:
    return [{"Name": name, "Soft": limits[name]["soft"], "Hard": limits[name]["hard"]} for name in sorted(limits)]


def _networks(name: str, service: Json, stack: Stack, path: Path) -> list[Json]:
    result = []
    networks = service.get("networks") or {"default": {}}
    for key, options in networks.items():
        if key != "default" and not stack.defined("networks", key, (*path, "networks", key)):
            continue
        target = stack.full_name("networks", key)
        aliases = list((options or {}).get("aliases", []))
        if target not in _NO_ALIASES and not target.startswith("container:"):
            aliases.append(name)
        attachment = {"Target": target, "Aliases": aliases, "DriverOpts": (options or {}).get("driver_opts")}
        result.append(_present(attachment))
    return sorted(result, key=lambda attachment: str(attachment["Target"]))


def _complete_resources(resources: Json, task: Json, path: Path, problems: Problems) -> None:
    for key, name in (("limits", "Limits"), ("reservations", "Reservations")):
        source = resources.get(key, {})
        cpus = nano_cpus(source.get("cpus"), (*path, key, "cpus"), problems)
        generic = [_generic(item) for item in source.get("generic_resources", [])]
        given = _present({"NanoCPUs": cpus, "GenericResources": generic})
        if given:
            task["Resources"].setdefault(name, {}).update(given)


def _generic(item: Json) -> Json:
    if "discrete_resource_spec" not in item:
        return {}
    spec = item["discrete_resource_spec"]
    return {"DiscreteResourceSpec": _present({"Kind": spec.get("kind"), "Value": spec.get("value")})}


def nano_cpus(text: str | None, path: Path, problems: Problems) -> int:
    """Nano CPUs from a number such as `0.5`."""
    if not text:
        return 0
    try:
        nano = Fraction(text) * 10**9 if _RATIONAL.fullmatch(text) else None
    except (ValueError, ZeroDivisionError):
        nano = None
    if nano is None:
        problems.add(path, f'"{text}" is not a number of CPUs; write "0.5"')
        return 0
    if nano.denominator != 1:
        problems.add(path, f'"{text}" is more precise than a billionth of a CPU')
    return int(nano)


def _legacy_restart(restart: str, path: Path, problems: Problems) -> Json | None:
    name, colon, count = restart.partition(":")
    attempts: Json = {}
    if (colon and not name) or not re.fullmatch(r"(\+?[0-9]+)?", count, re.ASCII):
        problems.add(path, f'"{restart}" is not a restart policy; write a count after a colon, as in "on-failure:3"')
    elif name == "on-failure" and int(count or 0):
        attempts = {"MaxAttempts": int(count)}
    elif int(count or 0):
        problems.warn(path, f'the count of "{restart}" has no effect; only on-failure can have one')
    if name in ("", "no"):
        return None
    conditions = {"always": "any", "unless-stopped": "any", "on-failure": "on-failure"}
    if name not in conditions:
        problems.add(path, f'"{restart}" is not a restart policy; use "no", always, unless-stopped or on-failure')
    return {"Condition": conditions.get(name), **attempts}


def _preferences(items: list[Json]) -> list[Json]:
    return [{"Spread": {"SpreadDescriptor": item.get("spread", "")}} for item in items]


def _mode(deploy: Json, path: Path, problems: Problems) -> Json:
    mode, replicas = deploy.get("mode", "replicated"), deploy.get("replicas")
    if mode in ("global", "global-job"):
        if replicas is not None:
            problems.add(
                (*path, "deploy", "replicas"), f"cannot be set in mode {mode}, which runs one task on each node"
            )
        return {"Global": {}} if mode == "global" else {"GlobalJob": {}}
    count = 1 if replicas is None else replicas
    if mode == "replicated-job":
        return {"ReplicatedJob": {"MaxConcurrent": count, "TotalCompletions": count}}
    if mode != "replicated":
        known = "replicated, global, replicated-job or global-job"
        problems.add((*path, "deploy", "mode"), f'"{mode}" is not a mode; use {known}')
    return {"Replicated": {"Replicas": count}}


def _endpoint(service: Json, deploy: Json) -> Json:
    names = {"protocol": "Protocol", "target": "TargetPort", "published": "PublishedPort", "mode": "PublishMode"}
    ports = [{names[key]: port[key] for key in names if key in port} for port in service.get("ports", [])]
    ports.sort(key=lambda port: port.get("PublishedPort", 0))
    return _present({"Mode": deploy.get("endpoint_mode", "").lower(), "Ports": ports})


def _present(values: Json, keep: tuple[str, ...] = ()) -> Json:
    """Remove unset values: None always, other zeros except for the given keys."""
    return {key: value for key, value in values.items() if value is not None and (key in keep or not _zero(value))}


def _zero(value: Any) -> bool:
    return not value


# Keys with a separate conversion in this file.
_CONVERTED = (
    "cap_add",
    "cap_drop",
    "configs",
    "credential_spec",
    "deploy.endpoint_mode",
    "deploy.labels",
    "deploy.mode",
    "deploy.placement.preferences",
    "deploy.replicas",
    "deploy.resources.limits.cpus",
    "deploy.resources.reservations.cpus",
    "deploy.resources.reservations.generic_resources",
    "environment",
    "extra_hosts",
    "labels",
    "networks",
    "ports",
    "secrets",
    "ulimits",
    "volumes",
)
# All others: their path in the service, their field in the spec, and their row.
_COPIED = tuple(
    (tuple(path.split(".")), tuple(key.field.split(".")), key)
    for path, key in SERVICE_KEYS.items()
    if key.field and "[]" not in key.field and not path.startswith("credential_spec") and path not in _CONVERTED
)
