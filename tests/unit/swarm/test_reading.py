"""An engine that has just started calls itself inactive for a moment: its data tells that it is a member."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._host.membership import read_membership
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members import reading

LOCKED = {"LocalNodeState": "locked", "NodeID": "", "ControlAvailable": False}
INACTIVE = {"LocalNodeState": "inactive", "NodeID": "", "ControlAvailable": False}


@pytest.fixture
def root(tmp_path):
    """The data of an engine that was in a swarm when it last ran."""
    (tmp_path / "swarm").mkdir()
    (tmp_path / "swarm" / "docker-state.json").write_text("{}")
    return tmp_path


def engine(root, *swarms):
    """Answers one after another; the last for ever."""
    answers = [{"DockerRootDir": str(root), "Swarm": swarm, "Name": "m1"} for swarm in swarms]
    return SimpleNamespace(info=lambda: answers.pop(0) if len(answers) > 1 else answers[0], api_version="1.45")


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    monkeypatch.setattr(reading.time, "sleep", lambda _seconds: None)


def test_it_is_waited_for(root):
    assert reading.read_member(engine(root, INACTIVE, INACTIVE, LOCKED), 5)["state"] == "locked"


def test_it_is_no_fresh_host_even_where_nobody_waits(root):
    member = reading.read_member(engine(root, INACTIVE))
    assert member["state"] == "unknown"


def test_a_host_that_was_never_in_a_swarm_or_has_left_it_is_inactive(tmp_path):
    assert reading.read_member(engine(tmp_path, INACTIVE), 5)["state"] == "inactive"


def test_its_engine_is_restarted_and_stopped_as_a_members(root):
    info = engine(root, INACTIVE).info()
    assert read_membership(info, "/usr/bin/dockerd", running=True)["state"] == "unknown"
