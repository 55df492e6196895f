"""What is still to leave a node that is being drained."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.nodes.drain import (
    services_incomplete,
    services_moving,
    still_running,
    tasks_left,
)


def task(state, slot=1, service_id="s1"):
    return {"ServiceID": service_id, "Slot": slot, "Status": {"State": state}}


def service(running, desired, mode="Replicated"):
    return {
        "Spec": {"Name": "demo_ui", "Mode": {mode: {}}},
        "ServiceStatus": {"RunningTasks": running, "DesiredTasks": desired},
    }


@pytest.mark.parametrize("state", ["new", "assigned", "preparing", "starting", "running"])
def test_task_on_its_way_is_still_there(state):
    assert still_running(task(state))


@pytest.mark.parametrize("state", ["complete", "failed", "shutdown", "rejected", "orphaned", "remove"])
def test_task_that_has_ended_is_not(state):
    assert not still_running(task(state))


def test_tasks_are_called_by_their_service_and_slot():
    tasks = [task("running", 2), task("starting", 1), {**task("running", service_id="gone"), "Slot": None}]
    assert tasks_left(tasks, {"s1": service(1, 2)}) == [
        "demo_ui.1 is starting",
        "demo_ui.2 is running",
        "gone is running",
    ]


@pytest.mark.parametrize(
    ("running", "desired", "mode", "told"),
    [
        (2, 2, "Replicated", []),
        (1, 2, "Replicated", ["demo_ui has 1 of 2 tasks running"]),
        (0, 1, "Global", ["demo_ui has 0 of 1 tasks running"]),
        (0, 3, "ReplicatedJob", []),
        (0, 3, "GlobalJob", []),
    ],
)
def test_service_is_whole_when_all_its_tasks_run(running, desired, mode, told):
    assert services_incomplete({"s1"}, {"s1": service(running, desired, mode)}) == told


def test_service_that_was_removed_meanwhile_is_not_missed():
    assert services_incomplete({"gone"}, {}) == []


def placed(node_id, state, slot=1, service_id="s1"):
    return {**task(state, slot, service_id), "NodeID": node_id}


@pytest.mark.parametrize(
    ("tasks", "moving"),
    [
        ([placed("w1", "running")], {"s1"}),
        ([placed("w2", "running")], set()),
        # It ended at once; what replaces it has not begun yet, is beginning, and runs.
        ([placed("w1", "shutdown"), placed(None, "pending")], {"s1"}),
        ([placed("w1", "shutdown"), placed("w2", "preparing")], {"s1"}),
        ([placed("w1", "shutdown"), placed("w2", "running")], set()),
        # Other tasks of the service, and of others, are none of the node's.
        ([placed("w1", "shutdown"), placed("w2", "preparing", slot=2)], set()),
        ([placed("w1", "shutdown"), placed("w2", "preparing", service_id="s2")], set()),
        # A service that has a task on each node: nothing takes the place of the one that ends.
        ([{**placed("w1", "shutdown"), "Slot": None}, {**placed("w2", "preparing"), "Slot": None}], set()),
    ],
)
def test_service_moves_while_a_task_ends_on_the_node_or_begins_in_its_place(tasks, moving):
    assert services_moving(tasks, "w1") == moving
