# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.
"""Type conversions of docker compose: quoted numbers and booleans become typed values, durations may have days and
weeks."""

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
    """Convert days and weeks to hours."""
    return _LONG_TIMES.sub(lambda match: f"{Decimal(match[1]) * _HOURS[match[2]]:f}h", text)


_Cast = Callable[[str], Any]

# `*` stands for any name or index.
_SERVICE: dict[str, _Cast] = {
    "attach": _boolean,
    "init": _boolean,
    "oom_kill_disable": _boolean,
    "privileged": _boolean,
    "read_only": _boolean,
    "stdin_open": _boolean,
    "tty": _boolean,
    "oom_score_adj": _integer,
    "scale": _integer,
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
_FLAGS = {
    "networks": ("external", "internal", "attachable", "enable_ipv4", "enable_ipv6"),
    "volumes": ("external",),
    "secrets": ("external",),
    "configs": ("external",),
}
_CAST = object()  # no key of a file is this


def _tree() -> dict[Any, Any]:
    """The paths of typed keys as nested mappings, the cast at the end of each."""
    tree: dict[Any, Any] = {}
    patterns = {f"services.*.{path}": convert for path, convert in _SERVICE.items()}
    patterns.update({f"{section}.*.{key}": _boolean for section, keys in _FLAGS.items() for key in keys})
    for path, convert in patterns.items():
        branch = tree
        for part in path.split("."):
            branch = branch.setdefault(part, {})
        branch[_CAST] = convert
    return tree


_TREE = _tree()


def cast(model: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Convert the texts of a model to the types of their keys, in place; yields path and fault of each that cannot
    be converted."""
    return _cast(model, _TREE, ())


def _cast(value: Any, tree: dict[Any, Any], path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        keys = list(value) if "*" in tree else [key for key in value if key in tree]
    else:
        keys = list(range(len(value))) if isinstance(value, list) and "*" in tree else []
    for key in keys:
        branch = tree["*"] if "*" in tree else tree[key]
        here = (*path, key)
        if isinstance(value[key], str):
            if _CAST in branch:
                try:
                    value[key] = branch[_CAST](value[key])
                except ValueError as error:
                    yield here, str(error)
        else:
            yield from _cast(value[key], branch, here)
