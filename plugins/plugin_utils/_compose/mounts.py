# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Mounts in the short form `[source:]target[:options]`, and paths of bind mounts."""

from __future__ import annotations

import os.path
import re
from collections.abc import Mapping
from typing import Any

_PROPAGATIONS = ("rprivate", "private", "rshared", "shared", "rslave", "slave")
_DRIVE_PATH = re.compile(r"[A-Za-z]:[\\/]")
_SHARE = re.compile(r"[\\/]{2}[^\\/.][^\\/]*[\\/][^\\/.][^\\/]*[\\/]")


def short_mount(text: str) -> dict[str, Any]:
    """The long form of a short mount.

    Raises:
        ValueError: not a mount.
    """
    if not text:
        raise ValueError("is empty; write SOURCE:TARGET")
    if len(text.encode()) < 3:
        return {"type": "volume", "target": text}
    parts = _split(text)
    if "" in parts:
        raise ValueError(f'"{text}" has an empty part between colons; write SOURCE:TARGET[:OPTIONS]')
    if len(parts) > 3:
        raise ValueError(f'"{text}" has too many colons; write SOURCE:TARGET[:OPTIONS]')
    if len(parts) == 1:
        return {"type": "volume", "target": parts[0]}
    mount: dict[str, Any] = {"type": "bind" if _is_path(parts[0]) else "volume", "source": parts[0], "target": parts[1]}
    for option in parts[2].split(",") if len(parts) == 3 else ():
        _apply(option, mount)
    return mount


def _apply(option: str, mount: dict[str, Any]) -> None:
    if option == "ro":
        mount["read_only"] = True
    elif option == "rw":
        mount.pop("read_only", None)
    elif option == "nocopy":
        mount["volume"] = {"nocopy": True}
    elif option in _PROPAGATIONS:
        mount["bind"] = {"propagation": option}


def _split(text: str) -> list[str]:
    """Split at colons, but not after a single letter: that is a Windows drive."""
    parts = [""]
    for char in text:
        if char != ":" or (len(parts[-1]) == 1 and parts[-1].isalpha()):
            parts[-1] += char
        else:
            parts.append("")
    return parts


def _is_path(source: str) -> bool:
    return (
        source[0] in "./~"
        or source.startswith("\\\\")
        or (len(source) > 1 and source[1] == ":" and source[0].isalpha())
    )


def absolute_source(source: str, directory: str, environment: Mapping[str, str]) -> str:
    """Resolve the path of a bind mount: `~` is the home of the environment, relative paths start at the project's
    directory."""
    if source.startswith("~") and "HOME" in environment:
        source = environment["HOME"] + source[1:]
    return source if is_rooted(source) else absolute(source, directory)


def is_rooted(path: str) -> bool:
    """Whether a path begins at a root, a drive or a share."""
    return path.startswith("/") or bool(_DRIVE_PATH.match(path) or _SHARE.match(path))


def absolute(path: str, directory: str) -> str:
    """A path relative to the project's directory, without `.` and `..`."""
    return path if path.startswith("/") else clean(f"{directory}/{path}")


def clean(path: str) -> str:
    """Go's filepath.Clean for absolute paths."""
    return "/" + os.path.normpath(path).lstrip("/")
