# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Remove everything from a host that must not be part of an image for many hosts."""

from __future__ import annotations

import os
import pwd
import shutil
from dataclasses import dataclass, field
from typing import Callable

from ansible_collections.dockyard.swarm.plugins.module_utils._image.traces import REMOVE, Found, find
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

Run = Callable[[list[str]], "tuple[int, str, str]"]
# Units that would write again after the cleaning; the engine first.
WRITERS = (
    "docker.socket",
    "docker.service",
    "containerd.service",
    "syslog.socket",
    "rsyslog.service",
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
)
_FIRST_USER_UID = 1000


class GeneraliseError(UserError):
    """The host cannot be made into an image."""


@dataclass(frozen=True)
class Request:
    """The options of the module."""

    data_root: str = "/var/lib/docker"
    keep_images: bool = False


@dataclass(frozen=True)
class Plan:
    """The changes to make.

    Attributes:
        stop: active units to stop.
        found: what to remove or empty.
        cloud_init: cloud-init has run on this host, and would treat the clone as the same host.
    """

    stop: list[str] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    cloud_init: bool = False

    @property
    def changed(self) -> bool:
        """Something is to be changed."""
        return bool(self.stop or self.found or self.cloud_init)


def read(request: Request, run: Run) -> Plan:
    """Inspect the host.

    Raises:
        GeneraliseError: it is a member of a swarm; a clone could not rejoin that swarm.
    """
    if os.path.exists(os.path.join(request.data_root, "swarm", "docker-state.json")):
        raise GeneraliseError(
            "this host is a member of a swarm, and its identity would be removed. "
            "Bake the image from a separate host, or remove this one from the swarm first."
        )
    _status, states, _err = run(["systemctl", "is-active", *WRITERS])
    return Plan(
        stop=[unit for unit, state in zip(WRITERS, states.split()) if state in ("active", "activating")],
        found=_find(request),
        cloud_init=os.path.exists("/var/lib/cloud/instance"),
    )


def apply(request: Request, plan: Plan, run: Run) -> None:
    """Stop the units, remove what was found, then check again.

    Raises:
        GeneraliseError: a unit does not stop, or something is still there.
    """
    if plan.stop:
        _run_or_fail(run, ["systemctl", "stop", *plan.stop])
    # The journal continues in /run and closes its files in /var.
    _run_or_fail(run, ["journalctl", "--relinquish-var"])
    if plan.cloud_init:
        _run_or_fail(run, ["cloud-init", "clean", "--logs"])
    # Stopping the units may have written files again, so the host is searched again.
    for item in _find(request):
        _clean(item)
    left = [item.path for item in _find(request)]
    if left:
        raise GeneraliseError(
            f"these files were created again while they were removed: {', '.join(left)}. Stop what writes them"
        )


def describe(plan: Plan) -> dict[str, str]:
    """The diff shown by Ansible."""
    before = [f"{unit} runs" for unit in plan.stop] + [f"{item.path} ({item.kind})" for item in plan.found]
    return {"before": "".join(f"{line}\n" for line in before), "after": ""}


def _find(request: Request) -> list[Found]:
    return find(_homes(), request.data_root, request.keep_images)


def _homes() -> list[str]:
    users = [entry for entry in pwd.getpwall() if entry.pw_uid == 0 or entry.pw_uid >= _FIRST_USER_UID]
    return sorted({entry.pw_dir for entry in users if entry.pw_dir != "/" and os.path.isdir(entry.pw_dir)})


def _clean(item: Found) -> None:
    try:
        if item.action != REMOVE:
            os.truncate(item.path, 0)
        elif os.path.isdir(item.path) and not os.path.islink(item.path):
            shutil.rmtree(item.path)
        else:
            os.unlink(item.path)
    except FileNotFoundError:
        pass  # its owner has removed it already
    except OSError as error:
        raise GeneraliseError(f"{item.path} ({item.kind}) could not be cleaned: {error.strerror}") from error


def _run_or_fail(run: Run, command: list[str]) -> None:
    status, out, err = run(command)
    if status != 0:
        raise GeneraliseError(f"`{' '.join(command)}` failed: {(err or out).strip()}")
