# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The order in which the engines of swarm members are restarted, and which manager is asked before each. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Restart:
    """The restart of one engine.

    Attributes:
        host: the engine's host.
        node_id: its node in the swarm.
        ask: the host of a manager that tells whether the swarm can spare the node, and whether it has recovered; None
            if no such host is known.
    """

    host: str
    node_id: str
    ask: str | None


def plan_restarts(
    engines: Mapping[str, Json], pending: Collection[str], declared_managers: Sequence[str] = ()
) -> list[Restart]:
    """Plan the restarts of members: managers first, so that a run stops there if the swarm cannot spare one.

    Args:
        engines: the memberships of all hosts of the play (see `membership.read_membership`), in the play's order.
        pending: the hosts whose engine needs a restart.
        declared_managers: hosts that are declared as managers, in this play or not.
    """
    members = [host for host in engines if host in pending]
    return [
        Restart(host, engines[host]["node_id"], next(iter(_managers_for(host, engines, declared_managers)), None))
        for host in sorted(members, key=lambda host: not engines[host]["manager"])
    ]


def _managers_for(host: str, engines: Mapping[str, Json], declared_managers: Sequence[str]) -> list[str]:
    """Hosts that can be asked about a member's swarm, the best first: other managers, then the member itself."""
    swarm = engines[host]
    in_play = [other for other, theirs in engines.items() if theirs["node_id"] in swarm["managers"]]
    elsewhere = [other for other in declared_managers if other not in engines]
    others = [other for other in (*in_play, *elsewhere) if other != host]
    return [*others, *([host] if swarm["manager"] else [])]
