# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Fields of service specs that older engines silently ignore.

The table of compose keys has the required version of each key.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.keys import SERVICE_KEYS
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.problems import Json, Path, Problems

# Values (not keys) that an engine may be too old for: path in the spec, key in the compose file, API version.
_VALUES = (
    ("Mode.ReplicatedJob", ("deploy", "mode"), "1.41"),
    ("Mode.GlobalJob", ("deploy", "mode"), "1.41"),
    ("TaskTemplate.ContainerSpec.Mounts.[].ClusterOptions", ("volumes",), "1.42"),
    ("TaskTemplate.ContainerSpec.Mounts.[].ImageOptions", ("volumes",), "1.48"),
)
# Path in the spec (`[]` for each item of a list), key in the compose file, first API version.
GATES: tuple[tuple[str, Path, str], ...] = (
    *((key.field, tuple(path.split(".[]")[0].split(".")), key.api) for path, key in SERVICE_KEYS.items() if key.api),
    *_VALUES,
)

# Without these the service would behave differently, so they cannot be left out.
_ESSENTIAL = ("Mode.", "ClusterOptions", "ImageOptions")


def gate(spec: Json, api_version: str, path: Path, problems: Problems, newer_fields: str) -> None:
    """Report (and with `newer_fields` = `warn` remove) fields that an engine of this API version would ignore."""
    for field, key, needed in GATES:
        if version_tuple(needed) <= version_tuple(api_version):
            continue
        holders = [holder for holder in _holders(spec, field.split(".")) if field.rsplit(".", maxsplit=1)[-1] in holder]
        if not holders:
            continue
        text = f"needs Engine API {needed}; this engine speaks {api_version}"
        if newer_fields == "warn" and not any(mark in field for mark in _ESSENTIAL):
            problems.warn((*path, *key), f"left out, because it {text}")
            for holder in holders:
                del holder[field.rsplit(".", maxsplit=1)[-1]]
        else:
            problems.add((*path, *key), text)


def version_tuple(version: str) -> tuple[int, ...]:
    """`1.41` as a tuple of numbers, for comparison."""
    return tuple(int(part) for part in version.split("."))


def _holders(value: Any, parts: list[str]) -> list[Json]:
    """The mappings that may contain the last part of a path."""
    if isinstance(value, list) and parts[0] == "[]":
        return [holder for item in value for holder in _holders(item, parts[1:])]
    if not isinstance(value, dict):
        return []
    return [value] if len(parts) == 1 else _holders(value.get(parts[0]), parts[1:])
