# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The data directories of an engine, for removal after its packages are gone."""

from __future__ import annotations

import json
import os
import shutil

_PATHS = ("/var/lib/docker", "/var/lib/containerd", "/var/lib/docker-engine", "/run/dockyard", "/etc/docker")


def data_paths(config_path: str = "/etc/docker/daemon.json") -> list[str]:
    """Directories with an engine's data, including the configured data-root."""
    try:
        with open(config_path, encoding="utf-8") as file:
            root = json.load(file).get("data-root")
    except (OSError, ValueError, AttributeError):
        root = None
    return list(dict.fromkeys([*([root] if isinstance(root, str) and root.startswith("/") else []), *_PATHS]))


def present(paths: list[str]) -> list[str]:
    """The directories that exist, except mount points that are already empty: those stay."""
    return [path for path in paths if os.path.isdir(path) and (os.listdir(path) or not os.path.ismount(path))]


def remove(path: str) -> None:
    """Remove a directory; of a mount point, only its content."""
    if not os.path.ismount(path):
        shutil.rmtree(path)
        return
    for entry in os.scandir(path):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)
