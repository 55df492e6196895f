"""The parity table: rows of what a compose file can say, by layers of proof, with counts.

Run as a program it prints the last runs' outcomes, which pytest keeps in its cache.
A layer's cell reads passed/tried; a row that no case covers is shown as missing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from corpus import cases
from rows import ROWS

LAYERS = {"0": "sent", "1": "config", "2": "specs", "3": "cross-deploy"}
_CACHE = Path(__file__).resolve().parents[2] / ".pytest_cache" / "v" / "parity"

Outcomes = Mapping[str, Mapping[str, bool]]


def render(outcomes: Outcomes) -> str:
    """The table as text."""
    corpus = cases()
    head = ["row", "cases", *(f"{number} {name}" for number, name in LAYERS.items())]
    body = []
    for row in ROWS:
        names = [case.name for case in corpus if row in case.rows]
        body.append(
            [row, str(len(names)) if names else "MISSING", *(_cell(outcomes, layer, names) for layer in LAYERS)]
        )
    everything = [case.name for case in corpus]
    total = ["all", str(len(everything)), *(_cell(outcomes, layer, everything) for layer in LAYERS)]
    widths = [max(len(line[column]) for line in [head, *body, total]) for column in range(len(head))]
    lines = [_line(head, widths), "-" * (sum(widths) + 2 * len(widths) - 2)]
    return "\n".join([*lines, *(_line(line, widths) for line in body), lines[1], _line(total, widths)])


def missing_rows() -> list[str]:
    """Rows that no case covers."""
    covered = {row for case in cases() for row in case.rows}
    return [row for row in ROWS if row not in covered]


def _cell(outcomes: Outcomes, layer: str, names: list[str]) -> str:
    tried = [outcomes[layer][name] for name in names if name in outcomes.get(layer, {})]
    if not tried:
        return "-"
    return f"{sum(tried)}/{len(tried)}" + ("" if all(tried) else " FAILED")


def _line(cells: list[str], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def main() -> int:
    """Print the table; fail if a row is missing or a case failed."""
    outcomes = {layer: json.loads(file.read_text()) for layer in LAYERS if (file := _CACHE / f"layer{layer}").exists()}
    print(render(outcomes))
    failed = any(not passed for seen in outcomes.values() for passed in seen.values())
    return 1 if failed or missing_rows() else 0


if __name__ == "__main__":
    sys.exit(main())
