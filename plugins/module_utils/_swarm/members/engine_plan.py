# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The steps that make one engine a member of a cluster, or remove it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm import quorum

Json = dict[str, Any]

#: The engine's default for address pools that it chooses itself. For given pools it would use 0, and then no network
#: can be created ("invalid pools size: 0").
_SUBNET_SIZE = 24


class MemberError(UserError):
    """The requested membership cannot be reached from the current one."""


@dataclass(frozen=True)
class Wanted:
    """The requested membership.

    Attributes:
        state: present or absent.
        role: manager or worker.
        cluster_id: the cluster to be a member of; None: any.
        init: create a swarm if the host is in none.
        join: join token and addresses are given.
        force_leave: leave another cluster first, and leave even if that ends the cluster.
        force_new_cluster: continue as the only manager of a cluster that has lost its quorum.
        unlock: unlock a locked manager, and nothing else.
    """

    state: str = "present"
    role: str = "worker"
    cluster_id: str | None = None
    init: bool = False
    join: bool = False
    force_leave: bool = False
    force_new_cluster: bool = False
    unlock: bool = False


def member_steps(wanted: Wanted, current: Json) -> list[str]:
    """The steps to the requested membership, in order: `demote`, `leave`, `init`, `join`, `recover`, `unlock`; none if
    it is already reached.

    Args:
        wanted: the requested membership.
        current: see `views.member_view`, with `nodes` (of a manager; else None).

    Raises:
        MemberError: the message says what to do instead.
    """
    if wanted.unlock:
        return ["unlock"] if current["state"] == "locked" else []
    if current["state"] == "locked":
        raise MemberError("this manager is locked (autolock): unlock it first")
    if wanted.force_new_cluster:
        return _steps_to_recover(current)
    return _steps_out(wanted, current) if wanted.state == "absent" else _steps_in(wanted, current)


def _steps_to_recover(current: Json) -> list[str]:
    if current["role"] != "manager":
        raise MemberError("this host is not a manager, so it has no cluster state to recover from")
    if current["nodes"] is not None:
        return []
    if current["encrypted"]:
        # The engine would lose its manager role, and start again without the key
        # (https://github.com/moby/moby/issues/36852).
        raise MemberError(
            "this manager's state is encrypted (autolock), and Docker cannot make an only manager from encrypted "
            "state: "
            "bring back as many managers as the quorum needs"
        )
    return ["recover"]


def _steps_out(wanted: Wanted, current: Json) -> list[str]:
    if current["state"] == "inactive":
        return []
    if current["role"] != "manager" or wanted.force_leave:
        return ["leave"]
    if current["nodes"] is None:
        raise MemberError(
            "this host is a manager, and the quorum of its cluster cannot be checked now "
            f"({current['error'] or current['state']}); set force_leave=true to leave even if the cluster loses its "
            "quorum"
        )
    refusal = quorum.refusal_to_demote(quorum.quorum_of(current["nodes"]), {current["node_id"]: "this host"})
    if refusal:
        raise MemberError(f"{refusal}; or set force_leave=true to leave even if the cluster loses its quorum")
    return ["demote", "leave"]


def _steps_in(wanted: Wanted, current: Json) -> list[str]:
    enter = ["init"] if wanted.init else ["join"]
    if current["state"] == "inactive":
        if not wanted.init and not wanted.join:
            raise MemberError("this host is in no swarm: give join_token and join_addresses to join one, or init=true")
        return enter
    if wanted.cluster_id is not None and current["cluster_id"] not in (wanted.cluster_id, None):
        if not wanted.force_leave:
            raise MemberError(
                f"this host is a {current['role']} of cluster {current['cluster_id']}, not of {wanted.cluster_id}; "
                "set force_leave=true to move it"
            )
        return ["leave", *enter]
    if current["state"] != "active":
        if not wanted.force_leave:
            reason = current["error"] or "no reason given"
            raise MemberError(
                f"this host has not completed joining a swarm (state {current['state']}: {reason}); "
                "set force_leave=true to leave and join again"
            )
        return ["leave", *enter]
    if current["role"] != wanted.role:
        raise MemberError(
            f"this host is a {current['role']}, not a {wanted.role}: a manager of its cluster can change that, "
            "with the module dockyard.swarm.node"
        )
    return []


def after_steps(wanted: Wanted, current: Json, steps: list[str]) -> Json:
    """The expected membership after these steps, as far as it can be predicted."""
    if not steps:
        return current
    if wanted.state == "absent":
        return {**current, "state": "inactive", "role": None, "node_id": None, "cluster_id": None}
    if wanted.force_new_cluster or wanted.unlock:
        return {**current, "state": "active"}
    cluster_id = "(new)" if wanted.init else wanted.cluster_id
    return {**current, "state": "active", "role": wanted.role, "node_id": None, "cluster_id": cluster_id}


def init_request(options: Json) -> Json:
    """The body of `POST /swarm/init`; options that are None are left to the engine.

    Args:
        options: `listen_addr`, `advertise_addr`, `data_path_addr`, `data_path_port`, `default_addr_pool`,
            `subnet_size`, `availability`; None where not named.
    """
    request = {
        **_common(options),
        "DataPathPort": options["data_path_port"],
        "DefaultAddrPool": options["default_addr_pool"],
        "SubnetSize": options["subnet_size"] or (_SUBNET_SIZE if options["default_addr_pool"] else None),
        "Spec": {},
    }
    return _named(request)


def recover_request(options: Json, member: Json) -> Json:
    """The body of `POST /swarm/init` (ForceNewCluster) that makes a manager the only one of its cluster.

    Args:
        options: see `init_request`.
        member: see `views.member_view`; the manager keeps its address unless another is given.
    """
    advertise = options["advertise_addr"] or member["node_address"]
    return {**_named(_common({**options, "advertise_addr": advertise})), "ForceNewCluster": True, "Spec": {}}


def join_request(options: Json) -> Json:
    """The body of `POST /swarm/join`.

    Args:
        options: see `init_request`, and `join_token` and `join_addresses`.
    """
    return _named(
        {**_common(options), "JoinToken": options["join_token"], "RemoteAddrs": options["join_addresses"]},
    )


def _common(options: Json) -> Json:
    return {
        "ListenAddr": options["listen_addr"],
        "AdvertiseAddr": options["advertise_addr"],
        "DataPathAddr": options["data_path_addr"],
        "Availability": options["availability"],
    }


def _named(request: Json) -> Json:
    return {key: value for key, value in request.items() if value is not None}
