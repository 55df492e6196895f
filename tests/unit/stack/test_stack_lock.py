"""The lock of a stack: one has it, others wait, and a dead run's is taken away."""

from __future__ import annotations

import time

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack import stack_lock
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.rule import (
    DEPLOY,
    Holder,
    config_name,
    config_spec,
    holder_of,
)

ME = Holder("r1", "ann", "desk", "a deploy of stack shop", 0, 0)


class Swarm:
    """Configs of a cluster, and a clock: `events` happen when their second has come."""

    def __init__(self, **events):
        self.configs_by_id = {}
        self.count = 0
        self.now = 0.0
        self.events = {int(key[1:]): event for key, event in events.items()}

    def configs(self, filters):
        del filters
        return list(self.configs_by_id.values())

    def config_create(self, spec):
        if any(item["Spec"]["Name"] == spec["Name"] for item in self.configs_by_id.values()):
            raise EngineError("name conflicts with an existing object", 409)
        self.count += 1
        self.configs_by_id[f"c{self.count}"] = {"ID": f"c{self.count}", "Version": {"Index": 1}, "Spec": spec}
        return f"c{self.count}"

    def config_update(self, config_id, version, spec):
        item = self.configs_by_id[config_id]
        if version != item["Version"]["Index"]:
            raise EngineError("update out of sequence", 500)
        item["Spec"], item["Version"] = spec, {"Index": version + 1}

    def config_remove(self, config_id):
        if self.configs_by_id.pop(config_id, None) is None:
            raise EngineError("config not found", 404)

    def sleep(self, seconds):
        self.now += seconds
        if int(self.now) in self.events:
            self.events[int(self.now)](self)

    def acquire(self, timeout=60.0):
        return stack_lock.acquire(self, "shop", ME, timeout, clock=lambda: self.now, sleep=self.sleep)


def beat(swarm):
    for item in swarm.configs_by_id.values():
        item["Version"] = {"Index": item["Version"]["Index"] + 1}


@pytest.fixture
def other():
    swarm = Swarm()
    taken = swarm.acquire()
    taken._released.set()  # from now on it shows no life
    return swarm


def test_a_free_lock_is_taken_and_given_back():
    swarm = Swarm()
    mine = swarm.acquire()
    (config,) = swarm.configs_by_id.values()
    assert config["Spec"]["Name"] == "dockyard.swarm.lock.stack.shop"
    assert "com.docker.stack.namespace" not in config["Spec"]["Labels"]
    assert not mine.from_dead_run
    mine.release()
    assert swarm.configs_by_id == {}


def test_who_has_it_is_told_to_those_who_give_up(other):
    with pytest.raises(stack_lock.StackLockedError, match="another deploy of stack shop is running: ann at desk"):
        other.acquire(timeout=10)
    assert other.now == 10.0


def test_at_once_where_nobody_wants_to_wait(other):
    with pytest.raises(stack_lock.StackLockedError):
        other.acquire(timeout=0)
    assert other.now == 0


def test_it_is_had_as_soon_as_the_other_run_ends(other):
    other.events = {7: lambda swarm: swarm.configs_by_id.clear()}
    mine = other.acquire()
    mine.release()
    assert other.now == pytest.approx(7.0)
    assert not mine.from_dead_run


def test_a_dead_runs_lock_is_taken_away(other):
    mine = other.acquire()
    mine.release()
    assert other.now == pytest.approx(30.0)
    assert mine.from_dead_run


def test_a_run_that_shows_life_keeps_it(other):
    other.events = dict.fromkeys(range(5, 200, 5), beat)
    with pytest.raises(stack_lock.StackLockedError):
        other.acquire(timeout=90)


def test_the_holder_shows_life(monkeypatch):
    monkeypatch.setattr(stack_lock, "_BEAT_EVERY", 0.01)
    swarm = Swarm()
    mine = swarm.acquire()
    mine.report_progress("ui: 1 of 3 running")
    while swarm.configs_by_id["c1"]["Version"]["Index"] < 3:
        pass
    told = stack_lock.deploy_in_progress(swarm.configs_by_id.values(), "shop")
    assert told == {"user": "ann", "host": "desk", "since": 0, "progress": "ui: 1 of 3 running"}
    assert stack_lock.deploy_in_progress(swarm.configs_by_id.values(), "other") is None
    mine.release()
    assert swarm.configs_by_id == {}


def deploy_lock(swarm):
    return next(
        (holder_of(item) for item in swarm.configs_by_id.values() if item["Spec"]["Name"] == config_name(DEPLOY)), None
    )


@pytest.mark.parametrize(("has_it", "renewed"), [("run-1", True), ("run-2", False)])
def test_while_a_stack_is_deployed_the_deploy_lock_of_its_controller_lasts(monkeypatch, has_it, renewed):
    monkeypatch.setattr(stack_lock, "_BEAT_EVERY", 0.01)
    swarm, now = Swarm(), int(time.time())
    swarm.config_create(config_spec(DEPLOY, Holder(has_it, "ann", "desk", "site", now - 3600, now + 5)))
    mine = stack_lock.acquire(swarm, "shop", ME, 60.0, "run-1")
    while swarm.configs_by_id["c2"]["Version"]["Index"] < 3:
        pass
    mine.release()
    assert (deploy_lock(swarm).expires > now + 500) is renewed
    assert deploy_lock(swarm).run == has_it


def test_a_deploy_lock_that_lasts_is_left_alone_and_none_is_taken(monkeypatch):
    monkeypatch.setattr(stack_lock, "_BEAT_EVERY", 0.01)
    swarm, now = Swarm(), int(time.time())
    mine = stack_lock.acquire(swarm, "shop", ME, 60.0, "run-1")
    while swarm.configs_by_id["c1"]["Version"]["Index"] < 3:
        pass
    assert deploy_lock(swarm) is None
    swarm.config_create(config_spec(DEPLOY, Holder("run-1", "ann", "desk", "site", now, now + 3600)))
    while swarm.configs_by_id["c1"]["Version"]["Index"] < 25:
        pass
    mine.release()
    assert deploy_lock(swarm).expires == now + 3600


def test_a_run_that_holds_the_lock_may_go_on(other):
    mine = other.acquire()
    mine.verify()
    mine.release()


def test_a_run_whose_lock_was_removed_may_not():
    swarm = Swarm()
    mine = swarm.acquire()
    swarm.configs_by_id.clear()
    with pytest.raises(stack_lock.LostLockError, match="showed no sign of life for 30 s or more; the lock is free"):
        mine.verify()
    mine.release()


def test_nor_one_whose_lock_somebody_else_has_and_it_is_told_who(other):
    mine = other.acquire()
    other.configs_by_id.clear()
    his = other.acquire()
    with pytest.raises(stack_lock.LostLockError, match="now ann at desk has had it since"):
        mine.verify()
    mine.release()
    assert len(other.configs_by_id) == 1
    his.release()


def test_where_the_lock_cannot_be_read_nothing_may_be_changed():
    swarm = Swarm()
    mine = swarm.acquire()

    def silent(_filters):
        raise EngineError("the engine did not answer within 60 s")

    swarm.configs = silent
    with pytest.raises(EngineError, match="did not answer"):
        mine.verify()
    mine.release()


def test_who_was_stopped_while_waiting_takes_that_time_for_nobodys_silence(other):
    """The other run beats all the time; this one is stopped right after it has looked."""
    look = other.configs

    def look_and_be_stopped(filters):
        found = look(filters)
        if other.now == 10:
            other.sleep(100)
        return [dict(item) for item in found]

    other.events = dict.fromkeys(range(1, 300), beat)
    other.configs = look_and_be_stopped
    with pytest.raises(stack_lock.StackLockedError):
        other.acquire(timeout=60)
    assert len(other.configs_by_id) == 1


def test_a_lock_that_shows_life_at_the_last_moment_is_not_taken_away(other):
    (lock,) = other.configs({})
    seen = {**lock, "Version": dict(lock["Version"])}
    beat(other)
    assert not stack_lock._take_away(other, seen)
    assert len(other.configs_by_id) == 1
