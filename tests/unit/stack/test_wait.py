"""The loop around the verdicts: what it believes, when it gives up, and what it tells then."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils.stack.wait import View, failed_task_ids, wait_for

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

    def play(self, timeout=60.0, known=()):
        return wait_for(
            self.view,
            [NAME],
            submitted=[NAME],
            known_failures=known,
            timeout=timeout,
            clock=lambda: self.now,
            sleep=self.sleep,
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
