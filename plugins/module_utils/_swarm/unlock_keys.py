# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Which unlock keys to keep. A manager that was down during a key rotation still needs the previous key."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Keys:
    """The contents of the two key files; None for a file that does not exist.

    Attributes:
        current: the swarm's key.
        former: previous keys that some manager may still need, one on each line, the newest first.
    """

    current: str | None
    former: str | None


def keys_after(kept: Keys, key: str, everybody_unlocked: bool) -> Keys:
    """The keys to keep from now on.

    Args:
        kept: the current contents of the files.
        key: the swarm's key; empty if autolock is off.
        everybody_unlocked: every manager of the cluster was reached and is active, so it has the current key.
    """
    known = _lines(kept.current)
    if not key or known == [key]:
        # The key is the one of an earlier run: each manager reached since then has unlocked with it, or was never
        # locked.
        former = [] if everybody_unlocked and known == [key] else _lines(kept.former)
        return Keys(kept.current, _text(former))
    former = [old for old in dict.fromkeys([*known, *_lines(kept.former)]) if old != key]
    return Keys(f"{key}\n", _text(former))


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _text(keys: list[str]) -> str | None:
    return "".join(f"{key}\n" for key in keys) or None
