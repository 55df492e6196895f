"""Which manager is copied, which host gets the copy, and which manager a lost swarm goes on from."""

from __future__ import annotations

import json

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.managers import NoManagerError, current_cluster
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.recovery.choices import (
    RecoveryError,
    address_in,
    backup_source,
    restore_target,
    silent_managers,
    survivor,
    warning_about_silent,
)

UNREACHABLE = {"unreachable": True, "msg": "no route"}


def answers_of(make, leader="m1", names=("m1", "m2", "m3"), **more):
    nodes = [make.node(name, "manager", leader=name == leader) for name in names]
    quorum = {"held": True, "managers": len(names)}
    return {name: {**make.manager(name, nodes), "quorum": quorum, **more} for name in names}


# -- backup --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("leader", "source"), [("m1", "m2"), ("m2", "m1"), ("m3", "m1")])
def test_a_manager_that_does_not_lead_is_copied(make, leader, source):
    answers = answers_of(make, leader)
    assert backup_source(current_cluster(answers), answers) == source


def test_the_leader_is_copied_where_nobody_else_can_be(make):
    answers = {**answers_of(make), "m2": UNREACHABLE, "m3": UNREACHABLE}
    assert backup_source(current_cluster(answers), answers) == "m1"
    alone = answers_of(make, names=("m1",))
    assert backup_source(current_cluster(alone), alone) == "m1"


def test_an_encrypted_state_is_copied_of_an_only_manager_alone(make):
    answers = answers_of(make, encrypted=True)
    with pytest.raises(RecoveryError, match="is encrypted \\(autolock\\)"):
        backup_source(current_cluster(answers), answers)
    alone = answers_of(make, names=("m1",), encrypted=True)
    assert backup_source(current_cluster(alone), alone) == "m1"


# -- restore -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("advertised", "address"),
    [
        ("10.0.0.1:2377", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1"),
        ("[fd00::1]:2377", "fd00::1"),
        ("fd00::1", "fd00::1"),
        ("m1:2377", None),
        ("", None),
    ],
)
def test_address_of_the_copied_manager(advertised, address):
    assert address_in(json.dumps({"AdvertiseAddr": advertised})) == address


@pytest.mark.parametrize("state", ["", "{}", "[]", "null", "{"])
def test_state_that_names_no_address(state):
    assert address_in(state) is None


def test_the_host_with_the_address_gets_the_state(make):
    answers = {name: make.fresh(name) for name in ("m1", "m2")}
    assert restore_target("addr-m2", answers, None) == "m2"
    assert restore_target("addr-m2", answers, "m1") == "m1"


@pytest.mark.parametrize("address", ["addr-m9", None])
def test_no_host_with_the_address_is_an_error_that_says_what_to_do(make, address):
    with pytest.raises(RecoveryError, match="none of m1, m2 has it.*swarm_restore_host="):
        restore_target(address, {name: make.fresh(name) for name in ("m1", "m2")}, None)


def test_two_hosts_with_the_address_are_an_error_that_names_them(make):
    answers = {name: {**make.fresh(name), "addresses": ["10.0.0.1"]} for name in ("m1", "m2")}
    with pytest.raises(RecoveryError, match="several hosts have it: m1, m2"):
        restore_target("10.0.0.1", answers, None)


def test_a_named_host_that_did_not_answer_is_an_error(make):
    with pytest.raises(RecoveryError, match="swarm_restore_host is m9"):
        restore_target("addr-m1", {"m1": make.fresh("m1")}, "m9")


# -- recovery ------------------------------------------------------------------------------------------


def without_quorum(make, *names):
    nodes = [make.node(name, "manager", state="down") for name in ("m1", "m2", "m3")]
    return {name: make.manager(name, nodes) for name in names}


def test_the_only_survivor_is_chosen(make):
    assert survivor({**without_quorum(make, "m1"), "m2": make.fresh("m2")}, None) == "m1"


def test_nothing_is_recovered_while_somebody_acts(make):
    with pytest.raises(RecoveryError, match="m1, m2, m3 can act for the swarm"):
        survivor(answers_of(make), "m1")


def test_a_split_swarm_is_told_as_that(make):
    others = [make.node("m1", "manager", state="down"), make.node("m2", "manager"), make.node("m3", "manager")]
    answers = {
        "m1": make.manager("m1", [make.node("m1", "manager")]),
        "m2": make.manager("m2", others),
        "m3": make.manager("m3", others),
    }
    with pytest.raises(NoManagerError, match="is split: m1 with the managers m1 at addr-m1; m2 and m3 with"):
        survivor(answers, None)


def test_nothing_survives(make):
    with pytest.raises(RecoveryError, match=r"dockyard\.swarm\.restore"):
        survivor({"m1": make.fresh("m1"), "m2": make.worker("m2")}, None)


@pytest.mark.parametrize(("named", "said"), [(None, "Several managers are left"), ("m9", "m9 is not a manager")])
def test_among_several_the_user_chooses(make, named, said):
    answers = without_quorum(make, "m1", "m2")
    with pytest.raises(RecoveryError, match=f"{said}.*m1, m2"):
        survivor(answers, named)
    assert survivor(answers, "m2") == "m2"


def test_silent_managers_are_named_with_their_reasons(make):
    answers = {
        **without_quorum(make, "m1"),
        "m2": {**make.fresh("m2"), "state": "unknown"},
        "m4": {"failed": True, "msg": "did not answer within 60 s"},
    }
    silent = silent_managers(answers, ["m1", "m2", "m3", "m4"])
    assert silent == {"m2": "unknown", "m3": "could not be reached", "m4": "did not answer within 60 s"}
    assert "m2 (unknown), m3 (could not be reached), m4" in warning_about_silent(silent)
    assert warning_about_silent({}) is None
