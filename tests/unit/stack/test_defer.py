"""With defer_changes, the module ends before the first change, and does all else as usual."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.dockyard.swarm.plugins.modules import stack


@pytest.fixture
def module(monkeypatch):
    """A module whose plan says what a test wants; what it does beside planning is noted."""
    done = []
    plan = SimpleNamespace(changed=False, warnings=["a warning"])
    current = SimpleNamespace(lock=None, history=[])
    job = SimpleNamespace(
        desired=SimpleNamespace(warnings=[]), stack="shop", sensitive=SimpleNamespace(and_also=lambda _more: None)
    )
    monkeypatch.setattr(stack, "unpack_project", lambda _packed: None)
    monkeypatch.setattr(stack, "request_from_project", lambda *_arguments: job)
    monkeypatch.setattr(stack, "request_from_options", lambda *_arguments: job)
    monkeypatch.setattr(stack, "plan_request", lambda *_arguments: (plan, current))
    monkeypatch.setattr(stack, "plan_removal", lambda *_arguments: plan)
    monkeypatch.setattr(stack, "history_of", lambda *_arguments: [])
    monkeypatch.setattr(stack, "hidden_in", lambda *_arguments: None)
    monkeypatch.setattr(stack, "_warn", lambda *_arguments: done.append("warned"))
    monkeypatch.setattr(stack, "_done", lambda *_arguments: {"changed": True})
    monkeypatch.setattr(stack, "plan_result", lambda *_arguments: {"changed": True})
    for name in ("deploy_stack", "remove_stack", "roll_back_stack", "plan_rollback"):
        monkeypatch.setattr(stack, name, lambda *_arguments, name=name, **_options: done.append(name))
    params = {
        "project": "",
        "defer_changes": True,
        "deployment": None,
        "name": "shop",
        "registries": [],
        "host_credentials": False,
    }
    return SimpleNamespace(params=params, check_mode=False, plan=plan, current=current, done=done)


ENGINE = SimpleNamespace(api_version="1.45")


def test_changes_are_put_off(module):
    module.plan.changed = True
    assert stack._present(module, ENGINE) == {"changed": False, "deferred": True}
    assert stack._absent(module, ENGINE) == {"changed": False, "deferred": True}
    assert module.done == []


def test_a_stack_that_somebody_deploys_just_now_is_put_off(module):
    module.current.lock = object()
    assert stack._present(module, ENGINE)["deferred"]
    assert module.done == []


def test_going_back_is_put_off_unseen(module):
    assert stack._rolled_back(module, ENGINE)["deferred"]
    assert module.done == []


def test_an_unchanged_stack_is_waited_for(module):
    assert "deferred" not in stack._present(module, ENGINE)
    assert module.done == ["warned", "deploy_stack"]


def test_without_it_and_in_check_mode_nothing_is_put_off(module):
    module.plan.changed = True
    module.check_mode = True
    assert "deferred" not in stack._present(module, ENGINE)
    module.check_mode, module.params["defer_changes"] = False, False
    assert "deferred" not in stack._present(module, ENGINE)
    assert module.done == ["warned", "warned", "deploy_stack"]
