# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Replace files atomically."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class FileChange:
    """One file's content before and after; None where the file does not exist.

    Attributes:
        secret: the content is never shown.
        secrets: parts of the content that are never shown.
    """

    path: str
    before: str | None
    after: str | None
    mode: int = 0o644
    mode_before: int | None = None
    secret: bool = False
    secrets: frozenset[str] = frozenset()

    @property
    def changed(self) -> bool:
        """The content or the permissions differ."""
        if self.after is None:
            return self.before is not None
        return self.before != self.after or self.mode_before != self.mode

    def as_diff(self) -> dict[str, str]:
        """The diff shown by Ansible."""
        before, after = self.before or "", self.after or ""
        if self.secret:
            before, after = "(hidden)\n" if before else "", "(hidden, other)\n" if after else ""
        elif self.secrets:
            shown = _without(before, self.secrets, "(hidden)"), _without(after, self.secrets, "(hidden)")
            if shown[0] == shown[1] and before != after:
                shown = shown[0], _without(after, self.secrets, "(hidden, other)")
            before, after = shown
        diff = {"before_header": self.path, "after_header": self.path, "before": before, "after": after}
        if self.mode_before is not None and self.after is not None and self.mode_before != self.mode:
            diff["before"] = f"mode: {self.mode_before:04o}\n" + diff["before"]
            diff["after"] = f"mode: {self.mode:04o}\n" + diff["after"]
        return diff


def _without(text: str, secrets: frozenset[str], mask: str) -> str:
    """Replace the secrets in a text, both as plain text and as JSON writes them."""
    for secret in sorted(secrets, key=len, reverse=True):
        for form in (secret, json.dumps(secret)[1:-1]):
            text = text.replace(form, mask)
    return text


def plan_file(path: str, after: str | None, mode: int = 0o644, secret: bool = False) -> FileChange:
    """Compare the desired content with the file's."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            before: str | None = file.read()
        mode_before: int | None = stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        before, mode_before = None, None
    return FileChange(path, before, after, mode, mode_before, secret)


def apply_file(change: FileChange, move: Callable[[str, str], None] = os.replace) -> None:
    """Write the new content in one step (write to a temporary file, rename), or remove the file."""
    if not change.changed:
        return
    if change.after is None:
        os.unlink(change.path)
        return
    folder = os.path.dirname(change.path)
    os.makedirs(folder, mode=0o755, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".dockyard-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(change.after)
        os.chmod(temporary, change.mode)
        move(temporary, change.path)
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)
