# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Read the state of docker.service from systemd."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from typing import Any, Callable, Protocol

Run = Callable[[list[str]], tuple[int, str, str]]


class _Module(Protocol):
    def run_command(self, args: list[str], **options: Any) -> tuple[int, str, str]: ...


def runner(module: _Module, environment: dict[str, str] | None = None) -> Run:
    """A function that runs programs; a missing program gives status 127, as in a shell."""

    def run(command: list[str]) -> tuple[int, str, str]:
        try:
            return module.run_command(command, handle_exceptions=False, environ_update=environment)
        except OSError as error:
            return 127, "", f"{command[0]}: {error.strerror}"

    return run


_PROPERTIES = "LoadState,ActiveState,UnitFileState,MainPID,NeedDaemonReload,ExecStart,Environment,EnvironmentFiles"


@dataclass(frozen=True)
class Unit:
    """The state of a unit.

    Attributes:
        exists: systemd found its file.
        started: Unix seconds at which its main process started; None when it does not run.
        command_line: ExecStart, with the variables of its environment files put in.
        stale: the file changed since systemd read it.
    """

    exists: bool = False
    active: bool = False
    enabled: bool = False
    stale: bool = False
    started: float | None = None
    command_line: str = ""


def read_unit(run: Run, name: str = "docker.service") -> Unit:
    """Ask systemd. A host without systemd has no units."""
    status, out, _err = run(["systemctl", "show", name, "--property", _PROPERTIES])
    return parse_show(out, started_at, _text_of) if status == 0 else Unit()


def read_sockets(run: Run, name: str = "docker.socket") -> list[str]:
    """The addresses on which a socket unit listens: paths, and addresses such as `[::]:2375`. Empty without such a
    unit."""
    status, out, _err = run(["systemctl", "show", name, "--property", "Listen"])
    found = re.findall(r"^Listen=(\S+) \(Stream\)$", out, re.MULTILINE)
    return found if status == 0 else []


def parse_show(text: str, start_time: Callable[[int], float | None], text_of: Callable[[str], str]) -> Unit:
    """Read the output of `systemctl show`.

    Args:
        start_time: tells when a process started, in Unix seconds.
        text_of: a file's text; empty when it cannot be read.
    """
    values: dict[str, str] = {}
    environment: dict[str, str] = {}
    for line in text.splitlines():
        name, _equals, value = line.partition("=")
        values[name] = value
        if name == "Environment":
            environment.update(_assignments(value))
        elif name == "EnvironmentFiles":
            path = value.split(" (", 1)[0]
            for assignment in text_of(path).splitlines():
                environment.update(_assignments(assignment))
    pid = int(values.get("MainPID") or 0)
    command = re.search(r"argv\[\]=(.*?) ;", values.get("ExecStart", ""))
    return Unit(
        exists=values.get("LoadState") == "loaded",
        active=values.get("ActiveState") in ("active", "reloading"),
        enabled=values.get("UnitFileState") in ("enabled", "enabled-runtime", "static"),
        stale=values.get("NeedDaemonReload") == "yes",
        started=start_time(pid) if pid else None,
        command_line=_expand(command.group(1), environment).strip() if command else "",
    )


def _assignments(line: str) -> dict[str, str]:
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return {}
    return dict(word.split("=", 1) for word in words if "=" in word)


def _expand(command_line: str, environment: dict[str, str]) -> str:
    """Expand variables as systemd does: `${A}` and `$A`; unset ones are empty."""
    return re.sub(
        r"\$(?:\{(\w+)\}|(\w+))", lambda match: environment.get(match.group(1) or match.group(2), ""), command_line
    )


def _text_of(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def started_at(pid: int) -> float | None:
    """Unix seconds at which a process started (proc(5): field 22 of stat, in ticks since boot)."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            ticks = int(file.read().rsplit(")", 1)[1].split()[19])
        with open("/proc/stat", encoding="utf-8") as file:
            boot = next(int(line.split()[1]) for line in file if line.startswith("btime"))
    except (OSError, ValueError, IndexError, StopIteration):
        return None
    return boot + ticks / os.sysconf("SC_CLK_TCK")
