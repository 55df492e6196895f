"""Wherever `upgrade` is killed, the next run completes it, and every node gets back the availability it had."""

from __future__ import annotations

import json

import pytest

UPGRADE = "dockyard.swarm.upgrade"
DRAIN, INSTALL = "Drain the node and wait until its tasks run elsewhere", "Install the engine"
RESTART, BACK = "Restart killed-", "Wait until the node is ready, and restore its availability"
# Which host changes, in the order in which hosts are upgraded (two followers, the leader, the worker), and what about
# it; a task, how often it has begun, and how long it has gone on. The engine's role announces on each host, and is
# done on the one that changes, so that its tasks begin once for each host before and twice for that one.
POINTS = [
    (0, "versions", "Read what would change on the engine", 1, 1),
    (0, "versions", DRAIN, 1, 0.3),
    (0, "versions", INSTALL, 2, 1.5),
    (0, "versions", "Configure the engine", 2, 0),
    (1, "log_sizes", RESTART, 1, 0.3),
    (1, "log_sizes", RESTART, 1, 1.5),
    (1, "log_sizes", BACK, 1, 0),
    (2, "versions", RESTART, 1, 1),
    (2, "log_sizes", BACK, 1, 0.5),
    (3, "versions", INSTALL, 5, 1.5),
]
OTHER = {"27.5.1": "28.0.1", "28.0.1": "27.5.1", "5m": "6m", "6m": "5m"}


@pytest.fixture(scope="module")
def declared():
    """What is declared for hosts, by the variable; it goes on from round to round."""
    names = ["killed-m1", "killed-m2", "killed-m3", "killed-w1"]
    return {"versions": dict.fromkeys(names, "27.5.1"), "log_sizes": dict.fromkeys(names, "5m")}


@pytest.fixture
def hosts_in_order(nodes_by_id):
    """Followers, then the leader, then the worker."""
    nodes = nodes_by_id("killed-m1").values()
    leader = next(node for node in nodes if node.get("ManagerStatus", {}).get("Leader"))["Description"]["Hostname"]
    return [*sorted({"killed-m1", "killed-m2", "killed-m3"} - {leader}), leader, "killed-w1"]


@pytest.mark.parametrize(("position", "variable", "task", "occurrence", "after"), POINTS)
def test_next_run_completes_what_the_killed_one_left(
    declared,
    hosts_in_order,
    inventory,
    killed_and_completed,
    one_whole_swarm,
    position,
    variable,
    task,
    occurrence,
    after,
):
    cluster = one_whole_swarm()
    name = hosts_in_order[position]
    host = inventory.get_host(name)
    started = "systemctl show docker --property ActiveEnterTimestampMonotonic --value"
    before = int(host.check_output(started))
    declared[variable][name] = OTHER[declared[variable][name]]

    killed_and_completed(UPGRADE, task, occurrence, after, declared)

    assert one_whole_swarm() == cluster
    version = host.check_output("dpkg-query --show --showformat='${Version}' docker-ce")
    assert version.startswith(f"5:{declared['versions'][name]}")
    assert host.check_output("dpkg --audit") == ""
    config = json.loads(host.check_output("cat /etc/docker/daemon.json"))
    assert config["log-opts"]["max-size"] == declared["log_sizes"][name]
    assert int(host.check_output(started)) > before
    assert not host.file("/run/dockyard/engine-pending.json").exists
    assert not host.file("/usr/sbin/policy-rc.d").exists


def test_nothing_is_left_to_do(play, declared, one_whole_swarm):
    one_whole_swarm()
    repeated = play(UPGRADE, declared)
    assert repeated.returncode == 0
    assert repeated.stdout.count(" changed=0 ") == 4
