# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""A file that records which changes on disk the running engine has not applied yet.

It is in /run, so it is gone after a reboot; and an engine that started after the file was written has applied
everything. So the next run completes one that was interrupted between the change and the restart.
"""

from __future__ import annotations

import json
import os

PATH = "/run/dockyard/engine-pending.json"
_RANK = {"none": 0, "reload": 1, "restart": 2}


def stronger(one: str, other: str) -> str:
    """The action that includes both."""
    return one if _RANK[one] >= _RANK[other] else other


def read(engine_started: float | None, path: str = PATH) -> tuple[str, list[str]]:
    """The outstanding action and its reasons, for an engine started at that time (Unix seconds; None: not running)."""
    try:
        with open(path, encoding="utf-8") as file:
            note = json.load(file)
        written = os.stat(path).st_mtime
        action, reasons = str(note["action"]), [str(reason) for reason in note["reasons"]]
    except (OSError, ValueError, KeyError, TypeError):
        return "none", []
    if action not in _RANK or engine_started is None or engine_started > written:
        return "none", []
    return action, reasons


def write(action: str, reasons: list[str], engine_started: float | None, path: str = PATH) -> None:
    """Add to the record. Without a running engine, nothing is outstanding."""
    if action == "none" or engine_started is None:
        return
    before, noted = read(engine_started, path)
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    note = {
        "action": stronger(before, action),
        "reasons": noted + [reason for reason in reasons if reason not in noted],
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(note, file)


def clear(path: str = PATH) -> None:
    """Remove the record: the engine has applied everything."""
    if os.path.exists(path):
        os.unlink(path)
