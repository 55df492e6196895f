"""After all that growing, shrinking and rebuilding there is one swarm."""

from __future__ import annotations

MEMBERS = ["members-1", "members-2", "members-3", "members-5"]
OTHERS = ["members-4", "members-6"]


def test_every_declared_host_is_in_it_and_nobody_else(membership, nodes_by_id):
    nodes = nodes_by_id("members-2")
    assert set(nodes) == {membership(name)["NodeID"] for name in MEMBERS}
    assert {node["Status"]["State"] for node in nodes.values()} == {"ready"}


def test_all_managers_are_of_one_cluster(membership):
    assert len({membership(name)["Cluster"]["ID"] for name in MEMBERS[:3]}) == 1


def test_removed_hosts_are_in_none(membership):
    assert {membership(name)["LocalNodeState"] for name in OTHERS} == {"inactive"}
