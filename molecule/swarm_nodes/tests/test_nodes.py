"""What is left after nodes were drained, removed, lost and rebuilt."""

from __future__ import annotations

MEMBERS = ["nodes-m1", "nodes-w1"]
OTHERS = ["nodes-m2", "nodes-w2"]


def test_nodes_are_exactly_the_hosts_that_are_left(membership, nodes_by_id):
    nodes = nodes_by_id("nodes-m1")
    assert set(nodes) == {membership(name)["NodeID"] for name in MEMBERS}
    assert {node["Status"]["State"] for node in nodes.values()} == {"ready"}


def test_removed_hosts_are_in_no_swarm(membership):
    assert {membership(name)["LocalNodeState"] for name in OTHERS} == {"inactive"}


def test_no_note_of_a_maintenance_is_left(nodes_by_id):
    assert not any(node["Spec"].get("Labels") for node in nodes_by_id("nodes-m1").values())
