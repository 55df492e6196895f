# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Identify this run of this controller, and detect whether another run of it is still going on."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

_PROC = Path("/proc")


def this_run(pid: int, proc: Path = _PROC) -> str:
    """A globally unique id of the run led by this process.

    Where the system provides the start time of a process, the form is `boot:namespace:pid:start`: a process id alone is
    only valid in its container, and is reused.
    """
    started = _start_time(pid, proc)
    if started is None:
        return f"{socket.gethostname()}:{pid}"
    return f"{_machine(proc)}:{pid}:{started}"


def run_of_this_task() -> str:
    """The run that an action plugin belongs to: a task runs in a child of the run's main process."""
    return this_run(os.getppid())


def has_ended(run: str, proc: Path = _PROC, exists: Callable[[int], bool] | None = None) -> bool:
    """Whether a run on this machine has ended. False if this cannot be determined.

    A process that is not visible in /proc may still exist: with `hidepid`, /proc hides processes of other users.

    Args:
        exists: whether a process with this id exists, of any user.
    """
    machine, _colon, process = run.rpartition(":")[0].rpartition(":")
    if not process.isdigit() or not machine or machine != _machine(proc):
        return False
    pid = int(process)
    if _start_time(pid, proc) is None:
        return not (exists or _exists)(pid)
    return this_run(pid, proc) != run


def _exists(pid: int) -> bool:
    """Signal 0 only checks that the process exists (kill(2))."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        # The process belongs to another user.
        return True
    return True


def _machine(proc: Path) -> str:
    """The current boot of this machine, and the process namespace (container) in it."""
    try:
        boot = (proc / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}:{(proc / 'self/ns/pid').readlink().name}"
    except OSError:
        return ""


def _start_time(pid: int, proc: Path) -> str | None:
    try:
        # The command's name is in parentheses and may contain anything, so count the fields after it (proc(5): field
        # 22).
        return (proc / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None
