"""The module `cluster` reports what it has applied, over whatever somebody else changed meanwhile."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.cluster.change import change_cluster
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.cluster.settings import SETTINGS

Json = dict[str, Any]


class BusyCluster:
    """An engine whose cluster somebody else changes just before our first update."""

    def __init__(self, theirs: Json) -> None:
        self.spec: Json = {"Orchestration": {"TaskHistoryRetentionLimit": 5}, "Raft": {"KeepOldSnapshots": 0}}
        self.index = 1
        self._theirs: Json | None = theirs

    def swarm(self) -> Json:
        """`GET /swarm`."""
        return {"Version": {"Index": self.index}, "Spec": copy.deepcopy(self.spec)}

    def swarm_update(self, index: int, spec: Json, **_keys: bool) -> None:
        """`POST /swarm/update`."""
        if self._theirs is not None:
            self.spec, self._theirs, self.index = {**self.spec, **self._theirs}, None, self.index + 1
        if index != self.index:
            raise EngineError("rpc error: update out of sequence", 500)
        self.spec, self.index = spec, self.index + 1


def options(**named: Any) -> Json:
    return {**dict.fromkeys(SETTINGS), "rotate": [], "wait_timeout": 1, "unlock_key": False, **named}


@pytest.mark.parametrize(
    ("theirs", "before", "changed"),
    [
        ({"Orchestration": {"TaskHistoryRetentionLimit": 7}}, {"task_history_limit": 7}, True),
        # Somebody else has just set it: this run changed nothing.
        ({"Orchestration": {"TaskHistoryRetentionLimit": 9}}, {}, False),
    ],
)
def test_the_report_is_of_the_update_that_was_made(theirs, before, changed):
    engine = BusyCluster(theirs)
    result = change_cluster(engine, options(task_history_limit=9), check_mode=False)
    assert engine.spec["Orchestration"]["TaskHistoryRetentionLimit"] == 9
    assert result["diff"]["before"] == before
    assert result["changed"] is changed


def test_check_mode_changes_nothing_and_reports_the_same():
    engine = BusyCluster({})
    result = change_cluster(engine, options(task_history_limit=9), check_mode=True)
    assert engine.index == 1
    assert result["diff"] == {"before": {"task_history_limit": 5}, "after": {"task_history_limit": 9}}
    assert result["settings"]["task_history_limit"] == 9


def test_a_setting_that_the_swarm_refuses_is_named_and_the_reason_is_plain():
    engine = BusyCluster({})

    def refuse(_index: int, _spec: Json, **_keys: bool) -> None:
        raise EngineError("rpc error: code = InvalidArgument desc = minimum certificate expiry time is: 1h0m0s", 400)

    engine.swarm_update = refuse
    with pytest.raises(EngineError) as refused:
        change_cluster(engine, options(certificate_expiry=60), check_mode=False)
    assert str(refused.value) == (
        "the swarm refused the settings (certificate_expiry): minimum certificate expiry time is: 1h0m0s"
    )
