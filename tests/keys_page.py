"""The table of compose keys as docs/compose.md has it; `python tests/keys_page.py` writes it there."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / ".collections"))

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.keys import COMPOSE, KEYS, Key  # noqa: E402

PAGE = ROOT / "docs" / "compose.md"
BEGIN, END = "<!-- keys: begin (tests/keys_page.py writes this table) -->", "<!-- keys: end -->"


def table() -> str:
    """Every key, where it comes from and what swarm does with it."""
    rows = [_row(path, key) for path, key in KEYS.items() if not path.endswith(("[]", "*")) and _said(path, key)]
    return "\n".join(
        ["| key | format | what swarm makes of it | the dialect `compose` takes |", "|---|---|---|---|", *rows]
    )


def page(text: str) -> str:
    """The page with the table as it is now."""
    before, _begin, rest = text.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def _said(path: str, key: Key) -> bool:
    """Whether a row says anything: not that of a mapping that only holds others."""
    above = path.rpartition(".")[0]
    told = bool(KEYS[above].advice) if above in KEYS else False
    return bool(key.field or key.becomes or key.advice) and not told


def _row(path: str, key: Key) -> str:
    parts = path.split(".")
    above = [KEYS.get(".".join(parts[:length])) for length in range(1, len(parts))]
    version = max(row.since for row in (*above, key) if row)
    since = f"3.{version}" if key.kind and version != COMPOSE else "Compose"
    return f"| `{path.removeprefix('services.*.')}` | {since} | {_in_swarm(key)} | {key.compose} |"


def _in_swarm(key: Key) -> str:
    if key.becomes:
        return key.becomes
    if key.advice:
        return f"nothing: {key.advice}"
    gate = f", from Engine API {key.api} on" if key.api else ""
    return f"`{key.field.replace('TaskTemplate.ContainerSpec.', 'ContainerSpec.')}`{gate}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
