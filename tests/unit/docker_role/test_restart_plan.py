"""Members are restarted in an order that is decided in one place, each with a manager to ask."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._host.restart_plan import Restart, plan_restarts


def swarm(node_id: str, manager: bool = False, managers: tuple[str, ...] = ("n1", "n2", "n3"), state: str = "active"):
    return {"state": state, "node_id": node_id, "manager": manager, "managers": list(managers)}


FLEET = {
    "w1": swarm("n4"),
    "m1": swarm("n1", manager=True),
    "m2": swarm("n2", manager=True),
    "m3": swarm("n3", manager=True),
}


def test_managers_first_each_asked_of_another():
    assert plan_restarts(FLEET, FLEET.keys()) == [
        Restart("m1", "n1", "m2"),
        Restart("m2", "n2", "m1"),
        Restart("m3", "n3", "m1"),
        Restart("w1", "n4", "m1"),
    ]


def test_only_those_that_wait_for_it():
    assert plan_restarts(FLEET, {"w1"}) == [Restart("w1", "n4", "m1")]
    assert plan_restarts(FLEET, set()) == []


def test_a_manager_outside_of_the_play_can_be_asked():
    assert plan_restarts({"w1": swarm("n4")}, {"w1"}, ["m1", "m2"]) == [Restart("w1", "n4", "m1")]
    # It is of this play, and no manager of this swarm.
    assert plan_restarts({"w1": swarm("n4"), "m1": swarm("", False)}, {"w1"}, ["m1"]) == [Restart("w1", "n4", None)]


def test_the_only_manager_is_asked_about_itself():
    alone = {"m1": swarm("n1", manager=True, managers=("n1",))}
    assert plan_restarts(alone, {"m1"}, ["m1"]) == [Restart("m1", "n1", "m1")]


def test_managers_of_another_swarm_are_not_asked():
    engines = {"w1": swarm("n4"), "other": swarm("x1", manager=True, managers=("x1",))}
    assert plan_restarts(engines, {"w1"}) == [Restart("w1", "n4", None)]


@pytest.mark.parametrize("state", ["pending", "locked", "unknown"])
def test_the_order_is_the_plays_whatever_the_state(state: str):
    engines = {name: swarm(name, state=state) for name in ("b", "a", "c")}
    assert [restart.host for restart in plan_restarts(engines, engines.keys())] == ["b", "a", "c"]
