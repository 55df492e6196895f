"""The secret that control calls of the simulator carry. It lies in the simulator's folder, readable by its owner."""

from __future__ import annotations

import secrets
from pathlib import Path

HEADER = "X-Sandbox-Secret"
FILE = "control.secret"


def make(folder: Path) -> str:
    """A new secret, in its file."""
    secret = secrets.token_urlsafe(32)
    partial = folder / f"{FILE}.new"
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    partial.write_text(secret, encoding="utf-8")
    partial.rename(folder / FILE)
    return secret


def headers(folder: Path) -> dict[str, str]:
    """What a control call carries."""
    return {HEADER: (folder / FILE).read_text(encoding="utf-8")}
