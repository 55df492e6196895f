"""One manager and two workers are one swarm, as their engines tell."""

from __future__ import annotations

import pytest

MANAGER, LABELLED, OLDER = "swarm-role-m1", "swarm-role-w1", "swarm-role-w2"
HOSTS = [MANAGER, LABELLED, OLDER]


@pytest.fixture
def nodes(nodes_by_id):
    return nodes_by_id(MANAGER)


def test_every_host_is_an_active_member(membership):
    assert {name: membership(name)["LocalNodeState"] for name in HOSTS} == dict.fromkeys(HOSTS, "active")


def test_nodes_are_exactly_the_declared_hosts(membership, nodes):
    assert set(nodes) == {membership(name)["NodeID"] for name in HOSTS}


def test_every_node_is_ready(nodes):
    assert {node["Status"]["State"] for node in nodes.values()} == {"ready"}


def test_declared_manager_is_the_only_one(membership, nodes):
    managers = {node_id for node_id, node in nodes.items() if node["Spec"]["Role"] == "manager"}
    assert managers == {membership(MANAGER)["NodeID"]}


def test_every_worker_knows_that_manager(membership):
    manager = membership(MANAGER)
    for name in (LABELLED, OLDER):
        assert [peer["NodeID"] for peer in membership(name)["RemoteManagers"]] == [manager["NodeID"]]


def test_hosts_advertise_the_named_interface(inventory, membership):
    for name in HOSTS:
        addresses = inventory.get_host(name).check_output("ip -o -4 addr show dev eth0")
        assert f"inet {membership(name)['NodeAddr']}/" in addresses


def test_labels_are_on_the_declared_node_only(membership, nodes):
    assert nodes[membership(LABELLED)["NodeID"]]["Spec"]["Labels"] == {"reliability": "high", "ssd": "true"}
    assert not nodes[membership(OLDER)["NodeID"]]["Spec"].get("Labels")


def test_availability_is_as_declared(membership, nodes):
    assert nodes[membership(MANAGER)["NodeID"]]["Spec"]["Availability"] == "drain"
    assert nodes[membership(LABELLED)["NodeID"]]["Spec"]["Availability"] == "active"


def test_address_pool_and_subnet_size_are_the_clusters(ask):
    cluster = ask(MANAGER, "/info")["Swarm"]["Cluster"]
    assert (cluster["DefaultAddrPool"], cluster["SubnetSize"]) == (["10.201.0.0/16"], 26)


@pytest.mark.parametrize("name", HOSTS)
def test_no_join_token_stays_on_a_host(inventory, name):
    host = inventory.get_host(name)
    assert "SWMTKN" not in host.check_output("journalctl --no-pager --boot")
    assert host.run("grep -rlsI SWMTKN /root /home /tmp /etc").stdout == ""
