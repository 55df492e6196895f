"""Every engine has the new version, and nobody outside has noticed."""

from __future__ import annotations

MANAGERS = ["upgrade-m1", "upgrade-m2", "upgrade-m3"]
WORKERS = ["upgrade-w1", "upgrade-w2"]


def test_every_host_has_the_new_version(inventory):
    for name in [*MANAGERS, *WORKERS]:
        version = inventory.get_host(name).check_output("dpkg-query --show --showformat='${Version}' docker-ce")
        assert version.startswith("5:28.0"), name


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


def test_not_one_question_went_unanswered(inventory):
    log = inventory.get_host("upgrade-outside").check_output("cat /run/ask.log").splitlines()
    assert [line for line in log if line.startswith("unanswered")] == []
    assert any(line.startswith("asked") for line in log)
