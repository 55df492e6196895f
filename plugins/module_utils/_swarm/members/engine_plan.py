# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""What one engine has to do to be, or not to be, a member of a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm import quorum

Json = dict[str, Any]

#: What an engine takes for the pools that it chooses itself. For pools that it is given it takes 0, and no network
#: can be made then ("invalid pools size: 0").
_SUBNET_SIZE = 24


class MemberError(UserError):
    """The membership that is wanted cannot be had from the one there is."""


@dataclass(frozen=True)
class Wanted:
    """The membership that is wanted.

    Attributes:
        state: present or absent.
        role: manager or worker.
        cluster_id: the cluster to be in; None: whichever it is.
        init: found a cluster where there is none.
        join: the way into a cluster is given (token and addresses).
        force_leave: leave another cluster first, and leave even if that ends the cluster.
        force_new_cluster: go on as the only manager of a cluster that has lost its quorum.
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
    """The steps from one to the other, in order: `demote`, `leave`, `init`, `join`, `recover`,
    `unlock`; none if all is well.

    Args:
        wanted: see there.
        current: as of `views.member_view`, with `nodes` (of a manager; else None).

    Raises:
        MemberError: with what to do instead.
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
        raise MemberError("this host is no manager, so it knows nothing a cluster could be recovered from")
    if current["nodes"] is not None:
        return []
    if current["encrypted"]:
        # It would stop being a manager, and start again without the key (https://github.com/moby/moby/issues/36852).
        raise MemberError(
            "this manager's state is encrypted (autolock), and no engine can go on as the only manager from that: "
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
            "this host is a manager of a cluster that cannot be asked for its quorum now "
            f"({current['error'] or current['state']}); set force_leave=true to leave whatever becomes of the cluster"
        )
    refusal = quorum.refusal_to_demote(quorum.quorum_of(current["nodes"]), {current["node_id"]: "this host"})
    if refusal:
        raise MemberError(f"{refusal}; or set force_leave=true to leave whatever becomes of the cluster")
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
                f"this host is half-way into a swarm (state {current['state']}: {reason}); "
                "set force_leave=true to leave and enter again"
            )
        return ["leave", *enter]
    if current["role"] != wanted.role:
        raise MemberError(
            f"this host is a {current['role']}, not a {wanted.role}: a manager of its cluster can change that, "
            "with the module dockyard.swarm.node"
        )
    return []


def after_steps(wanted: Wanted, current: Json, steps: list[str]) -> Json:
    """What the membership is expected to be after these steps, as far as that can be told before them."""
    if not steps:
        return current
    if wanted.state == "absent":
        return {**current, "state": "inactive", "role": None, "node_id": None, "cluster_id": None}
    if wanted.force_new_cluster or wanted.unlock:
        return {**current, "state": "active"}
    cluster_id = "(new)" if wanted.init else wanted.cluster_id
    return {**current, "state": "active", "role": wanted.role, "node_id": None, "cluster_id": cluster_id}


def init_request(options: Json) -> Json:
    """The body of `POST /swarm/init`; what is not named is the engine's choice.

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
    """The body of `POST /swarm/init` that makes a manager the only one of the cluster it is in.

    Args:
        options: as of `init_request`.
        member: as of `views.member_view`; the manager keeps its address unless another is named.
    """
    advertise = options["advertise_addr"] or member["node_address"]
    return {**_named(_common({**options, "advertise_addr": advertise})), "ForceNewCluster": True, "Spec": {}}


def join_request(options: Json) -> Json:
    """The body of `POST /swarm/join`.

    Args:
        options: as of `init_request`, and `join_token` and `join_addresses`.
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
