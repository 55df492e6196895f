"""The table of compose keys holds every key of the official schemas, with the version that brought it."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.keys import COMPOSE, KEYS, Key

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
