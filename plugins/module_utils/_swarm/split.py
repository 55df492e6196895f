# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Detect a split cluster: managers of one cluster that act independently of each other.

A cluster has one leader, so all managers with a quorum report the same. If some of them were made a cluster of their
own (`docker swarm init --force-new-cluster`) while the others kept running, each side has its own quorum: both have the
same cluster id, and neither takes part in the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class View:
    """What one manager with a quorum reports.

    Attributes:
        node_id: its own node.
        nodes: all nodes, see `views.node_view`.
    """

    node_id: str
    nodes: list[Json]

    @property
    def reachable(self) -> frozenset[str]:
        """Ids of the managers that it reaches."""
        return frozenset(node["id"] for node in self.nodes if node["reachability"] == "reachable")


def sides(views: Mapping[str, View]) -> list[list[str]]:
    """The managers grouped by side: one side normally, none without managers.

    Two managers are on different sides if neither reaches the other. If only one does not reach the other, it is a
    temporary state: a manager that has just come back becomes reachable for the others a little later.

    Args:
        views: of the managers of one cluster that have a quorum, by their inventory names.
    """
    groups: list[list[str]] = []
    for name in views:
        together = [side for side in groups if any(_together(views[name], views[other]) for other in side)]
        groups = [side for side in groups if side not in together] + [
            [*(each for side in together for each in side), name]
        ]
    order = list(views)
    return sorted((sorted(side, key=order.index) for side in groups), key=lambda side: order.index(side[0]))


def in_words(views: Mapping[str, View], groups: list[list[str]]) -> str:
    """Which managers act together: `m1 with the managers m1 at 10.0.0.1; m2 and m3 with the managers m2 at ...`."""
    descriptions = []
    for side in groups:
        nodes = views[side[0]].nodes
        managers = [node for node in nodes if node["reachability"] is not None]
        reached = ", ".join(f"{node['hostname']} at {node['address']}" for node in managers if _reached(node))
        descriptions.append(f"{' and '.join(side)} with the managers {reached}")
    return "; ".join(descriptions)


def _together(one: View, other: View) -> bool:
    return one.node_id in other.reachable or other.node_id in one.reachable


def _reached(node: Json) -> bool:
    return bool(node["reachability"] == "reachable")
