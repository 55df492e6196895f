"""What the role promises of a swarm whose members all needed a restart, twice, once with a failure in between."""

from __future__ import annotations

import json
import os

import pytest
import testinfra

testinfra_hosts = ["rolling-client"]
MEMBERS = ("rolling-m1", "rolling-m2", "rolling-m3")


@pytest.fixture(scope="module")
def members():
    inventory = os.environ["MOLECULE_INVENTORY_FILE"]
    return {name: testinfra.get_host(f"ansible://{name}?ansible_inventory={inventory}") for name in MEMBERS}


@pytest.fixture
def began(host):
    """When the swarm stood and the client began to ask, in seconds: before, engines may start together."""
    return float(host.check_output("systemctl show ask --property ActiveEnterTimestamp --timestamp unix").split("@")[1])


def _absences(host, began):
    """When the engine was away since then: pairs of seconds, from the journal."""
    entries = host.check_output("journalctl --unit docker --output json --output-fields MESSAGE").splitlines()
    gone, pairs = None, []
    for entry in map(json.loads, entries):
        at, message = int(entry["__REALTIME_TIMESTAMP"]) / 1e6, str(entry["MESSAGE"])
        if message.startswith("Stopping docker.service"):
            gone = at
        elif message.startswith("Started docker.service") and gone is not None:
            pairs.append((gone, at))
            gone = None
    return [pair for pair in pairs if pair[0] >= began]


def test_every_question_was_answered(host):
    lines = host.file("/run/ask.log").content_string.splitlines()
    assert len([line for line in lines if line.startswith("asked")]) > 5
    assert [line for line in lines if line.startswith("unanswered")] == []


@pytest.fixture
def absences(members, began):
    pairs = sorted(pair for host in members.values() for pair in _absences(host, began))
    assert len(pairs) == 6
    return pairs


def test_engines_were_away_one_at_a_time(absences):
    for (_gone, back), (next_gone, _next_back) in zip(absences, absences[1:]):
        assert back < next_gone


def test_each_went_only_when_the_one_before_was_a_manager_again(members, absences):
    """With that, no more than one was missing from the quorum at any time."""
    logs = [host.file("/run/watch.log").content_string.split() for host in members.values()]
    whole = [float(at) for log in logs for at, seen in zip(log[::2], log[1::2]) if int(seen) == len(MEMBERS)]
    for (_gone, back), (next_gone, _next_back) in zip(absences, absences[1:]):
        assert any(back < at < next_gone for at in whole), (back, next_gone)


def test_every_member_runs_with_the_last_declaration(members):
    for host in members.values():
        config = json.loads(host.file("/etc/docker/daemon.json").content_string)
        assert config["log-opts"]["max-size"] == "7m"
        assert not host.file("/run/dockyard/engine-pending.json").exists


def test_swarm_is_whole(members):
    nodes = members["rolling-m1"].check_output("docker node ls --format '{{.Status}} {{.ManagerStatus}}'").split("\n")
    assert sorted(nodes) == ["Ready Leader", "Ready Reachable", "Ready Reachable"]
