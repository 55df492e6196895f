"""What a host that has just started from an image promises."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._image.check import answers_of, identity_of, problems_of

GOOD = {
    "system": "running",
    "engine": "active",
    "engine_at_boot": "enabled",
    "failed_units": "",
    "swarm": "inactive",
    "engine_id": "ABCD",
    "machine_id": "0" * 32,
    "ssh_host_key": "ssh-ed25519 AAAA",
}


def test_a_good_host_has_no_problem() -> None:
    assert problems_of(GOOD) == []
    assert identity_of(GOOD) == {"machine_id": "0" * 32, "ssh_host_key": "ssh-ed25519 AAAA", "engine_id": "ABCD"}
    assert set(answers_of(lambda command: (0, f" {command[0]}\n", ""))) == set(GOOD)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"system": "degraded", "failed_units": "a.service loaded failed\nb.mount x"}, "degraded: a.service, b.mount"),
        ({"system": "starting"}, "systemd says starting"),
        ({"engine": "failed"}, "docker.service is failed"),
        ({"engine_at_boot": "disabled"}, "does not start at boot"),
        ({"swarm": "active"}, "its swarm state is active"),
        ({"swarm": ""}, "its swarm state is unknown"),
        ({"machine_id": "uninitialized"}, "does not contain a machine id"),
        ({"ssh_host_key": ""}, "has no ssh_host_key"),
        ({"engine_id": ""}, "has no engine_id"),
    ],
)
def test_each_broken_promise_is_told(changes: dict[str, str], words: str) -> None:
    (problem,) = problems_of({**GOOD, **changes})
    assert words in problem


def test_all_of_them_are_told_at_once() -> None:
    assert len(problems_of(dict.fromkeys(GOOD, ""))) == 7
