"""Rules of the field stand in one place: the arithmetic of the quorum, names of modes, states a task ends in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.service_words import ENDED, MODES, is_job, mode_of

PLUGINS = Path(__file__).parents[3] / "plugins"
RULES = {
    # What gives the rule away, and the only file that may hold it.
    "half of the managers": (r"// 2 \+ 1", "module_utils/_swarm/quorum.py"),
    "names of modes": (r'"ReplicatedJob": "', "module_utils/_engine/service_words.py"),
    "ended states": (r'"orphaned", "remove"|"remove", "orphaned"', "module_utils/_engine/service_words.py"),
    "IPVS": (r"net/ip_vs", "module_utils/_host/kernel/modules.py"),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_stands_once(rule: str):
    pattern, home = RULES[rule]
    found = [
        path.relative_to(PLUGINS).as_posix()
        for path in PLUGINS.rglob("*.py")
        if re.search(pattern, path.read_text(encoding="utf-8"))
    ]
    assert found == [home]


@pytest.mark.parametrize(("key", "word"), list(MODES.items()))
def test_every_mode_has_its_word(key: str, word: str):
    assert mode_of({"Mode": {key: {}}}) == word
    assert is_job({"Mode": {key: {}}}) is word.endswith("-job")


def test_a_mode_that_is_left_out_is_replicated():
    assert mode_of({}) == "replicated"
    assert not is_job({"Mode": None})


def test_ended_states_are_those_of_the_engine():
    assert {"complete", "failed", "shutdown", "rejected", "orphaned", "remove"} == ENDED
