# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.
"""Resolve relative paths of a project, of extended files and of included projects to the project's directory."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.mounts import absolute, is_rooted
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.tree import Items, Map


def resolve_paths(
    model: Map, folder: str, project: str, environment: Mapping[str, str], relative_sources: dict[str, str]
) -> None:
    """Resolve the relative paths of a model in long form against a folder, and `~` to the home of the environment.

    Paths of another file stay relative to the project that takes it in, so that a file that both name is the same
    one when lists are merged.

    Args:
        folder: as seen from the project, or an absolute path.
        project: the project's directory.
        environment: HOME in it is the home.
        relative_sources: collects sources of bind mounts that are relative paths, by the absolute path they become.
    """

    def resolved(path: str) -> str:
        if path.startswith("~"):
            return os.path.normpath(f"{environment['HOME']}/{path[1:]}") if "HOME" in environment else path
        return path if is_rooted(path) else os.path.normpath(f"{folder}/{path}")

    services = model.get("services")
    for service in services.values() if isinstance(services, Map) else ():
        if isinstance(service, Map):
            for mount in _items(service.get("volumes")):
                if isinstance(mount, Map) and mount.get("type") == "bind":
                    before = _change(mount, "source", resolved)
                    if before is not None:
                        relative_sources.setdefault(absolute(mount["source"], project), before)
            for env_file in _items(service.get("env_file")):
                _change(env_file, "path", resolved)
            label_files = _items(service.get("label_file"))
            label_files[:] = [resolved(path) if isinstance(path, str) else path for path in label_files]
            _change(service.get("extends"), "file", resolved)
    for section in ("configs", "secrets"):
        objects = model.get(section)
        for value in objects.values() if isinstance(objects, Map) else ():
            _change(value, "file", resolved)
    volumes = model.get("volumes")
    for volume in volumes.values() if isinstance(volumes, Map) else ():
        options = volume.get("driver_opts") if isinstance(volume, Map) else None
        # A bind mount by another name.
        if isinstance(options, Map) and volume.get("driver") == "local" and options.get("o") == "bind":
            _change(options, "device", resolved)


def _items(value: Any) -> Items:
    return value if isinstance(value, Items) else Items()


def _change(value: Any, key: str, resolved: Callable[[str], str]) -> str | None:
    """Resolve the path at a key in place; returns the old value if it changed."""
    path = value.get(key) if isinstance(value, Map) else None
    if not isinstance(path, str) or not path:
        return None
    value[key] = resolved(path)
    return path if value[key] != path else None
