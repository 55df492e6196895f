# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Choose the manager to back up, the host to restore to, and the manager to recover a swarm without quorum from."""

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
    """No host is suitable, or several are."""


def backup_source(cluster: Cluster, answers: Mapping[str, Json]) -> str:
    """The manager whose state is backed up: not the leader, if there is another manager.

    Args:
        cluster: the swarm.
        answers: the results of `cluster_info` on the declared managers.

    Raises:
        RecoveryError: no swarm could be restored from this backup.
    """
    leaders = {node["id"] for node in cluster.nodes if node["leader"]}
    following = [name for name in cluster.managers if answers[name]["node_id"] not in leaders]
    source = (following + cluster.managers)[0]
    if answers[source]["encrypted"] and cluster.quorum["managers"] > 1:
        raise RecoveryError(
            "The swarm's state is encrypted (autolock), and Docker cannot restore one of several "
            "managers from encrypted state. Switch autolock off, back up with swarm_backup_vault_password_file, and "
            "switch it on again. "
            "Nothing has been changed."
        )
    return source


def address_in(state: str) -> str | None:
    """The address of the manager whose `docker-state.json` this is; None if the file has none.

    Args:
        state: the file's text, such as `{"AdvertiseAddr": "[fd00::1]:2377", ...}`.
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
    """The host to which the state is restored.

    Args:
        address: of the manager that was backed up; it is part of the state and cannot be changed.
        answers: the results of `cluster_info` on the possible hosts.
        named: the host, if the user sets it.

    Raises:
        RecoveryError: none of the hosts is suitable, or several are.
    """
    if named:
        if named in answers:
            return named
        raise RecoveryError(
            f"swarm_restore_host is {named}, which is not one of {', '.join(answers) or 'the hosts that answered'}. "
            "Nothing has been changed."
        )
    fitting = [name for name, answer in answers.items() if address and address in answer["addresses"]]
    if len(fitting) == 1:
        return fitting[0]
    having = f"several hosts have it: {', '.join(fitting)}" if fitting else f"none of {', '.join(answers)} has it"
    raise RecoveryError(
        f"The backup is of the manager at {address or 'an unknown address'}, and {having}. Set "
        "-e swarm_restore_host= to the host that has this address now: nodes cannot join at another one. Nothing has "
        "been "
        "changed."
    )


def survivor(answers: Mapping[str, Json], named: str | None) -> str:
    """The manager to recover the swarm from.

    Args:
        answers: the results of `cluster_info` on the declared managers that could be asked.
        named: the manager, if the user sets it.

    Raises:
        RecoveryError: the swarm works, no manager is left, or several are and none is set.
        NoManagerError: the swarm is split, or the managers belong to several swarms.
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
            f"Several managers are left: choose the one to recover from: set -e swarm_survivor= to one of {listed}."
        )
    if named is not None and named not in candidates:
        raise RecoveryError(
            f"{named} is not a manager with the swarm's state: set -e swarm_survivor= to one of {listed}."
        )
    return named or candidates[0]


def silent_managers(answers: Mapping[str, Json], declared: list[str]) -> dict[str, str]:
    """The declared managers that did not answer, by name, with the reason. Their engines may run and have a quorum
    among themselves: recovering without them would then split the swarm."""
    return {
        name: why_not(answers[name]) if answers.get(name) else "could not be reached"
        for name in declared
        if not answers.get(name) or answers[name].get("state") in (None, "unknown")
    }


def warning_about_silent(silent: Mapping[str, str]) -> str | None:
    """What to check before a swarm is recovered without these managers; None if there are none."""
    if not silent:
        return None
    told = ", ".join(f"{name} ({reason})" for name, reason in silent.items())
    return (
        f"declared managers that could not be asked: {told}. If their engines run and have a quorum among themselves, "
        "there will be two swarms with the same id. Make sure that they are down, and let them leave the swarm before "
        "they run again"
    )
