# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Check a host that has just started from a baked image."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]
# Runs a command and returns its status, stdout and stderr.
Run = Callable[[list[str]], "tuple[int, str, str]"]

_QUESTIONS = {
    "system": ["systemctl", "is-system-running"],
    "engine": ["systemctl", "is-active", "docker"],
    "engine_at_boot": ["systemctl", "is-enabled", "docker"],
    "failed_units": ["systemctl", "list-units", "--state=failed", "--plain", "--no-legend"],
    "swarm": ["docker", "info", "--format", "{{.Swarm.LocalNodeState}}"],
    "engine_id": ["docker", "info", "--format", "{{.ID}}"],
    "machine_id": ["cat", "/etc/machine-id"],
    "ssh_host_key": ["cat", "/etc/ssh/ssh_host_ed25519_key.pub"],
}
IDENTITY = ("machine_id", "ssh_host_key", "engine_id")


def answers_of(run: Run) -> dict[str, str]:
    """Run the checks' commands on the host. Returns their output, by name."""
    return {name: run(command)[1].strip() for name, command in _QUESTIONS.items()}


def problems_of(answers: Mapping[str, str]) -> list[str]:
    """What is wrong with the host, as sentences without full stops. No I/O."""
    found = []
    if answers["system"] != "running":
        units = ", ".join(line.split()[0] for line in answers["failed_units"].splitlines() if line.split())
        found.append(
            f"the host has not booted completely (systemd says {answers['system']}{f': {units}' if units else ''})"
        )
    if answers["engine"] != "active":
        found.append(f"the engine is not running (docker.service is {answers['engine'] or 'unknown'})")
    if answers["engine_at_boot"] != "enabled":
        found.append("the engine does not start at boot (docker.service is not enabled)")
    if answers["swarm"] != "inactive":
        found.append(f"the engine must not be in a swarm (its swarm state is {answers['swarm'] or 'unknown'})")
    if not re.fullmatch(r"[0-9a-f]{32}", answers["machine_id"]):
        found.append("/etc/machine-id does not contain a machine id")
    found += [f"the host has no {name}" for name in ("ssh_host_key", "engine_id") if not answers[name]]
    return found


def identity_of(answers: Mapping[str, str]) -> Json:
    """The values that must be different on every host."""
    return {name: answers[name] for name in IDENTITY}
