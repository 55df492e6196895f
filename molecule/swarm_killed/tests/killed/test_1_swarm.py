"""Wherever `swarm` is killed between fresh hosts and a swarm, the next run makes them the one that is declared."""

from __future__ import annotations

import pytest

SWARM = "dockyard.swarm.swarm"
# Tasks, how often they have begun, and how long they have gone on.
POINTS = [
    ("Read swarm membership", 1, 0.5),
    ("Plan the membership of each host", 1, 0),
    ("Create the swarm", 1, 0.6),
    ("Get the join token from a manager", 1, 0),
    ("Join the swarm", 1, 1),
    ("Join the swarm", 1, 4),
    ("Get the join token from a manager", 2, 0),
    ("Join the swarm", 2, 1),
    ("Set the node's labels and availability, and wait until it is ready", 1, 0.8),
    ("Apply the settings of the whole swarm", 1, 0.5),
]


@pytest.fixture(autouse=True)
def fresh_hosts(on_each_host):
    on_each_host("docker swarm leave --force >/dev/null 2>&1 || true")
    on_each_host(
        "timeout 60 sh -c 'until docker info -f {{.Swarm.LocalNodeState}} | grep -qx inactive; do sleep 0.2; done'"
    )


@pytest.mark.parametrize(("task", "occurrence", "after"), POINTS)
def test_next_run_completes_what_the_killed_one_left(
    killed_and_completed, one_whole_swarm, ask, task, occurrence, after
):
    killed_and_completed(SWARM, task, occurrence, after)
    one_whole_swarm()
    assert ask("killed-m3", "/swarm")["Spec"]["Orchestration"]["TaskHistoryRetentionLimit"] == 3


def test_nothing_is_left_to_do(play):
    assert play(SWARM).returncode == 0
    repeated = play(SWARM)
    assert repeated.returncode == 0
    assert repeated.stdout.count(" changed=0 ") == 4
