"""The loop around the verdicts: what it believes, when it gives up, and what it tells then."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.wait import View, failed_task_ids, wait_for

from tests.unit.stack.specs import NODES, service, service_spec, task

NAME = "shop_ui"


class Film:
    """Views of a cluster second by second; the last one stays."""

    def __init__(self, *scenes, subject=None):
        self.scenes = scenes
        self.subject = subject or service({**service_spec(), "Mode": {"Replicated": {"Replicas": 1}}})
        self.now = 0.0

    def view(self):
        tasks = self.scenes[min(int(self.now), len(self.scenes) - 1)]
        if tasks is None:
            return View({}, {}, NODES)
        return View({NAME: self.subject}, {NAME: tasks}, NODES)

    def sleep(self, seconds):
        assert seconds > 0
        self.now += seconds

    def play(self, timeout=60.0, known=(), **options):
        return wait_for(
            self.view,
            [NAME],
            submitted=[NAME],
            known_failures=known,
            timeout=timeout,
            clock=lambda: self.now,
            sleep=self.sleep,
            **options,
        )


def test_it_ends_when_the_task_has_stayed_for_the_window():
    film = Film([task("starting")], [task("running")])
    assert film.play().converged
    assert film.now == pytest.approx(6.0)


def test_a_task_that_is_replaced_starts_the_window_anew():
    film = Film([task("running", 1)], [task("running", 1)], [task("running", 2)])
    assert film.play().converged
    assert film.now == pytest.approx(7.0)


def test_time_under_an_update_that_ends_counts_for_the_window():
    subject = service({**service_spec(), "Mode": {"Replicated": {"Replicas": 1}}}, UpdateStatus={"State": "updating"})
    film = Film([task("running")], subject=subject)
    done = {**subject, "UpdateStatus": {"State": "completed"}}
    updating = film.view

    def view():
        film.subject = done if film.now >= 4 else subject
        return updating()

    film.view = view
    assert film.play().converged
    assert film.now == pytest.approx(5.0)


def test_the_time_limit_ends_a_crash_loop_with_the_tasks_words():
    film = Film([task("failed", 1, err="task: non-zero exit (1)"), task("starting", 2)])
    outcome = film.play(timeout=10)
    assert outcome.timed_out
    assert film.now == pytest.approx(10.0)
    assert [item.error for item in outcome.failed_tasks] == ["task: non-zero exit (1)"]


def test_a_firm_failure_ends_it_at_once():
    film = Film([task("rejected", number, err="No such image: x") for number in (1, 2, 3)])
    outcome = film.play()
    assert not outcome.converged
    assert not outcome.timed_out
    assert film.now == 0


def test_an_exhausted_service_fails_before_the_time_limit():
    policy = {"Condition": "none", "Delay": 10**9}
    spec = {**service_spec(), "Mode": {"Replicated": {"Replicas": 1}}}
    spec["TaskTemplate"]["RestartPolicy"] = policy
    film = Film([task("failed", err="boom", policy=policy)], subject=service(spec))
    outcome = film.play()
    assert film.now == pytest.approx(4.0)
    assert [item.error for item in outcome.failed_tasks] == ["boom"]


def test_a_service_that_vanishes_is_a_failure():
    outcome = Film([task("starting")], None).play()
    assert "removed" in outcome.verdicts[NAME].reason


def test_no_time_at_all_is_one_look():
    assert Film([task("starting")]).play(timeout=0).timed_out


def test_known_failures_are_not_told_again():
    outcome = Film([task("failed", 1, err="old"), task("pending", 2, err="no suitable node")]).play(1, known={"task1"})
    assert [item.error for item in outcome.failed_tasks] == ["no suitable node"]


def test_failed_tasks_are_known_by_id():
    view = Film([task("failed", 1), task("running", 2), task("rejected", 3)]).view()
    assert failed_task_ids(view) == {"task1", "task3"}


def test_a_service_that_need_only_have_started_is_not_watched():
    film = Film([task("starting")], [task("running")])
    assert film.play(started=[NAME]).converged
    assert film.now == pytest.approx(1.0)


class Troubled(Film):
    """A cluster that cannot be looked at between two seconds."""

    error = EngineError("rpc error: code = Unknown desc = The swarm does not have a leader", 500)

    def __init__(self, begin, end, *scenes):
        super().__init__(*scenes)
        self.begin, self.end = begin, end

    def view(self):
        if self.begin <= self.now < self.end:
            raise self.error
        return super().view()


def test_managers_that_elect_a_leader_are_waited_for():
    film = Troubled(1, 15, [task("starting")], *[[task("running")]] * 20)
    assert film.play().converged
    assert film.now == pytest.approx(20.0)


def test_not_for_ever():
    film = Troubled(1, 500, [task("starting")])
    with pytest.raises(EngineError, match="does not have a leader"):
        film.play(timeout=300)
    assert film.now == pytest.approx(31.0)


def test_not_beyond_the_time_limit():
    film = Troubled(1, 500, [task("starting")])
    with pytest.raises(EngineError):
        film.play(timeout=10)
    assert film.now == pytest.approx(10.0)


def test_an_engine_that_refuses_is_not_asked_again():
    film = Troubled(0, 500, [task("starting")])
    film.error = EngineError("client version is too new", 400)
    with pytest.raises(EngineError):
        film.play()
    assert film.now == 0
