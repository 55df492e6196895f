"""What `docker stack config` printed, in the canonical form of our loader.

Written independently of the loader: it only knows how Go prints durations and sizes.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import yaml

_UNITS = {"h": 3600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6, "µs": 10**3, "ns": 1}
_PART = re.compile(r"([0-9.]+)(ms|µs|ns|h|m|s)")

Json = dict[str, Any]


class _GoYaml(yaml.SafeLoader):
    """YAML 1.1 as PyYAML knows it, less what Go does not write or means otherwise."""


# Timestamps and numbers in base 60 are plain strings in Go's output.
_GoYaml.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if not tag.endswith((":timestamp", ":int", ":float", ":value", ":merge"))
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_GoYaml.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(0|[1-9][0-9]*)$"), list("-0123456789"))
_GoYaml.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^-?[0-9]+(\.[0-9]+)?(e[-+][0-9]+)?$"), list("-0123456789")
)


def canonical(printed: str) -> Json:
    """Parse what the CLI printed. Extensions and the version are left out: they mean nothing in a swarm."""
    document: Json = yaml.load(printed, Loader=_GoYaml)  # a SafeLoader
    sections = {key: _plain(value) for key, value in document.items() if key != "version" and not key.startswith("x-")}
    sections["services"] = {name: _service(value) for name, value in sections.get("services", {}).items()}
    return sections


def _plain(objects: Json) -> Json:
    return {
        name: {key: item for key, item in value.items() if not key.startswith("x-")} for name, value in objects.items()
    }


def _service(service: Json) -> Json:
    _durations(service, "stop_grace_period")
    _durations(service.get("healthcheck", {}), "interval", "timeout", "start_period", "start_interval")
    deploy = service.get("deploy", {})
    for key in ("update_config", "rollback_config"):
        _durations(deploy.get(key, {}), "delay", "monitor")
    _durations(deploy.get("restart_policy", {}), "delay", "window")
    for resource in deploy.get("resources", {}).values():
        if "memory" in resource:
            resource["memory"] = int(resource["memory"])
    if "ulimits" in service:
        service["ulimits"] = {name: _ulimit(limit) for name, limit in service["ulimits"].items()}
    return service


def _ulimit(limit: int | Json) -> Json:
    if isinstance(limit, int):
        return {"soft": limit, "hard": limit}
    return {"soft": limit.get("soft", 0), "hard": limit.get("hard", 0)}


def _durations(values: Json, *keys: str) -> None:
    for key in keys:
        if key in values:
            values[key] = _nanoseconds(values[key])


def _nanoseconds(text: str) -> int:
    total = sum(Decimal(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    return int(-total if text.startswith("-") else total)
