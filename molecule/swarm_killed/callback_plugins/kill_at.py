# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Kills the controller at a point of a playbook: KILL_AT='{"task": ..., "occurrence": 1, "after": 0.0}'."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: kill_at
type: aggregate
short_description: Kill the controller at a point of a playbook
description: Sends SIGKILL to the controller and all its processes, so many seconds after a task has begun.
"""


def descendants(ancestor: int) -> list[int]:
    """Processes begun by a process, and those begun by these: workers have sessions of their own."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found, generation = [], {ancestor}
    while generation:
        generation = {pid for pid, parent in parents.items() if parent in generation}
        found += generation
    return found


def kill_the_controller() -> None:
    for pid in descendants(os.getpid()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "kill_at"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        point = json.loads(os.environ["KILL_AT"])
        self._task, self._occurrence, self._after = point["task"], point["occurrence"], point["after"]

    def v2_playbook_on_task_start(self, task, is_conditional) -> None:  # noqa: ARG002
        if not (task.name or "").startswith(self._task):
            return
        self._occurrence -= 1
        if self._occurrence == 0:
            threading.Timer(self._after, kill_the_controller).start()
