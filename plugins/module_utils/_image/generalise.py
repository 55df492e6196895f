# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Turn a host into what an image of many hosts is made of."""

from __future__ import annotations

import os
import pwd
import shutil
from dataclasses import dataclass, field
from typing import Callable

from ansible_collections.dockyard.swarm.plugins.module_utils._image.traces import REMOVE, Found, find
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

Run = Callable[[list[str]], "tuple[int, str, str]"]
# What would go on writing after it has been cleaned, engine first.
WRITERS = (
    "docker.socket",
    "docker.service",
    "containerd.service",
    "syslog.socket",
    "rsyslog.service",
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
)
_PEOPLE_FROM = 1000


class GeneraliseError(UserError):
    """The host cannot become an image."""


@dataclass(frozen=True)
class Request:
    """What is asked for; see the module's options."""

    data_root: str = "/var/lib/docker"
    keep_images: bool = False


@dataclass(frozen=True)
class Plan:
    """What there is to do.

    Attributes:
        stop: units that are active.
        found: what goes.
        cloud_init: it has run here and would take the clone for this host.
    """

    stop: list[str] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    cloud_init: bool = False

    @property
    def changed(self) -> bool:
        """There is anything to do."""
        return bool(self.stop or self.found or self.cloud_init)


def read(request: Request, run: Run) -> Plan:
    """Look at the host.

    Raises:
        GeneraliseError: when it is a member of a swarm, which it could never rejoin.
    """
    if os.path.exists(os.path.join(request.data_root, "swarm", "docker-state.json")):
        raise GeneraliseError(
            "this host is a member of a swarm, and would lose its identity. "
            "Bake an image from a host of its own, or let this one leave the swarm first."
        )
    _status, states, _err = run(["systemctl", "is-active", *WRITERS])
    return Plan(
        stop=[unit for unit, state in zip(WRITERS, states.split()) if state in ("active", "activating")],
        found=_find(request),
        cloud_init=os.path.exists("/var/lib/cloud/instance"),
    )


def apply(request: Request, plan: Plan, run: Run) -> None:
    """Stop what writes, then remove what it wrote, and look again.

    Raises:
        GeneraliseError: when something does not stop, or stays.
    """
    if plan.stop:
        _must(run, ["systemctl", "stop", *plan.stop])
    # The journal goes on in /run, and lets go of its files.
    _must(run, ["journalctl", "--relinquish-var"])
    if plan.cloud_init:
        _must(run, ["cloud-init", "clean", "--logs"])
    # Stopping wrote once more.
    for item in _find(request):
        _do(item)
    left = [item.path for item in _find(request)]
    if left:
        raise GeneraliseError(f"these came back while they were removed; stop what writes them: {', '.join(left)}")


def describe(plan: Plan) -> dict[str, str]:
    """For Ansible's `diff`."""
    before = [f"{unit} runs" for unit in plan.stop] + [f"{item.path} ({item.kind})" for item in plan.found]
    return {"before": "".join(f"{line}\n" for line in before), "after": ""}


def _find(request: Request) -> list[Found]:
    return find(_homes(), request.data_root, request.keep_images)


def _homes() -> list[str]:
    people = [entry for entry in pwd.getpwall() if entry.pw_uid == 0 or entry.pw_uid >= _PEOPLE_FROM]
    return sorted({entry.pw_dir for entry in people if entry.pw_dir != "/" and os.path.isdir(entry.pw_dir)})


def _do(item: Found) -> None:
    try:
        if item.deed != REMOVE:
            os.truncate(item.path, 0)
        elif os.path.isdir(item.path) and not os.path.islink(item.path):
            shutil.rmtree(item.path)
        else:
            os.unlink(item.path)
    except FileNotFoundError:
        pass  # its owner was faster
    except OSError as error:
        raise GeneraliseError(f"{item.path} ({item.kind}) could not be cleaned: {error.strerror}") from error


def _must(run: Run, command: list[str]) -> None:
    status, out, err = run(command)
    if status != 0:
        raise GeneraliseError(f"`{' '.join(command)}` failed: {(err or out).strip()}")
