"""After all those controllers there is one swarm, and nobody has locked it."""

from __future__ import annotations

import pytest

MANAGERS = ["lock-m1", "lock-m2", "lock-m3"]


def test_all_managers_are_of_one_cluster(membership, nodes_by_id):
    assert len({membership(name)["Cluster"]["ID"] for name in MANAGERS}) == 1
    assert set(nodes_by_id("lock-m1")) == {membership(name)["NodeID"] for name in MANAGERS}


def test_swarm_holds_no_lock(ask):
    assert ask("lock-m1", "/configs") == []


@pytest.mark.parametrize("name", MANAGERS)
def test_host_holds_no_lock(inventory, name):
    held = inventory.get_host(name).file("/run/dockyard.swarm/deploy.lock")
    assert not held.exists or held.size == 0
