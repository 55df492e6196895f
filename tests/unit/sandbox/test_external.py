"""Which addresses the sandbox may lead anywhere: its own, never one this machine needs."""

from __future__ import annotations

import pytest

from sandbox import external
from sandbox.progress import SandboxError


@pytest.mark.parametrize(
    ("outside", "inside"),
    [
        ("8.8.8.8", "10.213.0.10"),
        ("198.20.0.1", "10.213.0.10"),
        ("0.0.0.0", "10.213.0.10"),
        ("169.254.169.254", "10.213.0.10"),
        ("198.18.1.1; reboot", "10.213.0.10"),
        ("::1", "10.213.0.10"),
        ("198.18.1.1", "192.168.1.1"),
        ("198.18.1.1", "127.0.0.1"),
    ],
)
def test_only_its_own_range_is_translated(outside: str, inside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(external, "_run", lambda *_words: pytest.fail("a route or a rule was made"))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(SandboxError, match="address of a sandbox"):
        external.translate(outside, inside)


def test_its_own_is_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[tuple[str, ...]] = []
    monkeypatch.setattr(external, "_run", lambda *words: done.append(words))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    external.translate("198.18.1.1", "10.213.0.10")
    assert ("ip", "route", "replace", "198.18.1.1/32", "via", "10.213.0.10") in done
