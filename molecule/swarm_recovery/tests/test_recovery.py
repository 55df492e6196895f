"""What was there before everything was lost is there again."""

from __future__ import annotations

import time

import pytest

MANAGERS = ["recovery-m1", "recovery-m2", "recovery-m3"]
WORKER = "recovery-w1"


@pytest.fixture(scope="module")
def container(inventory):
    host = inventory.get_host(WORKER)
    for _attempt in range(60):
        found = host.check_output("docker ps -q --filter label=com.docker.swarm.service.name=web")
        if found:
            return host, found
        time.sleep(1)
    raise AssertionError("the service does not run")


def test_nodes_are_exactly_the_hosts(membership, nodes_by_id):
    nodes = nodes_by_id("recovery-m2")
    assert set(nodes) == {membership(name)["NodeID"] for name in [*MANAGERS, WORKER]}
    assert {node["Status"]["State"] for node in nodes.values()} == {"ready"}


def test_all_managers_are_of_one_cluster(membership):
    assert len({membership(name)["Cluster"]["ID"] for name in MANAGERS}) == 1


def test_no_node_is_left_as_it_was_while_it_was_copied(nodes_by_id):
    nodes = nodes_by_id("recovery-m2").values()
    assert {node["Spec"]["Availability"] for node in nodes} == {"active"}
    assert not any(node["Spec"].get("Labels") for node in nodes)


def test_service_has_its_secret_and_its_config(container):
    host, found = container
    assert host.check_output(f"docker exec {found} /bin/busybox cat /run/secrets/word") == "the secret"
    assert host.check_output(f"docker exec {found} /bin/busybox cat /note") == "the config"


def test_no_copy_of_the_state_stays_on_a_host(inventory):
    for name in [*MANAGERS, WORKER]:
        assert not inventory.get_host(name).file("/var/lib/docker/dockyard-swarm-backup.tar.gz").exists


def test_nobody_has_locked_the_swarm(ask):
    assert [item["Spec"]["Name"] for item in ask("recovery-m2", "/configs")] == ["note"]
