# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Which unlock keys are kept. A manager that was down while the key was replaced still needs the old one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Keys:
    """Texts of the two files; None for a file that is not there.

    Attributes:
        current: the key that the swarm has.
        former: keys that it had and that some manager may still need, one a line, the newest first.
    """

    current: str | None
    former: str | None


def keys_after(kept: Keys, key: str, everybody_unlocked: bool) -> Keys:
    """What is to be kept, given what is.

    Args:
        kept: what the files hold.
        key: the swarm's key; empty where it is not locked.
        everybody_unlocked: every manager of the cluster has been reached and is at work, and so has the key.
    """
    known = _lines(kept.current)
    if not key or known == [key]:
        # With the key of an earlier run: who has been reached since has unlocked with it, or was never locked.
        former = [] if everybody_unlocked and known == [key] else _lines(kept.former)
        return Keys(kept.current, _text(former))
    former = [old for old in dict.fromkeys([*known, *_lines(kept.former)]) if old != key]
    return Keys(f"{key}\n", _text(former))


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _text(keys: list[str]) -> str | None:
    return "".join(f"{key}\n" for key in keys) or None
