# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Canonical form of a file: networks, volumes, configs, secrets and the services."""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.mounts import absolute
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.normalise_service import (
    Context,
    Json,
    flag,
    mapping,
    normalise_service,
)


def normalise(data: Json, context: Context) -> Json:
    """A whole file, already checked against the format.

    Raises:
        ComposeError: values that do not mean anything.
    """
    problems: list[str] = []
    result: Json = {
        section: {
            name: _normalised(value or {}, (section, name), context, problems)
            for name, value in data.get(section, {}).items()
        }
        for section in _OBJECTS
    }
    if problems:
        raise ComposeError(problems)
    return {section: items for section, items in result.items() if items or section == "services"}


def _normalised(value: Json, path: Path, context: Context, problems: list[str]) -> Json:
    try:
        return _OBJECTS[str(path[0])](value, path, context)
    except ComposeError as error:
        problems.extend(error.problems)
        return {}


def _named(value: Json, path: Path, context: Context) -> Json:
    """Resolve `external` and `name`, in old and new form."""
    external = value.get("external", False)
    result = {"name": value["name"]} if value.get("name") else {}
    if isinstance(external, dict):
        old_name = external.get("name")
        if old_name and result:
            raise context.source.error((*path, "external"), "external.name and name conflict; keep only name")
        if old_name:
            context.warnings.append(
                context.source.message(
                    (*path, "external"), "external.name is deprecated; use name beside external: true"
                )
            )
            result["name"] = old_name
        external = True
    if flag(external):
        result.setdefault("name", str(path[-1]))
        result["external"] = True
    return result


def _network(value: Json, path: Path, context: Context) -> Json:
    result = _named(value, path, context)
    for key in ("internal", "attachable", "enable_ipv6"):
        if flag(value.get(key, False)):
            result[key] = True
    ipam = value.get("ipam", {})
    pools = [
        {key: item for key, item in pool.items() if item and not key.startswith("x-")}
        for pool in ipam.get("config", [])
    ]
    ipam = {key: item for key, item in (("driver", ipam.get("driver")), ("config", pools)) if item}
    return {**result, **_common(value), **({"ipam": ipam} if ipam else {})}


def _volume(value: Json, path: Path, context: Context) -> Json:
    result = _named(value, path, context)
    for key in ("driver", "driver_opts", "labels"):
        if result.get("external") and value.get(key):
            raise context.source.error((*path, key), f"has no effect on an external volume; remove {key} or external")
    return {**result, **_common(value)}


def _file_object(value: Json, path: Path, context: Context) -> Json:
    result = {**_named(value, path, context), **_common(value)}
    if value.get("template_driver"):
        result["template_driver"] = value["template_driver"]
    if result.get("external"):
        return {**result, **({"file": value["file"]} if value.get("file") else {})}
    if value.get("driver"):
        if value.get("file"):
            raise context.source.error((*path, "file"), "driver and file conflict; keep one of them")
        return result
    if path in context.inline:
        return result
    if not value.get("file"):
        raise context.source.error(path, "needs a `file`, or `external: true`")
    return {**result, "file": absolute(value["file"], context.directory)}


def _common(value: Json) -> Json:
    result: dict[str, Any] = {
        "driver": value.get("driver"),
        "driver_opts": mapping(value.get("driver_opts") or {}, "=", ""),
        "labels": mapping(value.get("labels") or {}, "=", ""),
    }
    return {key: item for key, item in result.items() if item}


_OBJECTS = {
    "services": normalise_service,
    "networks": _network,
    "volumes": _volume,
    "configs": _file_object,
    "secrets": _file_object,
}
