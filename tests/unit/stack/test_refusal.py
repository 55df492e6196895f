"""What is told when an engine refuses: that it is no manager where that is why, and its own words otherwise."""

from __future__ import annotations

from typing import Any, cast

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.rollout import refusal

NOT_A_MANAGER = "This node is not a swarm manager."


class Asked:
    """An engine that tells of its swarm, and nothing else."""

    def __init__(self, swarm: dict[str, Any] | EngineError) -> None:
        self.swarm = swarm

    def info(self) -> dict[str, Any]:
        if isinstance(self.swarm, EngineError):
            raise self.swarm
        return {"Swarm": self.swarm}


def told(swarm: dict[str, Any] | EngineError, error: EngineError) -> str:
    return refusal(cast(Engine, Asked(swarm)), error)


@pytest.mark.parametrize("state", ["inactive", "active", "pending", "locked"])
def test_a_host_that_is_no_manager_is_told_its_state_and_what_to_do(state: str) -> None:
    text = told({"LocalNodeState": state, "ControlAvailable": False}, EngineError(NOT_A_MANAGER, 503))
    assert f"no swarm manager (its node is {state})" in text
    assert "swarm_managers[0]" in text


def test_a_manager_without_a_leader_gives_its_own_words() -> None:
    words = "The swarm does not have a leader."
    assert told({"LocalNodeState": "active", "ControlAvailable": True}, EngineError(words, 503)) == words


def test_any_other_refusal_is_the_engines_own() -> None:
    assert told({"ControlAvailable": False}, EngineError("no such image", 404)) == "no such image"


def test_an_engine_that_has_gone_away_leaves_the_first_error() -> None:
    assert told(EngineError("connection refused"), EngineError("shutting down", 503)) == "shutting down"
