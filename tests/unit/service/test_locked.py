"""A service of a stack is changed under its stack's lock: not while somebody deploys it, and not once that is lost."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack import stack_lock
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.stack_lock import LostLockError, StackLockedError
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.rule import Holder, config_spec
from ansible_collections.dockyard.swarm.plugins.modules import service

from tests.unit.stack.fake_swarm import FakeEngine, Swarm
from tests.unit.stack.specs import service_spec

LOCK = "dockyard.swarm.lock.stack.shop"
BOB = Holder("r2", "bob", "other-desk", "a deploy of stack shop", 0, 0)
PARAMS = {
    "names": ["shop_web"],
    "state": "present",
    "replicas": 4,
    "registries": {},
    "host_credentials": False,
    "wait": False,
    "wait_timeout": 5,
    "lock_timeout": 0,
}


@pytest.fixture(autouse=True)
def silent(monkeypatch):
    monkeypatch.setattr(stack_lock, "_BEAT_EVERY", 3600)


@pytest.fixture
def swarm():
    found = Swarm()
    spec = service_spec("web")
    spec["Mode"] = {"Replicated": {"Replicas": 2}}
    FakeEngine(found).service_create(spec, None)
    return found


def replicas(swarm):
    return swarm.named("services", "shop_web")["Spec"]["Mode"]["Replicated"]["Replicas"]


def scale(engine):
    module = SimpleNamespace(params=PARAMS, check_mode=False, warn=print)
    return service._run(module, engine)


def test_the_lock_is_held_meanwhile_and_given_back(swarm):
    holders = []

    def look(_method, path):
        if path.endswith("/update") and "/services/" in path:
            holders.append(swarm.named("configs", LOCK) is not None)

    assert scale(FakeEngine(swarm, before_change=look))["changed"]
    assert holders == [True]
    assert replicas(swarm) == 4
    assert swarm.named("configs", LOCK) is None


def test_while_somebody_deploys_the_stack_nothing_is_changed(swarm):
    FakeEngine(swarm).config_create(config_spec("stack.shop", BOB))
    with pytest.raises(StackLockedError, match="bob at other-desk"):
        scale(FakeEngine(swarm))
    assert replicas(swarm) == 2


def test_once_the_lock_is_lost_nothing_is_changed(swarm):
    def sleep(path):
        lock = swarm.named("configs", LOCK)
        if lock is not None and path.startswith("/services/") and lock["Spec"] != config_spec("stack.shop", BOB):
            del swarm.objects["configs"][lock["ID"]]
            FakeEngine(swarm).config_create(config_spec("stack.shop", BOB))

    with pytest.raises(LostLockError, match="bob at other-desk"):
        scale(FakeEngine(swarm, before_read=sleep))
    assert replicas(swarm) == 2


def test_a_service_of_no_stack_has_no_lock(swarm):
    del swarm.named("services", "shop_web")["Spec"]["Labels"]["com.docker.stack.namespace"]
    FakeEngine(swarm).config_create(config_spec("stack.shop", BOB))
    assert scale(FakeEngine(swarm))["changed"]
    assert replicas(swarm) == 4
