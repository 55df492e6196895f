# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.
"""Relative paths of a tree made absolute: of services in files that others extend, and of included projects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.tree import Items, Map
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.mounts import absolute, absolute_source


def resolve_paths(model: Map, directory: str, environment: Mapping[str, str], relative_sources: dict[str, str]) -> None:
    """Let relative paths of a model in long form begin at a directory.

    Args:
        environment: HOME in it is what `~` stands for.
        relative_sources: collects sources of bind mounts that are relative paths, by what they become.
    """
    services = model.get("services")
    for service in services.values() if isinstance(services, Map) else ():
        for mount in _items(service.get("volumes") if isinstance(service, Map) else None):
            _bind(mount, directory, environment, relative_sources)
        for env_file in _items(service.get("env_file") if isinstance(service, Map) else None):
            _one(env_file, "path", directory)
        if isinstance(service, Map):
            _one(service.get("extends"), "file", directory)
    for section in ("configs", "secrets"):
        objects = model.get(section)
        for value in objects.values() if isinstance(objects, Map) else ():
            _one(value, "file", directory)
    resolve_bound_volumes(model, directory)


def resolve_bound_volumes(model: Map, directory: str) -> None:
    """Volumes of the driver local with `o: bind` are bind mounts by another name."""
    volumes = model.get("volumes")
    for volume in volumes.values() if isinstance(volumes, Map) else ():
        options = volume.get("driver_opts") if isinstance(volume, Map) else None
        if isinstance(options, Map) and volume.get("driver") == "local" and options.get("o") == "bind":
            _one(options, "device", directory)


def _bind(mount: Any, directory: str, environment: Mapping[str, str], relative_sources: dict[str, str]) -> None:
    source = mount.get("source") if isinstance(mount, Map) and mount.get("type") == "bind" else None
    if not isinstance(source, str) or not source or (source.startswith("~") and "HOME" not in environment):
        return
    mount["source"] = absolute_source(source, directory, environment)
    if mount["source"] != source:
        relative_sources[mount["source"]] = source


def _items(value: Any) -> Items:
    return value if isinstance(value, Items) else Items()


def _one(value: Any, key: str, directory: str) -> None:
    if isinstance(value, Map) and isinstance(value.get(key), str) and value[key]:
        value[key] = absolute(value[key], directory)
