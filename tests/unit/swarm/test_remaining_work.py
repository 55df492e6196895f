"""A host takes part in a run only if it has something to do; what is not known counts as something."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.fleet_plan import Policy
from ansible_collections.dockyard.swarm.plugins.plugin_utils.remaining_work import engine_work, swarm_work

ANY = Policy()
SETTLED = {"kernel_settled": True, "repository_settled": True, "settled": True, "parts": []}
SETTINGS = {"task_history_limit": 5, "autolock": False, "labels": {}}


def test_settled_engines_have_nothing_to_do():
    assert engine_work(["m1", "w1"], {"m1": SETTLED, "w1": SETTLED}) == []


@pytest.mark.parametrize(
    "seen",
    [
        {**SETTLED, "kernel_settled": False},
        {**SETTLED, "repository_settled": False},
        {**SETTLED, "settled": False},
        {**SETTLED, "parts": ["firewall"]},
        {"skipped": True},
        {},
        None,
    ],
)
def test_an_engine_that_is_not_known_to_be_settled_has_something_to_do(seen):
    looks = {"m1": SETTLED, **({"w1": seen} if seen is not None else {})}
    assert engine_work(["m1", "w1"], looks) == ["w1"]


@pytest.fixture
def swarm(make):
    """What is left to do for three managers and a worker that are as declared, but for what a test says."""
    nodes = [make.node(name, "manager") for name in ("m1", "m2", "m3")] + [make.node("w1")]
    answers = {
        **{name: {**make.manager(name, nodes), "settings": SETTINGS} for name in ("m1", "m2", "m3")},
        "w1": {**make.worker("w1"), "settings": None},
    }

    def left(settings=None, engines=(), policy=ANY, hosts=None, **changed):
        seen = {**answers, **changed}
        roles = [("m1", "manager"), ("m2", "manager"), ("m3", "manager"), ("w1", "worker")]
        members = hosts or make.declared(*((name, role, seen[name]) for name, role in roles))
        return swarm_work(members, policy, settings or {}, {k: v or {} for k, v in seen.items()}, list(engines))

    return left


def test_a_swarm_as_declared_has_nothing_to_do(swarm):
    assert swarm() == ([], [])
    assert swarm(settings={"task_history_limit": 5}) == ([], [])


def test_a_member_that_was_not_asked_is_something_to_do(swarm):
    assert swarm(w1=None)[0] == ["not inspected: w1"]


def test_a_run_about_some_members_asks_as_the_role_does(swarm, make):
    hosts = make.declared(("m1", "manager", make.fresh("m1"), {"selected": False}))
    assert swarm(hosts=hosts)[0] == ["not inspected: m1"]


def test_an_engine_that_is_to_be_changed_has_the_swarm_looked_at_again(swarm):
    assert "w1" in swarm(engines=["w1"])[0][0]
    # A host of docker_hosts alone is no member.
    assert swarm(engines=["build1"]) == ([], [])


def test_hosts_that_are_to_join_labels_that_differ_and_refusals_are_something_to_do(swarm, make):
    assert swarm(w1=make.fresh("w1"))[0][0] == "members are to be changed"
    nodes = [make.node(name, "manager") for name in ("m1", "m2", "m3")] + [make.node("w1")]
    labelled = make.declared(
        *((name, "manager", make.manager(name, nodes)) for name in ("m1", "m2", "m3")),
        ("w1", "worker", make.worker("w1"), {"labels": {"disk": "ssd"}}),
    )
    assert swarm(hosts=labelled)[0] == ["nodes are not as declared: w1"]
    assert "another" in swarm(policy=Policy(cluster_id="another"))[0][0]


def test_settings_are_compared(swarm):
    assert swarm(settings={"task_history_limit": 7, "autolock": False})[0] == ["settings differ: task_history_limit"]
    # What is not known, or not told, is the role's to say.
    assert swarm(settings={"task_histroy_limit": 7})[0] == ["unknown setting 'task_histroy_limit'"]


def test_settings_that_no_manager_told_are_read_again(swarm, make):
    nodes = [make.node(name, "manager") for name in ("m1", "m2", "m3")] + [make.node("w1")]
    silent = {name: {**make.manager(name, nodes), "settings": None} for name in ("m1", "m2", "m3")}
    assert "did not tell the settings" in swarm(settings={"autolock": True}, **silent)[0][0]


def test_what_a_settled_swarm_warns_of_is_not_lost(make):
    nodes = [make.node(name, "manager") for name in ("m1", "m2")]
    answers = {name: make.manager(name, nodes) for name in ("m1", "m2")}
    hosts = make.declared(*((name, "manager", answer) for name, answer in answers.items()))
    reasons, warnings = swarm_work(hosts, Policy(), {}, answers, [])
    assert reasons == []
    assert len(warnings) == 1
    assert "manager" in warnings[0]
