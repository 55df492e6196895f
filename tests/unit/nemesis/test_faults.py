"""The seed decides every fault, and no run of a quarter of an hour goes without one of their kinds."""

from __future__ import annotations

from itertools import islice

import pytest

from tests.nemesis import faults
from tests.nemesis.__main__ import WHOLE_RUN, told


def happened(plan, seconds):
    """The kinds that begin within so many seconds, as if each could be done at once."""
    kinds, now = set(), 0.0
    for fault in plan:
        if now >= seconds:
            return kinds
        kinds.add(fault.kind)
        now += fault.lasts + fault.pause
    return kinds


@pytest.mark.parametrize("plan", [faults.of_hosts, faults.of_runs])
def test_a_seed_replays_and_another_differs(plan):
    assert list(islice(plan(7), 50)) == list(islice(plan(7), 50))
    assert list(islice(plan(7), 50)) != list(islice(plan(8), 50))


def test_every_kind_happens_in_every_run():
    for seed in range(200):
        seen = happened(faults.of_hosts(seed), WHOLE_RUN) | happened(faults.of_runs(seed), WHOLE_RUN)
        assert seen == faults.KINDS, seed


def test_a_run_that_lacks_a_kind_fails(capsys):
    sample = {"cluster": "c", "stacks": {}, "sentinels": [], "orphans": []}
    history = [
        {"t": 1, "type": "begin", "run": "a-1", "stack": "s", "services": []},
        {"t": 2, "type": "end", "run": "a-1", "outcome": "ok"},
        *({"t": 3, "type": "fault", "kind": kind, "done": True} for kind in faults.KINDS - {"reboot"}),
        {"t": WHOLE_RUN, "type": "final", **sample},
    ]
    assert told(history) == 1
    assert "FOUND these faults never happened: reboot" in capsys.readouterr().out
    assert told([*history, {"t": 4, "type": "fault", "kind": "reboot", "done": True}, history[-1]]) == 0
