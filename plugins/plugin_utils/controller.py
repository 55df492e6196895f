# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which run of which controller this is, and whether another one of this controller still goes on."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

_PROC = Path("/proc")


def this_run(pid: int, proc: Path = _PROC) -> str:
    """What tells the run that this process leads from all others, everywhere and at all times.

    Where the system says when a process began, the form is `boot:namespace:pid:began`: a process id means nothing
    outside of the container it is in, and is given again.
    """
    began = _began(pid, proc)
    if began is None:
        return f"{socket.gethostname()}:{pid}"
    return f"{_machine(proc)}:{pid}:{began}"


def run_of_this_task() -> str:
    """The run that an action plugin belongs to: a task is run by a child of the process that leads the run."""
    return this_run(os.getppid())


def is_over(run: str, proc: Path = _PROC, exists: Callable[[int], bool] | None = None) -> bool:
    """That run was one of this machine, and its process is no more. False where that cannot be told.

    A process that /proc does not show may still be there: mounted with `hidepid`, it hides those of other users.

    Args:
        exists: whether there is a process of that id, whoever it belongs to.
    """
    machine, _colon, process = run.rpartition(":")[0].rpartition(":")
    if not process.isdigit() or not machine or machine != _machine(proc):
        return False
    pid = int(process)
    if _began(pid, proc) is None:
        return not (exists or _exists)(pid)
    return this_run(pid, proc) != run


def _exists(pid: int) -> bool:
    """Signal 0 reaches nobody, but the kernel says whether there was somebody to be reached (kill(2))."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        # It belongs to somebody else.
        return True
    return True


def _machine(proc: Path) -> str:
    """This start of this machine, and which of its containers."""
    try:
        boot = (proc / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}:{(proc / 'self/ns/pid').readlink().name}"
    except OSError:
        return ""


def _began(pid: int, proc: Path) -> str | None:
    try:
        # The command's name is in brackets and may hold anything, so count behind it (proc(5): field 22).
        return (proc / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None
