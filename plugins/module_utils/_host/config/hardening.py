# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""What `docker_hardening: cis` adds: the items of the CIS Docker Benchmark that do not break a swarm. Pure.

docs/hardening.md lists all items of the benchmark that concern a host: those that this preset sets, those that hold by
default, and those left to the user.
"""

from __future__ import annotations

import os
from typing import Any, Callable

Json = dict[str, Any]

AUDIT_FOLDER = "/etc/audit/rules.d"
AUDIT_PATH = f"{AUDIT_FOLDER}/60-dockyard-docker.rules"
DATA_ROOT = "/var/lib/docker"

_HEAD = "## Written by the role dockyard.swarm.docker; changes made here are lost.\n"

#: Item of the benchmark to the keys of daemon.json that fulfil it.
KEYS: dict[str, Json] = {
    "2.2": {"icc": False},
    "2.14": {"no-new-privileges": True},
    "2.16": {"userland-proxy": False},
}
#: Only for hosts that are not members of a swarm: swarm mode does not start with live-restore.
KEYS_OUTSIDE_OF_SWARMS: dict[str, Json] = {"2.15": {"live-restore": True}}

#: Item of the benchmark to the path that auditd watches; the engine's own data root instead of this one.
WATCHED = {
    "1.1.3": "/usr/bin/dockerd",
    "1.1.4": "/run/containerd",
    "1.1.5": DATA_ROOT,
    "1.1.6": "/etc/docker",
    "1.1.7": "/usr/lib/systemd/system/docker.service",
    # The directory also covers 1.1.8, the socket in it, which does not exist before containerd runs.
    "1.1.9": "/usr/lib/systemd/system/docker.socket",
    "1.1.10": "/etc/default/docker",
    "1.1.11": "/etc/docker/daemon.json",
    "1.1.12": "/etc/containerd/config.toml",
    "1.1.13": "/etc/sysconfig/docker",
    "1.1.14": "/usr/bin/containerd",
    "1.1.15": "/usr/bin/containerd-shim",
    "1.1.16": "/usr/bin/containerd-shim-runc-v1",
    "1.1.17": "/usr/bin/containerd-shim-runc-v2",
    "1.1.18": "/usr/bin/runc",
}


def hardened(preset: str, member: bool) -> Json:
    """Keys of daemon.json that the preset adds to the defaults.

    Args:
        preset: `none` or `cis`.
        member: the host is, or is about to be, a member of a swarm.
    """
    if preset != "cis":
        return {}
    items = {**KEYS, **({} if member else KEYS_OUTSIDE_OF_SWARMS)}
    return {key: value for keys in items.values() for key, value in keys.items()}


def audit_rules(
    preset: str, has_auditd: bool, is_folder: Callable[[str], bool], data_root: str = DATA_ROOT
) -> str | None:
    """The audit rules; None when there should be none.

    Args:
        is_folder: whether a folder exists. auditd stops loading rules at one whose folder does not exist.
        data_root: where the engine keeps its data.
    """
    if preset != "cis" or not has_auditd:
        return None
    paths = [data_root if path == DATA_ROOT else path for path in WATCHED.values()]
    watched = [path for path in paths if is_folder(os.path.dirname(path))]
    return _HEAD + "".join(f"-w {path} -p wa -k docker\n" for path in watched)
