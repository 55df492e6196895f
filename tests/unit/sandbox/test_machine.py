"""The machine's packages."""

from __future__ import annotations

import pytest

from sandbox import machine
from sandbox.progress import SandboxError


def test_lists_that_another_apt_get_reads_are_waited_for(monkeypatch):
    answers = iter(["E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)", None])

    def run(*_arguments):
        words = next(answers)
        if words:
            raise SandboxError(words)

    monkeypatch.setattr(machine, "run", run)
    monkeypatch.setattr(machine, "APT_PAUSE_SECONDS", 0)
    machine.read_package_lists("", {})
    assert next(answers, "none left") == "none left"


def test_lists_that_cannot_be_had_are_an_error_at_once(monkeypatch):
    def run(*_arguments):
        raise SandboxError("E: Failed to fetch")

    monkeypatch.setattr(machine, "run", run)
    with pytest.raises(SandboxError, match="Failed to fetch"):
        machine.read_package_lists("", {})
