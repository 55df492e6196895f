"""What nodes refused while they took down an older network is submitted again, and nothing else is."""

from __future__ import annotations

import time
from functools import partial

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack import rollout
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge import wait

from tests.unit.stack.specs import service, service_spec, task

OLDER_NETWORK = "invalid config for network shop_front: no configured subnet or ip-range contain the IP address"
MIGRATE = "shop_migrate"


class Engine:
    """Has one job, whose runs end as they are told to, one after another; each update is a new run."""

    def __init__(self, *ends):
        spec = {**service_spec("migrate"), "Mode": {"ReplicatedJob": {"TotalCompletions": 1}}}
        spec["TaskTemplate"]["RestartPolicy"] = {"Condition": "none", "Delay": 0}
        self.job = service(spec, JobStatus={"JobIteration": {"Index": 0}})
        self.ends = ends
        self.updates = []

    def services(self, _filters=None):
        return [self.job]

    def service(self, _service_id):
        return self.job

    def service_update(self, _service_id, _version, spec, auth):
        self.updates.append((spec["TaskTemplate"]["ForceUpdate"], auth))
        self.job["Spec"] = spec
        self.job["JobStatus"]["JobIteration"]["Index"] += 1

    def tasks(self, _filters):
        run = self.job["JobStatus"]["JobIteration"]["Index"]
        state, error = self.ends[run]
        return [task(state, run, err=error, JobIteration={"Index": run}, ServiceID=self.job["ID"])]

    def nodes(self):
        return []


@pytest.fixture
def converge(monkeypatch):
    clock = iter(range(1000)).__next__
    patient = partial(wait.wait_for, clock=clock, sleep=lambda _seconds: None)
    monkeypatch.setattr(rollout, "wait_for", patient)

    def run(engine):
        return rollout._converge(
            engine,
            "shop",
            [MIGRATE],
            {MIGRATE: engine.job["ID"]},
            known=frozenset(),
            deadline=time.monotonic() + 300,
            wait_timeout=300,
            auth_for=lambda image: f"login for {image}",
            report_progress=lambda _line: None,
        )

    return run


def test_a_job_that_no_node_let_in_runs_again(converge):
    engine = Engine(("rejected", OLDER_NETWORK), ("rejected", OLDER_NETWORK), ("complete", ""))
    assert converge(engine).converged
    assert engine.updates == [(1, "login for registry:5000/ui:1"), (2, "login for registry:5000/ui:1")]


def test_not_by_a_run_that_must_stop(converge):
    """Each change goes through the guard, which then raises."""

    def stop(*_arguments):
        raise RuntimeError("another run has taken over")

    engine = Engine(("rejected", OLDER_NETWORK), ("complete", ""))
    engine.service_update = stop
    with pytest.raises(RuntimeError, match="taken over"):
        converge(engine)
    assert not engine.updates


@pytest.mark.parametrize("end", [("failed", "task: non-zero exit"), ("rejected", "No such image: x")])
def test_a_job_that_failed_otherwise_does_not(converge, end):
    engine = Engine(end)
    with pytest.raises(rollout.NotConvergedError, match=end[1]):
        converge(engine)
    assert not engine.updates


def test_a_failure_is_told_whatever_the_engine_says_next(converge, monkeypatch):
    engine = Engine(("failed", "task: non-zero exit"))
    patient = rollout.wait_for

    def and_then_leave(*arguments, **options):
        outcome = patient(*arguments, **options)
        engine.services = None
        return outcome

    monkeypatch.setattr(rollout, "wait_for", and_then_leave)
    with pytest.raises(rollout.NotConvergedError, match="non-zero exit"):
        converge(engine)
