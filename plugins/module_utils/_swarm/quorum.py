# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""How many managers a swarm can lose.

The managers of a swarm agree by Raft: more than half of them must be reachable, otherwise nothing in the swarm can be
changed, not even its membership.
Source: https://docs.docker.com/engine/swarm/raft/
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Quorum:
    """The managers of a swarm, by node id, and those of them that are reachable."""

    managers: frozenset[str]
    reachable: frozenset[str]

    @property
    def needed(self) -> int:
        """The number of managers that must be reachable."""
        return majority(len(self.managers))

    @property
    def held(self) -> bool:
        """Enough managers are reachable."""
        return len(self.reachable) >= self.needed

    @property
    def tolerates(self) -> int:
        """How many more managers may fail before quorum is lost; 0 or more."""
        return max(0, len(self.reachable) - self.needed)

    def without(self, node_ids: Collection[str]) -> Quorum:
        """The quorum after these nodes have been demoted."""
        return Quorum(self.managers.difference(node_ids), self.reachable.difference(node_ids))

    def stopping(self, node_ids: Collection[str]) -> Quorum:
        """The quorum while these managers are stopped; they still count as managers."""
        return Quorum(self.managers, self.reachable.difference(node_ids))

    def __str__(self) -> str:
        return f"{len(self.reachable)} of {len(self.managers)} managers reachable, {self.needed} needed"


def majority(managers: int) -> int:
    """The number of managers that must be reachable, out of this number."""
    return managers // 2 + 1


def quorum_of(nodes: list[dict[str, Any]]) -> Quorum:
    """The quorum as a manager sees it.

    Only members of the Raft group count: a node that has the role manager but has not joined the group yet, or was left
    out of it when a swarm was recovered, has no vote.

    Args:
        nodes: see `views.node_view`.
    """
    managers = [node for node in nodes if node["reachability"] is not None]
    return Quorum(
        frozenset(node["id"] for node in managers),
        frozenset(node["id"] for node in managers if node["reachability"] == "reachable"),
    )


def refusal_to_demote(quorum: Quorum, names: Mapping[str, str]) -> str | None:
    """Why these managers must not be demoted; None if they may.

    An unreachable manager may always be demoted, as long as there is a quorum to agree on it: the others are better off
    without it.

    Args:
        quorum: the managers as they are.
        names: the names for messages, by node id.
    """
    leaving = frozenset(names) & quorum.managers
    if not leaving:
        return None
    called = ", ".join(sorted(names[node_id] for node_id in leaving))
    after = quorum.without(leaving)
    if not after.managers:
        return (
            f"{called} is the last manager ({quorum}): without a manager there is no swarm. "
            "Make another node a manager first"
        )
    if not quorum.held:
        return (
            f"there is no quorum ({quorum}), so {called} cannot be demoted. "
            "Bring managers back, or recover the swarm from one of them (playbook dockyard.swarm.recover)"
        )
    if not after.held:
        return (
            f"demoting {called} would cost the swarm its quorum: now {quorum}; afterwards {after}. "
            "Bring the unreachable managers back, or demote them, first"
        )
    return None


def refusal_to_stop(quorum: Quorum, names: Mapping[str, str]) -> str | None:
    """Why the engines of these managers must not be stopped, even for a while; None if they may.

    Args: see `refusal_to_demote`. If these are all managers of the swarm, stopping them is allowed: the swarm cannot be
    managed during that time, which the caller accepted.
    """
    stopping = frozenset(names) & quorum.managers
    during = quorum.stopping(stopping)
    if not stopping or during.held or stopping == quorum.managers:
        return None
    called = ", ".join(sorted(names[node_id] for node_id in stopping))
    remedy = (
        "Make another node a manager first, or demote this one"
        if quorum.reachable == quorum.managers
        else "Bring the unreachable managers back, or demote them, first"
    )
    return f"stopping {called} would cost the swarm its quorum: now {quorum}; meanwhile {during}. {remedy}"


def warning_about_count(managers: int) -> str | None:
    """Why this number of managers is a poor choice; None if it is not."""
    if managers < 2 or managers % 2:
        return None
    tolerated = managers - majority(managers)
    lost = "none" if tolerated == 0 else f"only {tolerated}"
    return (
        f"{managers} managers can lose {lost}, no more than {managers - 1} could: "
        "quorum is more than half. Declare an odd number"
    )
