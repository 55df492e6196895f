"""All declared hosts are one swarm."""

from __future__ import annotations

HOSTS = ["clusters-1", "clusters-2", "clusters-3", "clusters-4"]


def test_nodes_are_exactly_the_hosts(membership, nodes_by_id):
    nodes = nodes_by_id("clusters-1")
    assert set(nodes) == {membership(name)["NodeID"] for name in HOSTS}
    assert {node["Status"]["State"] for node in nodes.values()} == {"ready"}


def test_roles_are_as_declared(membership, nodes_by_id):
    nodes = nodes_by_id("clusters-2")
    roles = {name: nodes[membership(name)["NodeID"]]["Spec"]["Role"] for name in HOSTS}
    assert roles == dict(zip(HOSTS, ["manager", "manager", "manager", "worker"], strict=True))
