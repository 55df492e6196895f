# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""A service of a compose project as ServiceSpec."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import IMAGE
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.context import Stack
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.mounts import mounts
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.problems import Json, Path, Problems

_NO_ALIASES = ("bridge", "host", "none", "default")  # networks that are not user-defined
_RATIONAL = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,4})?(/\d+)?", re.ASCII)


def service_spec(name: str, service: Json, stack: Stack) -> Json:
    """The spec of one service; faults go to the stack's problems."""
    path: Path = ("services", name)
    deploy = service.get("deploy", {})
    if not service.get("image"):
        stack.problems.add(path, "needs an `image`")
    return _present(
        {
            "Name": stack.scope(name),
            "Labels": {**stack.labels(deploy.get("labels")), IMAGE: service.get("image", "")},
            "TaskTemplate": _task_template(name, service, stack, path),
            "Mode": _mode(deploy, path, stack.problems),
            "UpdateConfig": _update_config(deploy.get("update_config")),
            "RollbackConfig": _update_config(deploy.get("rollback_config")),
            "EndpointSpec": _endpoint(service, deploy),
        },
        keep=("EndpointSpec", "UpdateConfig", "RollbackConfig"),
    )


def _task_template(name: str, service: Json, stack: Stack, path: Path) -> Json:
    deploy = service.get("deploy", {})
    logging = service.get("logging")
    return _present(
        {
            "ContainerSpec": _container(service, stack, path),
            "Resources": _resources(deploy.get("resources", {}), (*path, "deploy", "resources"), stack.problems),
            "RestartPolicy": _restart_policy(service, path, stack.problems),
            "Placement": _placement(deploy.get("placement", {})),
            "Networks": _networks(name, service, stack, path),
            "LogDriver": None
            if logging is None
            else _present({"Name": logging.get("driver"), "Options": logging.get("options")}),
        },
        keep=("Resources", "RestartPolicy", "Placement", "LogDriver"),
    )


def _container(service: Json, stack: Stack, path: Path) -> Json:
    added, dropped = effective_capabilities(service.get("cap_add", []), service.get("cap_drop", []))
    configs, secrets = _configs(service, stack, path), _references("secrets", service, stack, path)
    return _present(
        {
            "Image": service.get("image"),
            "Command": service.get("entrypoint"),
            "Args": service.get("command"),
            "Labels": stack.labels(service.get("labels")),
            "Hostname": service.get("hostname"),
            "Env": environment(service.get("environment", {})),
            "Dir": service.get("working_dir"),
            "User": service.get("user"),
            "Groups": service.get("group_add"),
            "Privileges": _privileges(service.get("credential_spec", {}), stack, path),
            "Init": service.get("init"),
            "StopSignal": service.get("stop_signal"),
            "TTY": service.get("tty"),
            "OpenStdin": service.get("stdin_open"),
            "ReadOnly": service.get("read_only"),
            "Mounts": mounts(service.get("volumes", []), stack, (*path, "volumes")),
            "StopGracePeriod": service.get("stop_grace_period"),
            "Healthcheck": _healthcheck(service.get("healthcheck"), path, stack.problems),
            "Hosts": _hosts(service.get("extra_hosts", [])),
            "DNSConfig": _dns(service),
            "Secrets": sorted(secrets, key=lambda reference: (reference["SecretName"], reference["File"]["Name"])),
            "Configs": configs,
            "Isolation": service.get("isolation"),
            "Sysctls": service.get("sysctls"),
            "CapabilityAdd": added,
            "CapabilityDrop": dropped,
            "Ulimits": _ulimits(service.get("ulimits", {})),
        },
        keep=("Privileges", "Healthcheck", "Init", "StopGracePeriod"),
    )


def environment(variables: Json) -> list[str]:
    """`NAME=value`, sorted; a name alone where there is no value."""
    return sorted(name if value is None else f"{name}={value}" for name, value in variables.items())


def effective_capabilities(add: list[str], drop: list[str]) -> tuple[list[str], list[str]]:
    """What is added to and dropped from the engine's default set, normalised.

    ALL makes all others of its list needless; a capability in both lists is added.
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
            stack.problems.add(place, f'two {section} have the target "{target}"; give one of them another')
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


def _healthcheck(check: Json | None, path: Path, problems: Problems) -> Json | None:
    if check is None:
        return None
    if check.get("disable"):
        if check.get("test"):
            problems.add((*path, "healthcheck"), "test and disable exclude each other; keep one of them")
        return {"Test": ["NONE"]}
    names = {
        "test": "Test",
        "interval": "Interval",
        "timeout": "Timeout",
        "retries": "Retries",
        "start_period": "StartPeriod",
        "start_interval": "StartInterval",
    }
    return _present({names[key]: check.get(key) for key in names})


def _hosts(hosts: list[str]) -> list[str]:
    pairs = (host.split(":", 1) for host in hosts if ":" in host)
    return [f"{address} {name}" for name, address in pairs]


def _dns(service: Json) -> Json | None:
    given = {"Nameservers": "dns", "Search": "dns_search", "Options": "dns_opt"}
    return _present({name: service.get(key, []) for name, key in given.items()}) or None


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


def _resources(resources: Json, path: Path, problems: Problems) -> Json:
    result: Json = {}
    for key, name in (("limits", "Limits"), ("reservations", "Reservations")):
        if key not in resources:
            continue
        source = resources[key]
        generic = [_generic(item) for item in source.get("generic_resources", [])]
        result[name] = _present(
            {
                "NanoCPUs": nano_cpus(source.get("cpus"), (*path, key, "cpus"), problems),
                "MemoryBytes": source.get("memory"),
                "Pids": source.get("pids"),
                "GenericResources": generic,
            }
        )
    return result


def _generic(item: Json) -> Json:
    if "discrete_resource_spec" not in item:
        return {}
    spec = item["discrete_resource_spec"]
    return {"DiscreteResourceSpec": _present({"Kind": spec.get("kind"), "Value": spec.get("value")})}


def nano_cpus(text: str | None, path: Path, problems: Problems) -> int:
    """`0.5` CPUs as billionths."""
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


def _restart_policy(service: Json, path: Path, problems: Problems) -> Json | None:
    policy = service.get("deploy", {}).get("restart_policy")
    if policy is None:
        return _legacy_restart(service.get("restart", ""), (*path, "restart"), problems)
    condition = policy.get("condition")
    names = {"delay": "Delay", "max_attempts": "MaxAttempts", "window": "Window"}
    result = {names[key]: policy[key] for key in names if key in policy}
    return {"Condition": condition, **result} if condition else result


def _legacy_restart(restart: str, path: Path, problems: Problems) -> Json | None:
    name, colon, count = restart.partition(":")
    attempts: Json = {}
    if (colon and not name) or not re.fullmatch(r"(\+?[0-9]+)?", count, re.ASCII):
        problems.add(path, f'"{restart}" is not a restart policy; a count stands after a colon, as in "on-failure:3"')
    elif name == "on-failure" and int(count or 0):
        attempts = {"MaxAttempts": int(count)}
    elif int(count or 0):
        problems.warn(path, f'the count of "{restart}" has no effect; only on-failure takes one')
    if name in ("", "no"):
        return None
    conditions = {"always": "any", "unless-stopped": "any", "on-failure": "on-failure"}
    if name not in conditions:
        problems.add(path, f'"{restart}" is not a restart policy; use "no", always, unless-stopped or on-failure')
    return {"Condition": conditions.get(name), **attempts}


def _placement(placement: Json) -> Json:
    preferences = [
        {"Spread": {"SpreadDescriptor": item.get("spread", "")}} for item in placement.get("preferences", [])
    ]
    return _present(
        {
            "Constraints": placement.get("constraints"),
            "Preferences": preferences,
            "MaxReplicas": placement.get("max_replicas_per_node"),
        }
    )


def _mode(deploy: Json, path: Path, problems: Problems) -> Json:
    mode, replicas = deploy.get("mode", "replicated"), deploy.get("replicas")
    if mode in ("global", "global-job"):
        if replicas is not None:
            problems.add(
                (*path, "deploy", "replicas"), f"has no place in mode {mode}, which runs one task on each node"
            )
        return {"Global": {}} if mode == "global" else {"GlobalJob": {}}
    count = 1 if replicas is None else replicas
    if mode == "replicated-job":
        return {"ReplicatedJob": {"MaxConcurrent": count, "TotalCompletions": count}}
    if mode != "replicated":
        known = "replicated, global, replicated-job or global-job"
        problems.add((*path, "deploy", "mode"), f'"{mode}" is not a mode; use {known}')
    return {"Replicated": {"Replicas": count}}


def _update_config(config: Json | None) -> Json | None:
    if config is None:
        return None
    optional = _present(
        {
            "Delay": config.get("delay"),
            "FailureAction": config.get("failure_action"),
            "Monitor": config.get("monitor"),
            "Order": config.get("order"),
        }
    )
    return {
        "Parallelism": config.get("parallelism", 1),
        "MaxFailureRatio": config.get("max_failure_ratio", 0),
        **optional,
    }


def _endpoint(service: Json, deploy: Json) -> Json:
    names = {"protocol": "Protocol", "target": "TargetPort", "published": "PublishedPort", "mode": "PublishMode"}
    ports = [{names[key]: port[key] for key in names if key in port} for port in service.get("ports", [])]
    ports.sort(key=lambda port: port.get("PublishedPort", 0))
    return _present({"Mode": deploy.get("endpoint_mode", "").lower(), "Ports": ports})


def _present(values: Json, keep: tuple[str, ...] = ()) -> Json:
    """Without what is unset: None always, other zeros unless the key means something with them."""
    return {key: value for key, value in values.items() if value is not None and (key in keep or not _zero(value))}


def _zero(value: Any) -> bool:
    return value in ("", 0, False, [], {})
