"""Under sudo, what the sandbox wrote goes back to the person who called it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from sandbox import __main__ as command


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sandbox's folder, as it looks to a program that sudo started."""
    monkeypatch.setattr(command, "STATE", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("SUDO_UID", str(os.getuid()))
    monkeypatch.setenv("SUDO_GID", str(os.getgid()))
    return tmp_path


def test_files_that_vanish_meanwhile_are_nobodys(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Compute API's database has a journal that comes and goes."""
    journal, key = state / "journal", state / "key"
    for file in (journal, key):
        file.touch()
    given: list[Path] = []
    chown = os.chown

    def slow(path: Path, *arguments: Any, **options: Any) -> None:
        journal.unlink(missing_ok=True)
        chown(path, *arguments, **options)
        given.append(path)

    monkeypatch.setattr(os, "chown", slow)
    command.give_back()
    assert given == [state, key]


def test_a_link_to_something_else_gives_nothing_else_away(state: Path) -> None:
    (state / "link").symlink_to(state / "nowhere")
    command.give_back()
