"""Through which manager a playbook acts, and in which order managers are taken out of service."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.managers import (
    NoManagerError,
    current_cluster,
    order_of_maintenance,
)

NAMES = ("m1", "m2", "m3")


@pytest.fixture
def healthy(make):
    nodes = [make.node(name, "manager", leader=name == "m2") for name in NAMES] + [make.node("w1")]
    return {name: make.manager(name, nodes) for name in NAMES}


UNREACHABLE = {"unreachable": True, "msg": "Failed to connect to the host via ssh."}
HUNG = {"failed": True, "msg": "the engine did not answer within 60 s"}


def without_engine(make, name):
    return {**make.fresh(name), "state": "unknown", "node_id": f"id-{name}"}


def test_the_first_that_acts_is_chosen(healthy):
    found = current_cluster(healthy)
    assert (found.current_manager, found.cluster_id, found.managers, found.silent) == ("m1", "C", list(NAMES), {})
    assert found.node("id-w1")["hostname"] == "w1"
    assert found.node("id-x") is None


@pytest.mark.parametrize(
    ("avoid", "chosen"),
    [(["m1"], "m2"), (["m1", "m2"], "m3"), (["m1", "m2", "m3"], "m1"), (["w1"], "m1"), ([], "m1")],
)
def test_a_manager_about_to_be_touched_is_chosen_last(healthy, avoid, chosen):
    assert current_cluster(healthy, avoid).current_manager == chosen


def silent_answers(make):
    lost = [make.node("m1", "manager")] + [make.node(name, "manager", state="down") for name in ("m2", "m3")]
    return {
        "unreachable": (UNREACHABLE, "Failed to connect"),
        "hung": (HUNG, "did not answer"),
        "without engine": (without_engine(make, "m1"), "unknown"),
        "fresh": (make.fresh("m1"), "inactive"),
        "worker": (make.worker("m1"), "active"),
        "locked": ({**make.worker("m1", state="locked"), "role": "manager"}, "locked"),
        "without quorum": (make.manager("m1", lost), "The swarm does not have a leader"),
        "nothing": ({}, "could not be asked"),
    }


@pytest.mark.parametrize(
    "how",
    list(silent_answers(type("M", (), {n: lambda *_a, **_k: {} for n in ("node", "fresh", "worker", "manager")})())),
)
def test_a_manager_that_cannot_act_is_passed_over_and_told(make, healthy, how):
    answer, reason = silent_answers(make)[how]
    found = current_cluster({**healthy, "m1": answer})
    assert found.current_manager == "m2"
    assert reason in found.silent["m1"]
    with pytest.raises(NoManagerError) as caught:
        current_cluster({"m1": answer})
    assert f"m1: {found.silent['m1']}." in str(caught.value)
    assert "dockyard.swarm.recover" in str(caught.value)


def test_no_manager_declared_is_said():
    with pytest.raises(NoManagerError, match="swarm_managers is empty"):
        current_cluster({})


def test_two_clusters_are_not_guessed_between(make):
    here, there = [make.node("m1", "manager")], [make.node("m2", "manager")]
    answers = {"m1": make.manager("m1", here), "m2": make.manager("m2", there, cluster_id="D")}
    with pytest.raises(NoManagerError, match="m1 of C; m2 of D"):
        current_cluster(answers)


def test_two_sides_of_a_split_are_not_guessed_between(make):
    alone = [make.node("m1", "manager"), {**make.node("m2", "manager", state="down"), "reachability": None}]
    others = [make.node("m1", "manager", state="down"), make.node("m2", "manager"), make.node("m3", "manager")]
    answers = {
        "m1": {**make.manager("m1", alone[:1]), "nodes": alone},
        "m2": make.manager("m2", others),
        "m3": make.manager("m3", others),
    }
    with pytest.raises(NoManagerError, match="is split: m1 with the managers m1 at addr-m1; m2 and m3 with"):
        current_cluster(answers)


def test_every_combination_of_silent_managers_leaves_one_that_acts(healthy):
    for count in range(3):
        for silent in itertools.combinations(NAMES, count):
            answers = {name: UNREACHABLE if name in silent else answer for name, answer in healthy.items()}
            assert current_cluster(answers).current_manager not in silent


def test_managers_that_are_down_come_first_and_the_leader_last(make):
    nodes = {
        "m1": make.node("m1", "manager", leader=True),
        "m2": make.node("m2", "manager"),
        "m3": make.node("m3", "manager", reachability="unreachable"),
        "m4": make.node("m4", "manager", reachability="unknown"),
        "w1": make.node("w1"),
        "x": None,
    }
    assert order_of_maintenance(nodes) == ["m3", "m4", "m2", "m1"]
    assert order_of_maintenance({}) == []
