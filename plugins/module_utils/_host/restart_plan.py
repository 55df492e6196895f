# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""In which order engines of swarm members are restarted, and who is asked about each. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Restart:
    """One engine's restart.

    Attributes:
        host: whose engine it is.
        node_id: its node in the swarm.
        ask: the host of a manager that tells whether the swarm can spare the node, and whether it has recovered;
            None where no host that is known is one.
    """

    host: str
    node_id: str
    ask: str | None


def plan_restarts(
    engines: Mapping[str, Json], pending: Collection[str], declared_managers: Sequence[str] = ()
) -> list[Restart]:
    """Plan the restarts of members: managers first, so that a swarm that cannot spare one stops before its workers.

    Args:
        engines: the memberships of all hosts of the play, as of `membership.read_membership`, in the play's order.
        pending: those of them whose engine waits for its restart.
        declared_managers: hosts that are declared to be managers, of this play or not.
    """
    members = [host for host in engines if host in pending]
    return [
        Restart(host, engines[host]["node_id"], next(iter(_managers_for(host, engines, declared_managers)), None))
        for host in sorted(members, key=lambda host: not engines[host]["manager"])
    ]


def _managers_for(host: str, engines: Mapping[str, Json], declared_managers: Sequence[str]) -> list[str]:
    """Who can be asked about a member's swarm, the best first: other managers, and the member itself last of all."""
    swarm = engines[host]
    in_play = [other for other, theirs in engines.items() if theirs["node_id"] in swarm["managers"]]
    elsewhere = [other for other in declared_managers if other not in engines]
    others = [other for other in (*in_play, *elsewhere) if other != host]
    return [*others, *([host] if swarm["manager"] else [])]
