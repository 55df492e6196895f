"""One form for what docker compose prints and what our loader returns, so that the two can be compared.

Left out on both sides: keys that swarm has nothing for, objects that no service uses, and what means nothing
(null, "", false, empty lists and mappings).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import ComposeError, Project, load
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.env_files import project_variables
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.keys import INEFFECTIVE
from compose_oracle import HOME, PROJECT, Answer, Question

Json = dict[str, Any]

_UNITS = {"h": 3600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6, "µs": 10**3, "ns": 1}
_PART = re.compile(r"([0-9.]+)(ms|µs|ns|h|m|s)")
_SECTIONS = ("networks", "volumes", "configs", "secrets")
_NOT_COMPARED = ("attach", "depends_on", "develop", "env_file", "models", "profiles", "provider", "scale", "tmpfs")
_NO_VALUE = "<no value>"


def ours(question: Question, place: Path, dialect: str = "compose") -> tuple[Any, str]:
    """Our reading of a project in the common form, or None and why it is refused."""
    environment = {"HOME": HOME, "PWD": str(place), **question.environment}
    try:
        project = load(
            [str(place / name) for name in question.main],
            project_variables(str(place), [], environment),
            dialect=dialect,
            profiles=question.profiles,
            unsupported="ignore",
            name=PROJECT,
        )
    except ComposeError as error:
        return None, str(error)
    return of_ours(project), ""


def theirs(question: Question, place: Path, answer: Answer) -> Any:
    """docker compose's reading in the common form, or None if it refused."""
    if answer.config is None:
        return None
    environment = {"HOME": HOME, **question.environment}
    return of_compose(answer.config, project_variables(str(place), [], environment))


def of_compose(config: Json, environment: Mapping[str, str]) -> Json:
    """What docker compose printed, run in that environment. Every text has `$$` for `$` there."""
    config = _undoubled(config)
    services = {name: _compose_service(service) for name, service in config.get("services", {}).items()}
    result: Json = {"services": services}
    for section in _SECTIONS:
        result[section] = {
            name: _compose_object(name, value, environment) for name, value in config.get(section, {}).items()
        }
    result["order"] = {
        name: {other: details["condition"] for other, details in service.get("depends_on", {}).items()}
        for name, service in config.get("services", {}).items()
    }
    existing = services.keys()
    result["order"] = {
        name: {other: condition for other, condition in others.items() if other in existing}
        for name, others in result["order"].items()
    }
    return tidied(result)


def of_ours(project: Project) -> Json:
    """What our loader made of the same project."""
    services = {name: _our_service(service) for name, service in project.config["services"].items()}
    used = {(section, name) for service in services.values() for section, name in _uses(service)}
    result: Json = {"services": services}
    for section in _SECTIONS:
        data = {"configs": project.config_data, "secrets": project.secret_data}.get(section, {})
        result[section] = {
            name: _our_object(value, data.get(name))
            for name, value in project.config.get(section, {}).items()
            if (section, name) in used
        }
    result["order"] = project.depends_on
    return tidied(result)


def tidied(value: Any) -> Any:
    """A value without what means nothing. A number 0 does."""
    if isinstance(value, dict):
        items = {key: tidied(item) for key, item in value.items()}
        return {key: item for key, item in items.items() if not _means_nothing(item)}
    if isinstance(value, list):
        return [tidied(item) for item in value]
    return value


def _means_nothing(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {})


def _undoubled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key.replace("$$", "$"): _undoubled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_undoubled(item) for item in value]
    return value.replace("$$", "$") if isinstance(value, str) else value


def _uses(service: Json) -> Iterable[tuple[str, str]]:
    for name in service.get("networks", {}):
        yield "networks", name
    for section in ("volumes", "configs", "secrets"):
        for reference in service.get(section, []):
            yield section, reference.get("source", "")


def _compose_service(service: Json) -> Json:
    service = _effective(dict(service), ("services", "*"))
    service["environment"] = {key: _variable(value) for key, value in (service.get("environment") or {}).items()}
    if service.get("stop_grace_period"):
        service["stop_grace_period"] = _nanoseconds(service["stop_grace_period"])
    service["healthcheck"] = _with_durations(service.get("healthcheck", {}))
    service["ulimits"] = {
        # docker compose leaves zeros out.
        name: {"soft": limit, "hard": limit} if isinstance(limit, int) else {"soft": 0, "hard": 0, **limit}
        for name, limit in service.get("ulimits", {}).items()
    }
    service["ports"] = [port for item in service.get("ports", []) for port in _compose_port(item)]
    service["volumes"] = [_compose_mount(item) for item in service.get("volumes", [])]
    service["volumes"] += [_tmpfs(item) for item in service.get("tmpfs", [])]
    service["secrets"] = [_compose_reference(item, "/run/secrets/") for item in service.get("secrets", [])]
    service["configs"] = [_compose_reference(item, "/") for item in service.get("configs", [])]
    service["extra_hosts"] = [host.replace("=", ":", 1) for host in service.get("extra_hosts", [])]
    if "scale" in service:
        service["deploy"] = {**(service.get("deploy") or {}), "replicas": service["scale"]}
    return _common({key: value for key, value in service.items() if key not in _NOT_COMPARED})


def _our_service(service: Json) -> Json:
    service = _effective(dict(service), ("services", "*"))
    service["environment"] = {key: _variable(value) for key, value in service.get("environment", {}).items()}
    service["ports"] = [{"mode": "ingress", "protocol": "tcp", **port} for port in service.get("ports", [])]
    service["secrets"] = [_without_usual_target(item, "/run/secrets/") for item in service.get("secrets", [])]
    service["configs"] = [_without_usual_target(item, "/") for item in service.get("configs", [])]
    return _common({key: value for key, value in service.items() if key not in _NOT_COMPARED})


def _common(service: Json) -> Json:
    service["ports"] = _sorted({_text(port): port for port in service["ports"]}.values())
    service["volumes"] = _sorted(tidied(service.get("volumes", [])))
    if service.get("healthcheck", {}).get("disable"):
        service["healthcheck"] = {key: item for key, item in service["healthcheck"].items() if key != "test"}
    service["extra_hosts"] = sorted(set(service.get("extra_hosts", [])))
    service["networks"] = {
        name: {**(network or {}), "attached": True} for name, network in (service.get("networks") or {}).items()
    }
    if not service.get("networks"):
        service["networks"] = {"default": {"attached": True}}
    service.pop("network_mode", None)
    deploy = _with_durations(service.get("deploy") or {})
    for policy in ("update_config", "rollback_config", "restart_policy"):
        if policy in deploy:
            deploy[policy] = {**_with_durations(deploy[policy]), "given": True}
    resources = {}
    for kind, limits in (deploy.get("resources") or {}).items():
        resources[kind] = {key: float(item) if key in ("cpus", "memory") else item for key, item in limits.items()}
    service["deploy"] = {**deploy, "resources": resources}
    return service


def _effective(value: Json, pattern: tuple[str, ...]) -> Any:
    """The value without keys that have no effect in a swarm."""
    if isinstance(value, list):
        return [_effective(item, (*pattern, "[]")) for item in value]
    if not isinstance(value, dict):
        return value
    result = {}
    for key, item in value.items():
        path = (*pattern, key)
        wild = (*pattern, "*")
        if path not in INEFFECTIVE and not key.startswith("x-"):
            known = wild if any(known[: len(wild)] == wild for known in INEFFECTIVE) else path
            result[key] = _effective(item, known)
    return result


def _sorted(items: Iterable[Json]) -> list[Json]:
    return sorted(items, key=_text)


def _text(item: Json) -> str:
    return json.dumps(item, sort_keys=True)


def _variable(value: Any) -> Any:
    return _NO_VALUE if value is None else f"={value}"


def _compose_port(port: Json) -> list[Json]:
    kept = {key: value for key, value in port.items() if key in ("mode", "target", "protocol")}
    first, _dash, last = str(port.get("published", "")).partition("-")
    if not first:
        return [kept]
    if not (first + last).isdigit():
        return [{**kept, "published": port["published"]}]
    return [{**kept, "published": number} for number in range(int(first), int(last or first) + 1)]


def _compose_mount(mount: Json) -> Json:
    if "size" in mount.get("tmpfs", {}):
        mount = {**mount, "tmpfs": {**mount["tmpfs"], "size": int(mount["tmpfs"]["size"])}}
    return mount


def _tmpfs(text: str) -> Json:
    target, _colon, options = text.partition(":")
    sizes = [option.removeprefix("size=") for option in options.split(",") if option.startswith("size=")]
    units = {"k": 1024, "m": 1024**2, "g": 1024**3}
    size = int(sizes[0].rstrip("kmg")) * units.get(sizes[0][-1], 1) if sizes else None
    return {"type": "tmpfs", "target": target, "tmpfs": {"size": size}}


def _compose_reference(reference: Json, folder: str) -> Json:
    result = _without_usual_target(reference, folder)
    if "mode" in result:
        result["mode"] = int(result["mode"], 8) if isinstance(result["mode"], str) else result["mode"]
    return result


def _without_usual_target(reference: Json, folder: str) -> Json:
    usual = reference.get("target") in (folder + reference["source"], reference["source"])
    return {key: value for key, value in reference.items() if key != "target" or not usual}


def _compose_object(name: str, value: Json, environment: Mapping[str, str]) -> Json:
    result = {key: item for key, item in (value or {}).items() if not key.startswith("x-")}
    if result.get("name") == f"{PROJECT}_{name}":
        del result["name"]
    if "environment" in result:
        result["content"] = environment.get(result.pop("environment"))
    return result


def _our_object(value: Json, data: bytes | None) -> Json:
    content = data.decode() if data is not None and "file" not in value else None
    return {**value, "content": content}


def _with_durations(values: Json) -> Json:
    durations = ("interval", "timeout", "start_period", "start_interval", "delay", "monitor", "window")
    return {
        key: _nanoseconds(value) if key in durations and isinstance(value, str) else value
        for key, value in values.items()
    }


def _nanoseconds(text: str) -> int:
    return round(sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text)))
