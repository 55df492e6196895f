from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.apply import Applier
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.errors import GceError
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.operations import Operations
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.plan import Plan, Step

Json = dict[str, Any]
Answer = Callable[[str, str, Json, Json], Json]

DONE = {"name": "op", "status": "DONE", "operationType": "insert", "targetLink": "x/instances/web-1"}


class Caller:
    """Answers by a function; remembers what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.asked: list[tuple[str, str, Json]] = []

    def call(self, http_method: str, path: str, query: Any = None, body: Any = None, timeout: Any = None) -> Json:
        self.asked.append((http_method, path, query or {}))
        return self._answer(http_method, path, query or {}, body or {})


def test_each_request_has_an_id_of_its_own() -> None:
    caller = Caller(lambda *_: DONE)
    operations = Operations(caller, "p", 10)
    operations.run("POST", "zones/z/instances", {})
    operations.run("POST", "zones/z/instances", {})
    assert len({query["requestId"] for _method, _path, query in caller.asked}) == 2


def test_all_errors_of_an_operation_are_told() -> None:
    errors = [{"code": "A", "message": "first."}, {"code": "B", "message": "second"}]
    caller = Caller(lambda *_: {**DONE, "error": {"errors": errors}, "httpErrorStatusCode": 403})
    with pytest.raises(GceError, match=r"insert of web-1 failed: A: first\.; B: second") as caught:
        Operations(caller, "p", 10).run("POST", "zones/z/instances", {})
    assert (caught.value.status, caught.value.reason) == (403, "A")


def test_an_operation_that_never_ends_is_an_error_that_names_it() -> None:
    now = iter(range(0, 1000, 3))
    running = {**DONE, "status": "RUNNING", "zone": "x/zones/z"}
    caller = Caller(lambda *_: running)
    with pytest.raises(GceError, match=r"has not ended within 5 s .* as op\. Run again"):
        Operations(caller, "p", 5, clock=lambda: float(next(now))).run("POST", "zones/z/instances", {})
    assert caller.asked[1][1] == "projects/p/zones/z/operations/op"


def steps(*actions: str) -> tuple[Step, ...]:
    return tuple(Step(action, "instance", "web-1", "z") for action in actions)


def test_a_lane_ends_at_its_first_error_and_the_others_go_on() -> None:
    def answer(_method: str, path: str, _query: Json, _body: Json) -> Json:
        if path.endswith("web-1/setMachineType"):
            raise GceError("no such type", 400)
        return DONE

    caller = Caller(answer)
    lanes = {"web-1": steps("stop", "set_machine_type", "start"), "web-2": (Step("stop", "instance", "web-2", "z"),)}
    outcome = Applier(caller, "p", 10).apply(Plan(lanes))
    assert outcome.errors == {"web-1": "no such type"}
    assert [(step.name, step.action) for step in outcome.done] == [
        ("web-1", "stop"),
        ("web-1", "start"),
        ("web-2", "stop"),
    ]


def test_a_host_that_was_not_stopped_is_not_started_either() -> None:
    def answer(_method: str, _path: str, _query: Json, _body: Json) -> Json:
        raise GceError("no", 403)

    caller = Caller(answer)
    outcome = Applier(caller, "p", 10).apply(Plan({"web-1": steps("stop", "set_machine_type", "start")}))
    assert outcome.done == []
    assert len(caller.asked) == 1


def test_what_is_gone_already_need_not_be_deleted() -> None:
    def answer(_method: str, _path: str, _query: Json, _body: Json) -> Json:
        raise GceError("not found", 404)

    outcome = Applier(Caller(answer), "p", 10).apply(Plan({"web-1": steps("delete_instance")}))
    assert (outcome.errors, len(outcome.done)) == ({}, 1)


def test_a_change_that_lost_a_race_is_made_on_what_is_there_then() -> None:
    metadata = [{"fingerprint": "1", "items": []}, {"fingerprint": "2", "items": [{"key": "theirs", "value": "1"}]}]
    sent: list[Json] = []

    def answer(method: str, _path: str, _query: Json, body: Json) -> Json:
        if method == "GET":
            return {"metadata": metadata[min(len(sent), 1)]}
        sent.append(body)
        if body["fingerprint"] == "1":
            raise GceError("changed in between", 412)
        return DONE

    detail = {"set": {"ours": "2"}, "ssh_keys": ()}
    step = Step("merge_metadata", "instance", "web-1", "z", detail=detail)
    outcome = Applier(Caller(answer), "p", 10).apply(Plan({"web-1": (step,)}))
    assert outcome.errors == {}
    assert sent[1]["items"] == [{"key": "ours", "value": "2"}, {"key": "theirs", "value": "1"}]


def test_races_are_not_run_for_ever() -> None:
    def answer(method: str, _path: str, _query: Json, _body: Json) -> Json:
        if method == "GET":
            return {"labels": {}, "labelFingerprint": "x"}
        raise GceError("changed in between", 412)

    step = Step("merge_labels", "instance", "web-1", "z", detail={"set": {"a": "b"}})
    outcome = Applier(Caller(answer), "p", 10).apply(Plan({"web-1": (step,)}))
    assert outcome.errors == {"web-1": "changed in between"}
