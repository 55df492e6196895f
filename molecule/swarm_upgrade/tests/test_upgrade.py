"""Every engine is of the newer generation, and nobody outside has noticed."""

from __future__ import annotations

import json

import pytest

MANAGERS = ["upgrade-m1", "upgrade-m2", "upgrade-m3"]
WORKERS = ["upgrade-w1", "upgrade-w2"]


@pytest.mark.parametrize("name", [*MANAGERS, *WORKERS])
def test_engine_itself_says_that_it_is_the_newer_one(ask, name):
    assert ask(name, "/version")["Version"].startswith("26.1.")


def test_managers_see_the_newer_engines(nodes_by_id):
    versions = [node["Description"]["Engine"]["EngineVersion"] for node in nodes_by_id("upgrade-m1").values()]
    assert len(versions) == 5
    assert all(version.startswith("26.1.") for version in versions)


def test_every_node_is_ready_and_has_the_availability_it_had(membership, nodes_by_id):
    nodes = nodes_by_id("upgrade-m1")
    assert {node["Status"]["State"] for node in nodes.values()} == {"ready"}
    found = {name: nodes[membership(name)["NodeID"]]["Spec"]["Availability"] for name in [*MANAGERS, *WORKERS]}
    assert found == {**dict.fromkeys(MANAGERS, "active"), "upgrade-w1": "active", "upgrade-w2": "drain"}


def test_nothing_of_the_upgrade_stays_on_the_nodes(nodes_by_id):
    assert not any(node["Spec"].get("Labels") for node in nodes_by_id("upgrade-m1").values())


def test_managers_are_still_three(nodes_by_id):
    reachable = [node for node in nodes_by_id("upgrade-m2").values() if "ManagerStatus" in node]
    assert [node["ManagerStatus"]["Reachability"] for node in reachable] == ["reachable"] * 3


def test_batch_took_up_what_it_was_for(inventory):
    for name in WORKERS:
        config = json.loads(inventory.get_host(name).check_output("cat /etc/docker/daemon.json"))
        assert config["log-opts"]["max-size"] == "6m"


def test_not_one_question_went_unanswered(inventory):
    log = inventory.get_host("upgrade-outside").check_output("cat /run/ask.log").splitlines()
    assert [line for line in log if line.startswith("unanswered")] == []
    asked = [int(line.split()[1]) for line in log if line.startswith("asked")]
    assert asked[-1] > 1000
