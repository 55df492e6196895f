# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Start, stop, reload and restart the engine, and wait until it is healthy."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Callable

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._host import pending
from ansible_collections.dockyard.swarm.plugins.module_utils._host.membership import (
    is_member,
    read_membership,
    refusal_to_lose,
    swarm_state,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import Run, Unit, read_unit
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

Json = dict[str, Any]

_UNIT, _SOCKET, _CONTAINERD = "docker.service", "docker.socket", "containerd.service"
_POLL = 0.2
_HINTS = {"locked": "autolock is on: unlock it with `docker swarm unlock`"}


class ServiceError(UserError):
    """The engine is not in the requested state."""


@dataclass(frozen=True)
class Steps:
    """The systemctl commands to run, in order.

    Attributes:
        verbs: of systemctl.
        deferred: a restart is needed, but left to the play that restarts members one at a time.
        reasons: the changes that the running engine has not applied yet.
    """

    verbs: list[str] = field(default_factory=list)
    deferred: bool = False
    reasons: list[str] = field(default_factory=list)


def run_service(params: Json, run: Run, check_mode: bool) -> Json:
    """Bring the engine into the requested state and wait until it is healthy.

    Args:
        params: options of the module `engine_service`.

    Returns:
        What the module returns.
    """
    docker_host, started = params["docker_host"], params["state"] == "started"
    unit = current_unit(run)
    if started and not unit.exists and not check_mode:
        raise ServiceError(
            "This host has no docker.service: install the engine first (dockyard.swarm.engine_packages)."
        )
    info = _info_if_answering(docker_host) if unit.active else {}
    before = read_membership(info, unit.command_line, unit.active)
    member = is_member(before)
    if started:
        action, reasons = read_pending(unit)
        action = pending.stronger(action, params["action"])
        steps = decide(unit, action, reasons, member=member, defer=params["members"] == "defer")
    else:
        refusal = refusal_to_lose(before)
        if refusal:
            raise ServiceError(f"The engine was not stopped. {refusal}")
        steps = decide_stop(unit)
    if not check_mode:
        try:
            apply(steps, run)
            if started and (steps.verbs or not info):
                # A stopped manager may come back locked (autolock); the unlocking step waits for that.
                was_member = member and unit.active
                info = wait_until_healthy(run, params["timeout"], lambda: read_info(docker_host), was_member)
        except ServiceError as error:
            raise ServiceError(str(error), steps=steps.verbs) from error
    return {
        "changed": bool(steps.verbs),
        "steps": steps.verbs,
        "restart_pending": steps.deferred,
        "reasons": steps.reasons,
        "swarm": swarm_state(info) if info else before,
        "version": info.get("ServerVersion", ""),
        "diff": describe(unit, steps),
    }


def _info_if_answering(docker_host: str) -> Json:
    """Empty if the engine runs but does not answer: the caller waits for it later."""
    try:
        return read_info(docker_host)
    except EngineError:
        return {}


def decide_stop(unit: Unit) -> Steps:
    """The systemctl verbs that stop and disable the engine. Pure."""
    verbs = ["disable"] if unit.enabled else []
    return Steps([*verbs, "stop"] if unit.active else verbs)


def decide(unit: Unit, action: str, reasons: list[str], *, member: bool, defer: bool) -> Steps:
    """The systemctl verbs that bring the engine into the state `started`. Pure.

    Args:
        action: what a running engine needs: `none`, `reload` or `restart`.
        member: the engine is an active member of a swarm.
        defer: do not restart members here.
    """
    verbs = ["daemon-reload"] if unit.stale else []
    if not unit.enabled:
        verbs.append("enable")
    if not unit.active:
        return Steps([*verbs, "start"])
    if action == "none":
        return Steps(verbs)
    if action == "restart" and member and defer:
        return Steps(verbs, deferred=True, reasons=reasons)
    return Steps([*verbs, action], reasons=reasons)


def read_info(docker_host: str) -> dict[str, Any]:
    """`GET /info` of the engine on this host."""
    return Engine.connect(docker_host, timeout=10).info()


def read_pending(unit: Unit) -> tuple[str, list[str]]:
    """Changes that an earlier run, or an earlier step of this one, left for the engine to apply."""
    return pending.read(unit.started)


def apply(steps: Steps, run: Run) -> None:
    """Run systemctl. When the engine does not start, the error includes the end of its journal."""
    for verb in steps.verbs:
        for command in commands(verb, steps.reasons):
            status, _out, err = run(command)
            if status != 0:
                raise ServiceError(f"{' '.join(command)} failed: {err.strip()}\n{_end_of_journal(run)}")
    if any(verb in ("start", "reload", "restart") for verb in steps.verbs):
        pending.clear()


def commands(verb: str, reasons: list[str]) -> list[list[str]]:
    """The command lines for one verb. Pure.

    New packages bring a new containerd, and a socket that the engine of the old packages cannot hand over: in that case
    everything is stopped and started. `stop` includes docker.socket, which would start the engine again.
    """
    if verb == "daemon-reload":
        return [["systemctl", verb]]
    if verb in ("stop", "disable"):
        return [["systemctl", verb, _SOCKET, _UNIT]]
    if verb == "restart" and any(reason.startswith("package ") for reason in reasons):
        return [
            ["systemctl", "stop", _SOCKET, _UNIT],
            ["systemctl", "restart", _CONTAINERD],
            *commands("start", []),
        ]
    # Without reset-failed, systemd refuses a unit that was started several times in a short time.
    forget = [["systemctl", "reset-failed", _UNIT]] if verb in ("start", "restart") else []
    return [*forget, ["systemctl", verb, _UNIT]]


def wait_until_healthy(
    run: Run,
    timeout: float,
    read: Callable[[], dict[str, Any]],
    member: bool,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Wait until the engine answers and, if it was a member of a swarm, is active in it again.

    Returns:
        `GET /info`.
    """
    deadline = time.monotonic() + timeout
    while True:
        try:
            info = read()
        except EngineError as error:
            problem = error.message
        else:
            state = swarm_state(info)["state"]
            if not member or state == "active":
                return info
            reason = (info.get("Swarm") or {}).get("Error") or _HINTS.get(state, "no reason given")
            problem = f"its swarm state is {state}: {reason}"
        if time.monotonic() >= deadline:
            raise ServiceError(f"the engine is not healthy after {timeout:g} s: {problem}\n{_end_of_journal(run)}")
        sleep(_POLL)


def describe(unit: Unit, steps: Steps) -> dict[str, str]:
    """The diff shown by Ansible."""
    runs = not {"stop", "disable"} & set(steps.verbs)
    applied = [f"{verb}: {', '.join(steps.reasons)}\n" for verb in steps.verbs if verb in ("reload", "restart")]
    return {
        "before": f"active: {unit.active}\nenabled: {unit.enabled}\n",
        "after": f"active: {runs}\nenabled: {runs}\n" + "".join(applied),
    }


def current_unit(run: Run) -> Unit:
    """The state of docker.service."""
    return read_unit(run, _UNIT)


def _end_of_journal(run: Run) -> str:
    _status, out, _err = run(["journalctl", "--unit", _UNIT, "--lines", "8", "--no-pager", "--output", "cat"])
    return f"The end of its journal:\n{out.strip()}" if out.strip() else "Its journal is empty."
