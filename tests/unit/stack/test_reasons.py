"""What tasks wait for is told while it is waited for, and in the failure."""

from __future__ import annotations

from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.health import health_notes
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.judge import FAILED, Verdict, judge
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.reasons import waiting_reasons
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.wait import Outcome, View

from tests.unit.stack.specs import NODES, service, service_spec, task

# The tasks of specs.py are in their states since 22:01:00.5.
AFTER_40_S = datetime(2026, 11, 20, 22, 1, 40, 500000, tzinfo=timezone.utc)
AFTER_1_S = datetime(2026, 11, 20, 22, 1, 1, 500000, tzinfo=timezone.utc)


def reasons(*tasks: Any, now: datetime = AFTER_40_S, checked: bool = False) -> list[str]:
    return waiting_reasons(tasks, NODES, now, checked)


@pytest.mark.parametrize(
    ("state", "more", "told"),
    [
        ("new", {"NodeID": ""}, "new for 40 s: most likely one of its networks has no free address"),
        (
            "pending",
            {"NodeID": "", "err": "no suitable node (insufficient resources on 3 nodes)"},
            "pending: no suitable node (insufficient resources on 3 nodes) (no node has enough left; reserve less, or "
            "free resources)",
        ),
        ("pending", {"NodeID": ""}, "pending for 40 s"),
        ("assigned", {}, "assigned on w1 for 40 s: the node has not started it; check its engine"),
        ("preparing", {"NodeID": "n2"}, "preparing on w2 for 40 s: most likely the image is being pulled"),
        ("starting", {}, "starting on w1 for 40 s"),
    ],
)
def test_the_reason_of_each_state(state: str, more: Any, told: str) -> None:
    assert reasons(task(state, **more)) == [told]


@pytest.mark.parametrize("state", ["new", "pending", "assigned", "accepted", "ready"])
def test_states_that_pass_quickly_are_not_told_at_once(state: str) -> None:
    assert reasons(task(state), now=AFTER_1_S) == []


@pytest.mark.parametrize("state", ["running", "complete", "shutdown", "remove"])
def test_what_runs_or_has_ended_is_no_reason(state: str) -> None:
    assert reasons(task(state)) == []


def test_a_pull_is_told_at_once() -> None:
    assert reasons(task("preparing"), now=AFTER_1_S) == ["preparing on w1: most likely the image is being pulled"]


def test_a_task_with_a_health_check_is_starting_until_it_passes() -> None:
    assert reasons(task("starting"), checked=True) == ["starting on w1 for 40 s: its health check has not passed yet"]


def test_a_full_disk_is_named_as_what_may_hide_behind_a_missing_image() -> None:
    (told,) = reasons(task("rejected", err="No such image: registry:5000/ui:1"))
    assert "or its disk is full" in told
    assert "cannot reach the registry" in told


def test_equal_reasons_are_counted_and_many_are_cut() -> None:
    pending = [task("pending", number, NodeID="", err="no suitable node") for number in (1, 2)]
    assert reasons(*pending, task("preparing", 3)) == [
        "2 tasks pending: no suitable node",
        "preparing on w1 for 40 s: most likely the image is being pulled",
    ]
    errors = [task("failed", number, err=f"e{number}") for number in range(5)]
    assert reasons(*errors)[3:] == ["2 more reasons"]


def test_the_verdict_of_waiting_has_the_reasons() -> None:
    tasks = [task("running", 1, slot=1), task("preparing", 2, slot=2)]
    found = judge(service(), tasks, NODES, submitted=True, now=AFTER_40_S)
    assert found.reason == "1 of 2 running; preparing on w1 for 40 s: most likely the image is being pulled"


def test_the_newest_task_of_a_slot_is_the_one_that_is_told() -> None:
    tasks = [task("running", 1, slot=1), task("failed", 2, slot=2, err="exit 1"), task("preparing", 3, slot=2)]
    assert "exit 1" not in judge(service(), tasks, NODES, submitted=True, now=AFTER_40_S).reason


# -- health checks -------------------------------------------------------------------------------


class Here:
    """An engine that is the node n1, with one container."""

    def __init__(self, log: Any, error: EngineError | None = None) -> None:
        self.log = log
        self.error = error

    def info(self) -> Any:
        return {"Swarm": {"NodeID": "n1"}}

    def container(self, container_id: str) -> Any:
        if self.error:
            raise self.error
        return {"State": {"Health": {"Log": self.log}}} if container_id == "c1" else {}


def outcome(**more: Any) -> Outcome:
    failed = task("failed", **more)
    failed["Status"]["ContainerStatus"] = {"ContainerID": "c1"}
    view = View({"shop_ui": service(service_spec())}, {"shop_ui": [failed]}, NODES)
    return Outcome(view, {"shop_ui": Verdict(FAILED, 0, 1)})


LOG = [
    {"ExitCode": 0, "Output": "fine"},
    {"ExitCode": 1, "Output": "older"},
    {"ExitCode": 7, "Output": "no\n such  page\n"},
    {"ExitCode": 0, "Output": "fine again"},
]


def notes(engine: Any, **more: Any) -> list[str]:
    return health_notes(engine, outcome(**more))


def test_the_last_output_of_a_failing_health_check() -> None:
    assert notes(Here(LOG)) == ['health check of shop_ui: exit code 7, "no such page"']
    assert len(notes(Here([{"ExitCode": 1, "Output": "x" * 5000}]))[0]) < 400


def test_there_is_none_of_other_nodes_of_passing_checks_and_of_containers_that_are_gone() -> None:
    assert notes(Here(LOG), NodeID="n2") == []
    assert notes(Here(LOG[:1])) == []
    assert notes(Here(None)) == []
    assert notes(Here(LOG, EngineError("no such container", 404))) == []
    assert notes(Here(LOG, EngineError("gone"))) == []


def test_nobody_is_asked_where_no_container_was() -> None:
    assert health_notes(SimpleNamespace(), Outcome(View(), {"shop_ui": Verdict(FAILED, 0, 1)})) == []  # type: ignore[arg-type]
