# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Whether managers of one cluster act apart from each other.

A cluster has one leader, so all managers with a quorum tell the same. Where some of them were made a cluster of their
own (`docker swarm init --force-new-cluster`) while the others lived on, each side has a quorum of its own: both carry
the same cluster id, and neither takes part in the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class View:
    """What one manager with a quorum sees.

    Attributes:
        node_id: its own node.
        nodes: all nodes, as of `views.node_view`.
    """

    node_id: str
    nodes: list[Json]

    @property
    def reachable(self) -> frozenset[str]:
        """Ids of the managers that it reaches."""
        return frozenset(node["id"] for node in self.nodes if node["reachability"] == "reachable")


def sides(views: Mapping[str, View]) -> list[list[str]]:
    """The managers by the sides they are on; one side where all is well, none without managers.

    Two managers are apart if neither reaches the other. Only one of them missing the other is a matter of moments:
    a manager that has just come back is heard of a little later by the rest.

    Args:
        views: of managers of one cluster that have a quorum, by their names in the inventory.
    """
    apart: list[list[str]] = []
    for name in views:
        together = [side for side in apart if any(_together(views[name], views[other]) for other in side)]
        apart = [side for side in apart if side not in together] + [
            [*(each for side in together for each in side), name]
        ]
    order = list(views)
    return sorted((sorted(side, key=order.index) for side in apart), key=lambda side: order.index(side[0]))


def in_words(views: Mapping[str, View], apart: list[list[str]]) -> str:
    """Who acts with whom: `m1 with the managers m1 at 10.0.0.1; m2 and m3 with the managers m2 at ...`."""
    told = []
    for side in apart:
        nodes = views[side[0]].nodes
        managers = [node for node in nodes if node["reachability"] is not None]
        called = ", ".join(f"{node['hostname']} at {node['address']}" for node in managers if _reached(node))
        told.append(f"{' and '.join(side)} with the managers {called}")
    return "; ".join(told)


def _together(one: View, other: View) -> bool:
    return one.node_id in other.reachable or other.node_id in one.reachable


def _reached(node: Json) -> bool:
    return bool(node["reachability"] == "reachable")
