"""The engine's answers in the form the modules read."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._host.node_certificate import NodeIdentity
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.views import member_view, node_view

IDENTITY = NodeIdentity("C", "n1", "manager")


def info(state, **swarm):
    return {"Name": "h1", "Swarm": {"LocalNodeState": state, "NodeID": "n1", "NodeAddr": "10.0.0.1", **swarm}}


def test_host_in_no_swarm():
    view = member_view({"Name": "h1", "Swarm": {"LocalNodeState": "inactive", "NodeID": "", "NodeAddr": ""}}, None)
    assert view == {
        "hostname": "h1",
        "state": "inactive",
        "role": None,
        "node_id": None,
        "node_address": None,
        "cluster_id": None,
        "remote_managers": [],
        "error": "",
    }


def test_certificate_left_behind_is_no_membership():
    assert member_view(info("inactive", NodeID=""), IDENTITY)["cluster_id"] is None


def test_manager_tells_its_cluster_itself():
    view = member_view(info("active", ControlAvailable=True, Cluster={"ID": "D"}), None)
    assert (view["role"], view["cluster_id"]) == ("manager", "D")


def test_worker_is_told_by_its_certificate():
    peers = [{"NodeID": "n9", "Addr": "10.0.0.9:2377"}]
    view = member_view(info("active", ControlAvailable=False, RemoteManagers=peers), IDENTITY)
    assert (view["role"], view["cluster_id"]) == ("worker", "C")
    assert view["remote_managers"] == [{"node_id": "n9", "address": "10.0.0.9:2377"}]


def test_worker_without_a_readable_certificate_names_no_cluster():
    assert member_view(info("active", Cluster=None, RemoteManagers=None), None)["cluster_id"] is None


@pytest.mark.parametrize("state", ["pending", "locked", "error"])
def test_engine_that_does_not_say_its_role_has_it_in_the_certificate(state):
    view = member_view(info(state, NodeID="", Error="why"), IDENTITY)
    assert (view["role"], view["node_id"], view["cluster_id"], view["error"]) == ("manager", "n1", "C", "why")


def test_manager_that_lost_its_quorum_has_an_empty_cluster():
    view = member_view(info("active", ControlAvailable=True, Cluster={"ID": ""}, Error="no leader"), IDENTITY)
    assert (view["role"], view["cluster_id"], view["error"]) == ("manager", "C", "no leader")


def test_node_of_a_manager():
    node = {
        "ID": "n1",
        "Spec": {"Role": "manager", "Availability": "drain", "Labels": {"a": "1"}},
        "Description": {"Hostname": "h1", "Engine": {"EngineVersion": "26.1.5"}},
        "Status": {"State": "ready", "Addr": "10.0.0.1"},
        "ManagerStatus": {"Leader": True, "Reachability": "reachable", "Addr": "10.0.0.1:2377"},
    }
    assert node_view(node) == {
        "id": "n1",
        "hostname": "h1",
        "role": "manager",
        "availability": "drain",
        "state": "ready",
        "message": "",
        "address": "10.0.0.1",
        "engine_version": "26.1.5",
        "labels": {"a": "1"},
        "leader": True,
        "reachability": "reachable",
        "manager_address": "10.0.0.1:2377",
    }


def test_node_that_has_hardly_arrived():
    view = node_view({"ID": "n1", "Spec": {"Role": "worker", "Labels": None}, "Description": None})
    assert (view["hostname"], view["state"], view["labels"], view["reachability"]) == ("", "unknown", {}, None)
