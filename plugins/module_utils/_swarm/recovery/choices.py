# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Which manager is copied, which host gets a copy, and which manager a swarm without a quorum goes on from."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.managers import (
    Cluster,
    acts,
    refuse_several,
    why_not,
)

Json = dict[str, Any]


class RecoveryError(Exception):
    """There is no such host, or it cannot be told which."""


def backup_source(cluster: Cluster, answers: Mapping[str, Json]) -> str:
    """The manager to copy the state of: one that does not lead, where there is another.

    Args:
        cluster: the swarm.
        answers: what the declared managers answered to `cluster_info`.

    Raises:
        RecoveryError: no engine could go on from the copy.
    """
    leaders = {node["id"] for node in cluster.nodes if node["leader"]}
    following = [name for name in cluster.managers if answers[name]["node_id"] not in leaders]
    source = (following + cluster.managers)[0]
    if answers[source]["encrypted"] and cluster.quorum["managers"] > 1:
        raise RecoveryError(
            "The swarm's state is encrypted (autolock), and no engine can go on from it as the only one of several "
            "managers. Switch autolock off, back up with swarm_backup_vault_password_file, and switch it on again. "
            "Nothing has been changed."
        )
    return source


def address_in(state: str) -> str | None:
    """The address of the manager whose `docker-state.json` this is; None where it names none.

    Args:
        state: its text, such as `{"AdvertiseAddr": "[fd00::1]:2377", ...}`.
    """
    try:
        advertised = str(json.loads(state)["AdvertiseAddr"])
    except (ValueError, KeyError, TypeError):
        return None
    host = advertised.rpartition(":")[0] if advertised.count(":") == 1 or advertised.startswith("[") else advertised
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return None


def restore_target(address: str | None, answers: Mapping[str, Json], named: str | None) -> str:
    """The host that gets the state.

    Args:
        address: of the manager that was copied; the state keeps it, and nothing changes that.
        answers: what the hosts that may get it answered to `cluster_info`.
        named: the host, if the user names it.

    Raises:
        RecoveryError: none of the hosts fits, or several do.
    """
    if named:
        if named in answers:
            return named
        raise RecoveryError(
            f"swarm_restore_host is {named}, which is none of {', '.join(answers) or 'the hosts that answered'}. "
            "Nothing has been changed."
        )
    fitting = [name for name, answer in answers.items() if address and address in answer["addresses"]]
    if len(fitting) == 1:
        return fitting[0]
    having = f"several have that: {', '.join(fitting)}" if fitting else f"none of {', '.join(answers)} has that"
    raise RecoveryError(
        f"The copy is of the manager at {address or 'an address that it does not name'}, and {having}. Say "
        "-e swarm_restore_host= and the host that has the address now; no other can be joined. Nothing has been "
        "changed."
    )


def survivor(answers: Mapping[str, Json], named: str | None) -> str:
    """The manager to go on from.

    Args:
        answers: what the declared managers that could be asked answered to `cluster_info`.
        named: the manager, if the user names it.

    Raises:
        RecoveryError: there is nothing to recover, or nothing to recover it from, or it cannot be told which.
        NoManagerError: the swarm is split, or there are several.
    """
    acting = {name: answer for name, answer in answers.items() if acts(answer)}
    if acting:
        refuse_several(acting)
        raise RecoveryError(
            f"{', '.join(acting)} can act for the swarm, so there is nothing to recover: run the playbook "
            "dockyard.swarm.swarm."
        )
    candidates = [name for name, answer in answers.items() if answer.get("role") == "manager"]
    if not candidates:
        raise RecoveryError(
            "No declared manager that can be reached has kept the swarm's state: restore a backup with the playbook "
            "dockyard.swarm.restore."
        )
    listed = ", ".join(candidates)
    if named is None and len(candidates) > 1:
        raise RecoveryError(
            f"Several managers survive: choose the one to go on from, with -e swarm_survivor= and one of {listed}."
        )
    if named is not None and named not in candidates:
        raise RecoveryError(
            f"{named} is no manager that has kept the swarm's state: say -e swarm_survivor= and one of {listed}."
        )
    return named or candidates[0]


def silent_managers(answers: Mapping[str, Json], declared: list[str]) -> dict[str, str]:
    """Why each declared manager that did not answer did not, by its name. Their engines may run, and may have a quorum
    among themselves: going on without them would then split the swarm."""
    return {
        name: why_not(answers[name]) if answers.get(name) else "could not be reached"
        for name in declared
        if not answers.get(name) or answers[name].get("state") in (None, "unknown")
    }


def warning_about_silent(silent: Mapping[str, str]) -> str | None:
    """What to make sure of before a swarm goes on without these managers; None where there are none."""
    if not silent:
        return None
    told = ", ".join(f"{name} ({reason})" for name, reason in silent.items())
    return (
        f"declared managers that could not be asked: {told}. If their engines run and have a quorum among themselves, "
        "there will be two swarms with one id. Make sure that they are down, and have them leave before they come back"
    )
