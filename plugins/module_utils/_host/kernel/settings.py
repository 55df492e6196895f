# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Kernel modules and sysctls for an engine and a swarm: applied now and at every boot."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ansible_collections.dockyard.swarm.plugins.module_utils._host.files import FileChange, apply_file, plan_file
from ansible_collections.dockyard.swarm.plugins.module_utils._host.kernel.modules import has_module
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import Run
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

_SYSCTL_FILE = "/etc/sysctl.d/60-dockyard.conf"
_MODULES_FILE = "/etc/modules-load.d/dockyard.conf"
_HEAD = "# Written by the role dockyard.swarm.docker; changes made here are lost.\n"

# Parts of the role that an earlier run may have set up, even if they are no longer declared.
_PARTS = {
    "firewall": "/etc/systemd/system/dockyard-firewall.service",
    "prune": "/etc/systemd/system/docker-prune.timer",
    "repository_apt": "/etc/apt/sources.list.d/docker.sources",
    "repository_dnf": "/etc/yum.repos.d/docker.repo",
}


class PrepareError(UserError):
    """The kernel rejected a setting."""


@dataclass(frozen=True)
class Preparation:
    """The changes to make.

    Attributes:
        sysctls: those whose live value differs, with the declared value.
        unknown: sysctls that this kernel does not have; they take effect when the module they belong to is loaded.
    """

    files: list[FileChange]
    load: list[str]
    sysctls: dict[str, str]
    unknown: list[str]

    @property
    def changed(self) -> bool:
        """Something is to be changed."""
        return bool(self.load or self.sysctls or any(file.changed for file in self.files))


def sysctl_path(name: str) -> str:
    """The path of a sysctl in /proc/sys: dots separate, and a slash means a dot within a part (sysctl.d(5))."""
    return "/proc/sys/" + name.translate(str.maketrans("./", "/."))


def decide_sysctls(wanted: dict[str, str], live: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """The sysctls to set, and those that the kernel does not have. Values are compared word by word. Pure."""
    differing = {name: value for name, value in wanted.items() if name in live and live[name].split() != value.split()}
    return differing, sorted(name for name in wanted if name not in live)


def managed() -> list[str]:
    """Names of the role's parts that exist on this host."""
    return sorted({name.split("_", 1)[0] for name, path in _PARTS.items() if os.path.exists(path)})


def plan(sysctls: dict[str, str], modules: list[str]) -> Preparation:
    """Compare the declared settings with this host."""
    available = [name for name in modules if has_module(name)]
    live = {name: value for name in sysctls if (value := _live_value(name)) is not None}
    differing, unknown = decide_sysctls(sysctls, live)
    sysctl_text = _HEAD + "".join(f"{name} = {value}\n" for name, value in sorted(sysctls.items())) if sysctls else None
    modules_text = _HEAD + "".join(f"{name}\n" for name in available) if available else None
    return Preparation(
        files=[plan_file(_SYSCTL_FILE, sysctl_text), plan_file(_MODULES_FILE, modules_text)],
        load=[name for name in available if not os.path.exists(f"/sys/module/{name}")],
        sysctls=differing,
        unknown=unknown,
    )


def describe(preparation: Preparation) -> list[dict[str, str]]:
    """The diff shown by Ansible."""
    return [
        *(change.as_diff() for change in preparation.files if change.changed),
        *({"before": f"module {name} not loaded\n", "after": f"module {name} loaded\n"} for name in preparation.load),
        *({"before": f"{name} other\n", "after": f"{name} = {value}\n"} for name, value in preparation.sysctls.items()),
    ]


def _live_value(name: str) -> str | None:
    try:
        with open(sysctl_path(name), encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return None


def apply(preparation: Preparation, sysctls: dict[str, str], run: Run) -> None:
    """Apply the plan. Sysctls come last, because loading a module may add some."""
    for change in preparation.files:
        apply_file(change)
    for name in preparation.load:
        status, _out, err = run(["modprobe", name])
        if status != 0:
            raise PrepareError(f"modprobe {name} failed: {err.strip()}")
    for name in {**preparation.sysctls, **dict.fromkeys(preparation.unknown, "")}:
        path = sysctl_path(name)
        if not os.path.exists(path):
            continue
        try:
            with open(path, "w", encoding="utf-8") as file:
                file.write(sysctls[name])
        except OSError as error:
            raise PrepareError(f"The kernel refused {name} = {sysctls[name]}: {error.strerror}") from error
