# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Find the data directory of an engine that does not answer."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

DEFAULT_ROOT = "/var/lib/docker"
DAEMON_JSON = "/etc/docker/daemon.json"

#: With userns-remap, the engine's data is in a subfolder named by the mapped user id and group id.
_REMAPPED = re.compile(r"\d+\.\d+")


def data_roots(command_line: str = "", config: str = DAEMON_JSON, default: str = DEFAULT_ROOT) -> list[Path]:
    """The existing folders in which the host's engine may keep its data, the likeliest first.

    Args:
        command_line: ExecStart of docker.service; its flags override the configuration file.
        config: the engine's configuration file.
        default: the folder that engines use without a `data-root`.
    """
    roots = dict.fromkeys([declared_root(command_line, config, default), Path(default)])
    return [folder for root in roots for folder in (*_remapped(root), root) if folder.is_dir()]


def declared_root(command_line: str = "", config: str = DAEMON_JSON, default: str = DEFAULT_ROOT) -> Path:
    """The data-root set by flags or configuration, whether or not it exists. Args: see `data_roots`."""
    return Path(_flag(command_line) or _configured(config) or default)


def swarm_root(roots: list[Path]) -> Path | None:
    """The folder whose engine was a member of a swarm when it last ran; None if there is none.

    Raises:
        PermissionError: the current user may not read it.
    """
    for root in roots:
        try:
            # The engine writes this file when it is in a swarm and removes it when it leaves; it survives the removal
            # of packages.
            (root / "swarm" / "docker-state.json").stat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        return root
    return None


def _flag(command_line: str) -> str | None:
    words = shlex.split(command_line)
    for flag in ("--data-root", "-g", "--graph"):
        for position, word in enumerate(words):
            if word == flag:
                return words[position + 1] if position + 1 < len(words) else None
            if word.startswith(f"{flag}="):
                return word.partition("=")[2]
    return None


def _configured(config: str) -> str | None:
    try:
        with open(config, encoding="utf-8") as file:
            root = json.load(file).get("data-root")
    except (OSError, ValueError, AttributeError):
        return None
    return root if isinstance(root, str) else None


def _remapped(root: Path) -> list[Path]:
    try:
        return sorted(entry for entry in root.iterdir() if _REMAPPED.fullmatch(entry.name))
    except OSError:
        return []
