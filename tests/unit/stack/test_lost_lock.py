"""A run that lost its lock while it was stopped changes nothing any more, wherever it was stopped.

A run is stopped here by letting somebody else act right before one of its requests, as if it slept meanwhile.
"""

from __future__ import annotations

import base64
import copy
from dataclasses import replace
from functools import partial

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack import operations, rollout, stack_lock
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.submit import ApplyError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge import wait
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.operations import (
    DeployRequest,
    FailedDeployError,
    deploy_stack,
    plan_request,
    remove_stack,
    roll_back_stack,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.rollout import NotConvergedError, plan_removal
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import Desired
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.stack_lock import LostLockError
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.rule import Holder, config_spec

from tests.unit.stack.fake_swarm import FakeEngine, Swarm, name_of
from tests.unit.stack.specs import service_spec

NAMESPACE = {"com.docker.stack.namespace": "shop"}
BOB = Holder("r2", "bob", "other-desk", "a deploy of stack shop", 0, 0)
LOCK = "dockyard.swarm.lock.stack.shop"


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    """Waiting takes no time, and locks need no sign of life."""
    ticks = iter(range(1_000_000))
    patient = partial(wait.wait_for, clock=lambda: float(next(ticks)), sleep=lambda _seconds: None)
    monkeypatch.setattr(rollout, "wait_for", patient)
    monkeypatch.setattr(stack_lock, "_BEAT_EVERY", 3600)
    monkeypatch.setattr(operations, "_PAUSE", 0)


def request_for(images, content="a", **more):
    """A deploy of services by name and image, which all use one config and one network."""
    services = {}
    data = base64.b64encode(content.encode()).decode()
    for name, image in images.items():
        spec = service_spec(name, Image=image, Configs=[{"ConfigName": "shop_conf", "File": {"Name": "conf"}}])
        spec["TaskTemplate"]["RestartPolicy"] = {"Condition": "none"}
        spec["Labels"]["com.docker.stack.image"] = image
        services[f"shop_{name}"] = spec
    desired = Desired(
        networks={"shop_front": {"Driver": "overlay", "Labels": NAMESPACE}},
        configs={"shop_conf": {"Name": "shop_conf", "Labels": NAMESPACE, "Data": data}},
        services=services,
    )
    options = {"resolve_image": "never", "wait_timeout": 20, "lock_timeout": 0, "prune": True, **more}
    return DeployRequest("shop", desired, origin={"user": "ann", "host": "desk"}, **options)


def deploy(engine, *arguments, **options):
    request = request_for(*arguments, **options)
    return deploy_stack(engine, request, *plan_request(engine, request))


def somebody_else_deploys(swarm):
    """Bob takes the dead run's lock, adds a service, and still holds the lock."""
    engine = FakeEngine(swarm)
    lock = swarm.named("configs", LOCK)
    if lock is not None:
        engine.config_remove(lock["ID"])
    engine.config_create(config_spec("stack.shop", BOB))
    engine.service_create(service_spec("his"))


class StoppedBefore:
    """Lets somebody else act before the nth request that changes something, once the lock is held.

    Attributes:
        after: what else the run asked for, but for giving back the lock that it had.
    """

    def __init__(self, swarm, which):
        self.swarm = swarm
        self.which = which
        self.count = 0
        self.after = []

    def __call__(self, method, path):
        lock = self.swarm.named("configs", LOCK)
        if self.count > self.which:
            if path != self.lock:
                self.after.append((method, path))
        elif lock is not None and path != f"/configs/{lock['ID']}":
            if self.count == self.which:
                self.lock = f"/configs/{lock['ID']}"
                somebody_else_deploys(self.swarm)
            self.count += 1


@pytest.fixture
def swarm():
    """The stack with two services runs, and is in its history."""
    found = Swarm(failing=["bad:1"])
    deploy(FakeEngine(found), {"ui": "ui:1", "db": "db:1"})
    return found


def test_without_a_fault_the_fake_swarm_converges(swarm):
    assert swarm.services() == {"ui": "ui:1", "db": "db:1"}
    assert swarm.named("configs", LOCK) is None


def test_a_failed_deploy_is_rolled_back_by_its_own_changes(swarm):
    with pytest.raises(FailedDeployError, match="db, ui run as before; service new, config conf.2 removed"):
        deploy(FakeEngine(swarm), {"ui": "bad:1", "db": "db:1", "new": "ui:1"}, "b", on_failure="rollback")
    assert swarm.services() == {"ui": "ui:1", "db": "db:1"}


def test_a_run_that_wakes_without_its_lock_rolls_nothing_back(swarm):
    """Stopped while it waited for a service that fails."""
    asleep = []

    def sleep(path):
        if path == "/tasks" and swarm.services().get("ui") == "bad:1" and not asleep:
            asleep.append(swarm.named("configs", LOCK)["ID"])
            somebody_else_deploys(swarm)

    before = len(swarm.changes)
    with pytest.raises(LostLockError) as lost:
        deploy(FakeEngine(swarm, before_read=sleep), {"ui": "bad:1", "new": "ui:1"}, "b", on_failure="rollback")
    assert swarm.services() == {"ui": "bad:1", "db": "db:1", "new": "ui:1", "his": "registry:5000/ui:1"}
    removed = [rest for method, _plural, rest, _body in swarm.changes[before:] if method == "DELETE"]
    assert removed == asleep
    text = str(lost.value)
    assert "stack shop has not converged" in text
    assert "now bob at other-desk has had it since 1970-01-01 00:00:00 UTC for a deploy of stack shop" in text
    assert "it had created config shop_conf.2, service shop_new; updated service shop_ui; removed nothing." in text
    assert "not done: service shop_db, config shop_conf." in text


@pytest.mark.parametrize("which", range(1, 12))
@pytest.mark.parametrize("image", ["ui:2", "bad:1"])
def test_nothing_follows_the_loss_of_the_lock_wherever_it_happens(swarm, image, which):
    """At most the one request that was already on its way when the run was stopped."""
    stopped = StoppedBefore(swarm, which)
    try:
        deploy(FakeEngine(swarm, stopped), {"ui": image, "new": "ui:1"}, "b", on_failure="rollback")
    except LostLockError:
        assert swarm.named("services", "shop_his") is not None
    except (FailedDeployError, NotConvergedError, EngineError):
        assert stopped.count <= which
    if stopped.count > which:
        assert stopped.after == []
        assert name_of(swarm.named("services", "shop_his")) == "shop_his"


@pytest.mark.parametrize("which", range(1, 8))
def test_nor_in_a_removal(swarm, which):
    stopped = StoppedBefore(swarm, which)
    engine = FakeEngine(swarm, stopped)
    try:
        remove_stack(engine, request_for({}), plan_removal(engine, "shop"))
    except LostLockError:
        assert swarm.named("services", "shop_his") is not None
    if stopped.count > which:
        assert stopped.after == []


@pytest.mark.parametrize("which", range(1, 8))
def test_nor_on_the_way_back_to_a_kept_deployment(swarm, which):
    deploy(FakeEngine(swarm), {"ui": "ui:2", "new": "ui:1"}, "b")
    stopped = StoppedBefore(swarm, which)
    try:
        roll_back_stack(FakeEngine(swarm, stopped), request_for({}), None)
    except LostLockError:
        assert swarm.named("services", "shop_his") is not None
    if stopped.count > which:
        assert stopped.after == []


def test_an_update_that_was_on_its_way_is_refused_once_somebody_else_has_the_lock(swarm):
    """It carries the version that was read before, and whoever takes a dead run's lock moves all versions on."""

    def stop(_method, path):
        if path.endswith("/update") and path.startswith("/services/") and swarm.services()["db"] == "db:1":
            swarm.objects["configs"].pop(swarm.named("configs", LOCK)["ID"])
            other = FakeEngine(swarm)
            deploy(other, {"ui": "ui:1", "db": "db:2"})
            operations.outdate_pending_updates(other, other.services())

    with pytest.raises(LostLockError):
        deploy(FakeEngine(swarm, stop), {"ui": "ui:9", "db": "db:1"})
    assert swarm.services() == {"ui": "ui:1", "db": "db:2"}


def test_a_deploy_that_takes_a_dead_runs_lock_moves_all_versions_on_and_restarts_nothing(swarm, monkeypatch):
    FakeEngine(swarm).config_create(config_spec("stack.shop", BOB))
    monkeypatch.setattr(stack_lock, "_DEAD_AFTER", -1.0)
    specs = copy.deepcopy({key: item["Spec"] for key, item in swarm.objects["services"].items()})
    versions = {key: item["Version"]["Index"] for key, item in swarm.objects["services"].items()}
    deploy(FakeEngine(swarm), {"ui": "ui:1", "db": "db:1"}, lock_timeout=5)
    assert {key: item["Spec"] for key, item in swarm.objects["services"].items()} == specs
    assert all(item["Version"]["Index"] > versions[key] for key, item in swarm.objects["services"].items())


def test_a_rollback_leaves_what_others_have_made_and_changed_meanwhile(swarm):
    """Under the lock still: by the docker CLI, which knows no lock."""
    done = []

    def by_hand(path):
        if path == "/tasks" and swarm.services().get("ui") == "bad:1" and not done:
            engine = FakeEngine(swarm)
            engine.service_create(service_spec("his"))
            item = swarm.named("services", "shop_db")
            spec = copy.deepcopy(item["Spec"])
            spec["Mode"] = {"Replicated": {"Replicas": 7}}
            engine.service_update(item["ID"], item["Version"]["Index"], spec)
            done.append(path)

    with pytest.raises(FailedDeployError) as failed:
        deploy(
            FakeEngine(swarm, before_read=by_hand), {"ui": "bad:1", "db": "db:1", "new": "ui:1"}, on_failure="rollback"
        )
    assert swarm.services() == {"ui": "ui:1", "db": "db:1", "his": "registry:5000/ui:1"}
    assert swarm.named("services", "shop_db")["Spec"]["Mode"] == {"Replicated": {"Replicas": 7}}
    assert "service his is not changed, because another client has changed it meanwhile" in str(failed.value)
    assert "service db is not changed" in str(failed.value)


def test_what_was_made_without_an_answer_is_rolled_back_too(swarm):
    engine = FakeEngine(swarm)
    transport = engine._transport
    change = transport._change

    def cut_off(method, plural, rest, query, body):
        answer = change(method, plural, rest, query, body)
        if plural == "services" and rest == "create":
            raise EngineError("the engine did not answer within 60 s")
        return answer

    transport._change = cut_off
    with pytest.raises(FailedDeployError, match="service new removed"):
        deploy(engine, {"ui": "ui:1", "db": "db:1", "new": "ui:1"}, on_failure="rollback")
    assert swarm.services() == {"ui": "ui:1", "db": "db:1"}


# -- the history ------------------------------------------------------------------------------------


def deployments(swarm):
    return [name for name in swarm.names("configs") if name.startswith("shop.deployment.")]


@pytest.mark.parametrize("on_failure", ["fail", "rollback"])
def test_what_the_engine_refused_is_no_deployment(swarm, on_failure):
    swarm.refused = {"refused:1"}
    deploy(FakeEngine(swarm), {"ui": "ui:2", "db": "db:1"})
    before = deployments(swarm)
    for _attempt in range(6):
        with pytest.raises((ApplyError, FailedDeployError), match="invalid bind mount source"):
            deploy(FakeEngine(swarm), {"ui": "refused:1", "db": "db:1"}, on_failure=on_failure)
    assert deployments(swarm) == before


def test_what_was_refused_in_part_pushes_no_good_one_out(swarm):
    swarm.refused = {"refused:1"}
    before = deployments(swarm)
    for number in range(6):
        with pytest.raises(ApplyError, match="invalid bind mount source"):
            deploy(FakeEngine(swarm), {"ui": "refused:1", "db": "db:1"}, f"content{number}")
    assert set(before) < set(deployments(swarm))
    assert len(deployments(swarm)) == len(before) + 1


def test_deploys_that_failed_push_no_good_one_out(swarm):
    for number in range(2, 6):
        deploy(FakeEngine(swarm), {"ui": f"ui:{number}", "db": "db:1"})
    good = deployments(swarm)
    assert len(good) == 5
    for number in range(6):
        with pytest.raises(NotConvergedError):
            deploy(FakeEngine(swarm), {"ui": "bad:1", "db": f"db:{number}"})
    assert set(good) <= set(deployments(swarm))
    assert len(deployments(swarm)) == 6
    roll_back_stack(FakeEngine(swarm), request_for({}), None)
    assert swarm.services() == {"ui": "ui:5", "db": "db:1"}


def test_the_lock_of_a_stack_knows_its_controllers_run(monkeypatch):
    asked, hold = [], operations.hold_stack_lock
    monkeypatch.setattr(
        operations, "hold_stack_lock", lambda *arguments: asked.append(arguments[4]) or hold(*arguments)
    )
    engine = FakeEngine(Swarm())
    request = replace(request_for({"web": "a:1"}), origin={"run": "run-1"})
    deploy_stack(engine, request, *plan_request(engine, request))
    assert asked == ["run-1"]
