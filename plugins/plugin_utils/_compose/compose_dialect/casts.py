# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.
"""Quoted numbers and booleans, and times in days and weeks: texts that docker compose takes where a type belongs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import Path
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.units import byte_count

_TRUE = ("y", "yes", "true", "on")
_FALSE = ("n", "no", "false", "off")
_LONG_TIMES = re.compile(r"(\d+\.?\d*|\.\d+)([dw])", re.ASCII)
_HOURS = {"d": 24, "w": 168}


def _integer(text: str) -> int:
    if not re.fullmatch(r"[-+]?\d+", text, re.ASCII):
        raise ValueError(f'must be an integer, not the text "{text}"')
    return int(text)


def _number(text: str) -> float:
    if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text, re.ASCII):
        raise ValueError(f'must be a number, not the text "{text}"')
    return float(text)


def _boolean(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(f'must be true or false, not the text "{text}"')


def _duration(text: str) -> str:
    """Days and weeks as hours."""
    return _LONG_TIMES.sub(lambda match: f"{Decimal(match[1]) * _HOURS[match[2]]:f}h", text)


_Cast = Callable[[str], Any]

# `*` stands for any name or index.
_SERVICE: dict[str, _Cast] = {
    "init": _boolean,
    "privileged": _boolean,
    "read_only": _boolean,
    "stdin_open": _boolean,
    "tty": _boolean,
    "oom_score_adj": _integer,
    "stop_grace_period": _duration,
    "depends_on.*.required": _boolean,
    "depends_on.*.restart": _boolean,
    "env_file.*.required": _boolean,
    "healthcheck.disable": _boolean,
    "healthcheck.interval": _duration,
    "healthcheck.retries": _number,
    "healthcheck.start_interval": _duration,
    "healthcheck.start_period": _duration,
    "healthcheck.timeout": _duration,
    "deploy.replicas": _integer,
    **{
        f"deploy.{config}.{key}": cast
        for config in ("update_config", "rollback_config")
        for key, cast in (
            ("parallelism", _integer),
            ("max_failure_ratio", _number),
            ("delay", _duration),
            ("monitor", _duration),
        )
    },
    "deploy.restart_policy.max_attempts": _integer,
    "deploy.restart_policy.delay": _duration,
    "deploy.restart_policy.window": _duration,
    "deploy.placement.max_replicas_per_node": _integer,
    "deploy.resources.limits.pids": _integer,
    "deploy.resources.reservations.generic_resources.*.discrete_resource_spec.value": _number,
    "ports.*.target": _integer,
    "ulimits.*": _integer,
    "ulimits.*.hard": _integer,
    "ulimits.*.soft": _integer,
    "volumes.*.read_only": _boolean,
    "volumes.*.bind.create_host_path": _boolean,
    "volumes.*.tmpfs.size": byte_count,
    "volumes.*.volume.nocopy": _boolean,
}
_OBJECT: dict[str, dict[str, _Cast]] = {
    "networks": dict.fromkeys(("external", "internal", "attachable", "enable_ipv4", "enable_ipv6"), _boolean),
    "volumes": {"external": _boolean},
    "secrets": {"external": _boolean},
    "configs": {"external": _boolean},
}


def cast(model: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Give texts of a model the types that belong there, in place; yields path and fault of those that have none."""
    for section, casts in (("services", _SERVICE), *_OBJECT.items()):
        objects = model.get(section)
        for name, value in objects.items() if isinstance(objects, dict) else ():
            for pattern, convert in casts.items():
                yield from _cast(value, tuple(pattern.split(".")), (section, name), convert)


def _cast(value: Any, pattern: tuple[str, ...], path: Path, convert: _Cast) -> Iterator[tuple[Path, str]]:
    for key in _keys(value, pattern[0]):
        here = (*path, key)
        if len(pattern) > 1:
            yield from _cast(value[key], pattern[1:], here, convert)
        elif isinstance(value[key], str):
            try:
                value[key] = convert(value[key])
            except ValueError as error:
                yield here, str(error)


def _keys(value: Any, wanted: str) -> list[Any]:
    if isinstance(value, dict):
        return list(value) if wanted == "*" else [wanted] if wanted in value else []
    return list(range(len(value))) if isinstance(value, list) and wanted == "*" else []
