# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Convert the mounts of a service to the API's Mount objects."""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.context import Stack
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.problems import Json, Path

_BLOCKS = ("bind", "volume", "tmpfs", "cluster", "image")
# The option blocks allowed for each type.
_ALLOWED = {
    "volume": ("volume",),
    "bind": ("bind",),
    "tmpfs": ("tmpfs",),
    "npipe": ("bind",),
    "cluster": ("cluster",),
    "image": ("image",),
}


def mounts(volumes: list[Json], stack: Stack, path: Path) -> list[Json]:
    """Convert each mount; faults are added to the stack's problems."""
    return [_mount(volume, stack, (*path, index)) for index, volume in enumerate(volumes)]


def _mount(volume: Json, stack: Stack, path: Path) -> Json:
    kind = volume.get("type", "volume")
    if kind not in _ALLOWED:
        known = ", ".join(_ALLOWED)
        stack.problems.add((*path, "type"), f'"{kind}" is not a type of mount; use one of {known}')
        return {}
    for block in _BLOCKS:
        if block in volume and block not in _ALLOWED[kind]:
            text = f"{block} options do not go with type {kind}; remove them or set the type to {block}"
            stack.problems.add((*path, block), text)
    if kind == "tmpfs" and volume.get("source"):
        stack.problems.add((*path, "source"), "a tmpfs mount has no source; remove it")
    if kind in ("bind", "npipe", "cluster", "image") and not volume.get("source"):
        stack.problems.add(path, f"a mount of type {kind} needs a source")
    mount: Json = {"Type": kind, "Target": volume.get("target", "")}
    for key, name in (("source", "Source"), ("read_only", "ReadOnly"), ("consistency", "Consistency")):
        if volume.get(key):
            mount[name] = volume[key]
    mount.update(_options(kind, volume, stack, path))
    return mount


def _options(kind: str, volume: Json, stack: Stack, path: Path) -> Json:
    if kind == "volume" and volume.get("source"):
        return _named_volume(volume, stack, path)
    if kind in ("bind", "npipe") and "bind" in volume:
        propagation = volume["bind"].get("propagation")
        return {"BindOptions": {"Propagation": propagation} if propagation else {}}
    if kind == "tmpfs" and "tmpfs" in volume:
        size = volume["tmpfs"].get("size")
        return {"TmpfsOptions": {"SizeBytes": size} if size else {}}
    if kind == "cluster":
        return _cluster_volume(volume.get("source", ""), stack, path)
    if kind == "image":
        subpath = volume.get("image", {}).get("subpath")
        return {"ImageOptions": {"Subpath": subpath} if subpath else {}}
    return {}


def _named_volume(volume: Json, stack: Stack, path: Path) -> Json:
    key = volume["source"]
    if not stack.defined("volumes", key, path):
        return {}
    defined = stack.config["volumes"][key] or {}
    options: Json = {}
    if volume.get("volume", {}).get("nocopy"):
        options["NoCopy"] = True
    if volume.get("volume", {}).get("subpath"):
        options["Subpath"] = volume["volume"]["subpath"]
    if not defined.get("external"):
        options["Labels"] = stack.labels(defined.get("labels"))
        driver = {
            name: defined[key] for key, name in (("driver", "Name"), ("driver_opts", "Options")) if defined.get(key)
        }
        if driver:
            options["DriverConfig"] = driver
    return {"Source": stack.full_name("volumes", key), "VolumeOptions": options}


def _cluster_volume(source: str, stack: Stack, path: Path) -> Json:
    options: Json = {"ClusterOptions": {}}
    if source.startswith("group:") or not source or not stack.defined("volumes", source, path):
        return options
    return {**options, "Source": stack.full_name("volumes", source)}
