"""The checker finds the fault that the fresh look at the lock mended, as soon as that look is taken out."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack import stack_lock
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history import rollback
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.operations import FailedDeployError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.stack_lock import LostLockError

from tests.nemesis.checker import problems
from tests.unit.stack.fake_swarm import FakeEngine, Swarm
from tests.unit.stack.test_lost_lock import LOCK, deploy, fast  # noqa: F401 (a fixture)


def play():
    """One run is stopped while it waits for a service that fails; another deploys meanwhile; the first wakes.

    A service's image is the mark of the run that it comes from.
    """
    swarm = Swarm(failing=["a:1"])
    clock = itertools.count(0, 10)
    events = []

    def note(kind, **more):
        events.append({"t": next(clock), "type": kind, **more})

    def sample(kind="sample", lock=None):
        services = {name: {"run": image} for name, image in swarm.services().items()}
        stacks = {"shop": {"lock": lock, "services": services}}
        note(kind, cluster="c1", stacks=stacks, sentinels=["guard"], orphans=[])

    def run(name, services, engine=None, **options):
        note("begin", run=name, stack="shop", services=list(services))
        try:
            deploy(engine or FakeEngine(swarm), dict.fromkeys(services, name), **options)
        except (FailedDeployError, LostLockError):
            note("end", run=name, outcome="failed")
        else:
            note("end", run=name, outcome="ok")
        sample()

    asleep = []
    looked = []

    def look(path):
        if path == "/tasks" and swarm.named("configs", LOCK) and not looked:
            looked.append(path)
            sample(lock={"run": "b:1", "index": 2})

    def sleep(path):
        if path == "/tasks" and swarm.services().get("web") == "a:1" and not asleep:
            sample(lock={"run": "a:1", "index": 1})
            asleep.append(swarm.objects["configs"].pop(swarm.named("configs", LOCK)["ID"]))
            run("b:1", ["web", "his"], FakeEngine(swarm, before_read=look))

    run("a:0", ["web"])
    run("a:1", ["web", "extra"], FakeEngine(swarm, before_read=sleep), on_failure="rollback")
    sample("final")
    assert asleep
    return problems(events)


def test_nothing_is_lost():
    assert play() == []


def test_without_the_fresh_look_at_the_lock_the_checker_finds_what_is_lost(monkeypatch):
    monkeypatch.setattr(stack_lock.StackLock, "verify", lambda _self: None)
    monkeypatch.setattr(rollback, "only_own_changes", lambda plan, _before, _journal: plan)
    (found,) = play()
    assert found.startswith("stack shop: b:1 was acknowledged, but at ")
    assert found.endswith("the stack was web of a:0")


@pytest.mark.parametrize("left", ["verify", "only_own_changes"])
def test_each_of_the_two_mends_saves_the_others_service(monkeypatch, left):
    if left == "verify":
        monkeypatch.setattr(rollback, "only_own_changes", lambda plan, _before, _journal: plan)
        assert play() == []
    else:
        monkeypatch.setattr(stack_lock.StackLock, "verify", lambda _self: None)
        (found,) = play()
        assert "his of b:1" in found
