"""Spreading goes on until replicas lie evenly, and gives up in the end."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._service import change as run
from ansible_collections.dockyard.swarm.plugins.module_utils._service.decide import SPREAD, Change

from tests.unit.service.test_balance import node, tasks
from tests.unit.service.test_decide import cluster, service

CHANGE = Change("shop_ui", "s", SPREAD)


@pytest.fixture
def rounds(monkeypatch):
    """Where the tasks lie after each round; the last stays."""

    def after(*placements):
        done = []
        monkeypatch.setattr(run, "apply_and_wait", lambda *_arguments: done.append(1))

        def read(*_arguments):
            running = tasks(**placements[min(len(done), len(placements)) - 1])
            return cluster(service(), running=running, nodes=[node("a"), node("b"), node("c")])

        monkeypatch.setattr(run, "read_cluster", read)
        return done

    return after


def test_once_if_that_is_enough(rounds):
    done = rounds({"a": 1, "b": 2, "c": 1})
    assert run.spread_and_wait(None, CHANGE, None, 1)[1] is None
    assert len(done) == 1


def test_again_if_the_last_task_left_its_node_empty(rounds):
    done = rounds({"a": 0, "b": 2, "c": 2}, {"a": 1, "b": 2, "c": 1})
    assert run.spread_and_wait(None, CHANGE, None, 1)[1] is None
    assert len(done) == 2


def test_it_gives_up(rounds):
    done = rounds({"a": 0, "b": 2, "c": 2})
    assert run.spread_and_wait(None, CHANGE, None, 1)[1] == "a.lan 0, b.lan 2, c.lan 2"
    assert len(done) == 4
