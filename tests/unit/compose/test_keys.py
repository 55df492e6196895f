"""The table of compose keys holds every key of the official schemas, with the version that brought it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.keys import COMPOSE, KEYS, Key

from tests import keys_page

_CASES = Path(__file__).parents[2] / "parity" / "cases"
_LISTED = Path(__file__).parent / "schema_paths.txt"

# Rows of the 3.x format that its schema lacks, or has another version for, with the reason.
_BEYOND_THE_SCHEMA = {
    "services.*.volumes.[].volume.subpath": "the docker CLI reads it from 28.0 on, and the schema leaves it open",
    "volumes.*.x-cluster-spec": "any `x-` key may stand there from 3.7 on",
}


def official() -> dict[str, tuple[int | None, bool]]:
    """Every official key: the version 3.n that brought it, and whether the Compose Specification has it."""
    lines = [line.split() for line in _LISTED.read_text().splitlines() if not line.startswith("#")]
    return {
        path: (None if version == "-" else int(version.removeprefix("3.")), compose == "yes")
        for version, compose, path in lines
    }


def has_row(path: str) -> bool:
    """Whether the table has a key, or one above it that has no effect with all that is below."""
    parts = path.split(".")
    above = [".".join(parts[:length]) for length in range(1, len(parts))]
    return path in KEYS or any(place in KEYS and KEYS[place].advice for place in above)


def test_every_official_key_has_a_row() -> None:
    assert [path for path in official() if not has_row(path)] == []


def test_rows_say_which_version_brought_a_key() -> None:
    for path, (version, _compose) in official().items():
        key = KEYS.get(path)
        if key and path not in _BEYOND_THE_SCHEMA:
            known = key.since if key.kind and key.since != COMPOSE else None
            above = max((row.since for row in _rows_above(path)), default=0)
            assert (known if known is None else max(known, above)) == version, path


def test_rows_are_of_official_keys() -> None:
    """Items of lists and named entries are rows, too, but keys of no schema."""
    known = official()
    others = {path for path in KEYS if path not in known and not path.endswith(("[]", "*"))}
    assert others - set(_BEYOND_THE_SCHEMA) == {"services.*.volume_driver"}, "a key of the old formats"


def _rows_above(path: str) -> list[Key]:
    parts = path.split(".")
    places = [".".join(parts[:length]) for length in range(1, len(parts))]
    return [KEYS[place] for place in places if place in KEYS and KEYS[place].since != COMPOSE]


def test_each_row_says_what_becomes_of_the_key() -> None:
    """A field, something else, or nothing with advice; only mappings and lists leave that to the keys below."""
    silent = [
        path
        for path, key in KEYS.items()
        if not (key.field or key.becomes or key.advice or path.endswith(("[]", "*")))
        and not any(other.startswith(f"{path}.") for other in KEYS)
        and not any(row.advice for row in _rows_above(path))
    ]
    assert silent == []


class _AnyTag(yaml.SafeLoader):
    """Reads the corpus whatever tags and broken values its cases have."""


_AnyTag.add_multi_constructor("!", lambda loader, _suffix, node: loader.construct_yaml_str(node))


def keys_in(value: Any, path: str = "") -> Iterator[str]:
    """The rows of the table that a file's keys belong to."""
    steps: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        steps = [(step, item) for key, item in value.items() for step in (str(key), "*")]
    elif isinstance(value, list):
        steps = [("[]", item) for item in value]
    for step, item in steps:
        below = f"{path}.{step}" if path else step
        if below in KEYS:
            yield below
        if below in KEYS or below in _AHEAD:
            yield from keys_in(item, below)


_AHEAD = {".".join(path.split(".")[:length]) for path in KEYS for length in range(1, path.count(".") + 1)}


def covered(folder: Path) -> set[str]:
    """The rows that the parity cases of a folder have a key for."""
    found: set[str] = set()
    for file in folder.rglob("*.yml"):
        # Some cases are files that nobody can read.
        with suppress(yaml.YAMLError, ValueError, TypeError):
            for document in yaml.load_all(file.read_text(), _AnyTag):
                found.update(keys_in(document))
    return found


def test_every_row_has_a_parity_case() -> None:
    assert sorted(set(KEYS) - covered(_CASES)) == []


def test_a_row_without_a_case_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "KEYS", {**KEYS, "services.*.brand_new": Key("services.*.brand_new")})
    assert set(KEYS) - covered(_CASES) == {"services.*.brand_new"}


def test_an_official_key_without_a_row_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    others = {path: key for path, key in KEYS.items() if path != "services.*.stop_signal"}
    monkeypatch.setitem(globals(), "KEYS", others)
    assert [path for path in official() if not has_row(path)] == ["services.*.stop_signal"]


def test_the_page_has_the_table() -> None:
    text = keys_page.PAGE.read_text(encoding="utf-8")
    assert text == keys_page.page(text), "run python tests/keys_page.py"
