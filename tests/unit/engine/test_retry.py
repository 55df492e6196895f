"""An object that others write at the same time is tried again from a fresh read; an election is waited for."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.errors import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.retry import (
    from_fresh_version,
    when_there_is_a_leader,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._service.change import apply as apply_to_service
from ansible_collections.dockyard.swarm.plugins.module_utils._service.decide import ROLLED_BACK, Change
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.submit import force_new_tasks
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.cluster.change import ClusterChange
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.nodes.change import NodeChange

PLUGINS = Path(__file__).parents[3] / "plugins"
# Where an out-of-date version is an answer, not a reason to try again: the lock, whose next holder was faster, and
# the comparison of secrets.
DECIDE_BY_IT = {
    "module_utils/_stack/apply/guarded_engine.py",
    "module_utils/_stack/apply/takeover.py",
    "module_utils/_stack/stack_lock.py",
    "module_utils/_swarm/lock/places.py",
    "module_utils/_stack/plan/current.py",
}


def attempts(errors):
    left = list(errors)

    def attempt():
        if left:
            raise left.pop(0)
        return "done"

    return attempt


OUT_OF_SEQUENCE = EngineError("rpc error: code = Unknown desc = update out of sequence", 500)


def test_out_of_sequence_is_tried_again():
    assert from_fresh_version(attempts([OUT_OF_SEQUENCE] * 3), pause=0) == "done"


def test_it_gives_up_in_the_end():
    with pytest.raises(EngineError, match="out of sequence"):
        from_fresh_version(attempts([OUT_OF_SEQUENCE] * 10), attempts=4, pause=0)


def test_other_errors_are_not_tried_again():
    with pytest.raises(EngineError, match="port 80 is taken"):
        from_fresh_version(attempts([EngineError("port 80 is taken", 400)]), pause=0)


def test_the_election_of_a_leader_is_waited_for():
    leaderless = EngineError("rpc error: code = Unknown desc = The swarm does not have a leader", 500)
    assert when_there_is_a_leader(attempts([leaderless] * 3), pause=0) == "done"
    with pytest.raises(EngineError, match="port 80"):
        when_there_is_a_leader(attempts([EngineError("port 80 is taken", 400)]), pause=0)


class Contended:
    """An engine on which somebody else writes every object between our first two reads and our updates."""

    def __init__(self) -> None:
        self.index = 1
        self.others = 2
        self.spec: dict[str, Any] = {
            "Name": "web",
            "Labels": {},
            "Role": "worker",
            "Availability": "active",
            "TaskTemplate": {"ContainerSpec": {"Image": "web:1"}},
        }
        self.written: list[int] = []

    def _read(self, *_arguments: str) -> dict[str, Any]:
        found = {"ID": "x", "Version": {"Index": self.index}, "Spec": dict(self.spec)}
        if self.others:
            self.others -= 1
            self.index += 1
        return found

    node = service = swarm = _read

    def _write(self, *arguments: Any, **_more: Any) -> None:
        version = next(item for item in arguments if isinstance(item, int))
        if version != self.index:
            raise OUT_OF_SEQUENCE
        self.written.append(version)

    node_update = service_update = swarm_update = _write


@pytest.mark.parametrize(
    "update",
    [
        lambda engine: NodeChange(engine, 1).update("x", {"availability": ("active", "drain")}),
        lambda engine: ClusterChange(engine, 1).rotate(["worker_token"]),
        lambda engine: apply_to_service(engine, Change("web", "x", ROLLED_BACK), lambda _reference: None),
        lambda engine: force_new_tasks(engine, "x", lambda _reference: None),
    ],
    ids=["node", "cluster", "service", "stack"],
)
def test_every_update_is_written_from_the_version_read_last(update, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    engine = Contended()
    update(engine)
    assert engine.written == [3]


def test_nobody_else_tries_again_by_himself():
    """`out_of_sequence` is looked at in one place, but for those that decide by it."""
    looking = {
        str(path.relative_to(PLUGINS))
        for path in PLUGINS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "out_of_sequence"
    }
    assert looking == {"module_utils/_engine/retry.py", *DECIDE_BY_IT}
