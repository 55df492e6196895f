"""The dialect `compose` reads generated projects as docker compose does, or a row of compose_rows.py says why not.

`PARITY_SIZE=nightly` asks ten times as many; `PARITY_SEED` is the seed, printed with every failure, or `random`.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import compose_cases
import pytest
from compose_form import ours, theirs
from compose_oracle import Answer, ComposeOracle, Question, compose_oracle
from compose_rows import ROWS, older_row, row_of

# The same in every run of CI, which judges a change and not the dice; `PARITY_SEED=random` looks for what is unknown.
_GIVEN = os.environ.get("PARITY_SEED") or "2024"
SEED = random.SystemRandom().randrange(10**6) if _GIVEN == "random" else int(_GIVEN)
SCALE = 10 if os.environ.get("PARITY_SIZE") == "nightly" else 1
AGAIN = 40  # times a project is asked again where docker compose answers by chance

Generator = Callable[[random.Random, int], Iterator[Question]]


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeOracle]:
    with compose_oracle(tmp_path_factory.mktemp("compose")) as found:
        yield found


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeOracle]:
    with compose_oracle(tmp_path_factory.mktemp("older"), "trixie") as found:
        yield found


def explained(oracle: ComposeOracle, question: Question, reading: Any, refusal: str, answer: Answer) -> bool:
    """Whether a row says why the two differ."""
    if reading is None and answer.config is None:
        return True
    if reading is None:
        return row_of("ours", refusal) is not None
    if answer.config is None:
        return row_of("theirs", answer.complaint) is not None
    if "extends" not in question.files[question.main[0]]:
        return False
    chances = oracle.ask([question] * AGAIN)
    return any(ours(question, place)[0] == theirs(question, place, another) for _question, place, another in chances)


MATRICES = pytest.mark.parametrize(
    ("generator", "count"),
    [
        (compose_cases.merges, 150),
        (compose_cases.extensions, 150),
        (compose_cases.profiles, 80),
        (compose_cases.includes, 60),
        (compose_cases.texts, 100),
        (compose_cases.variable_files, 100),
        (compose_cases.commands, 60),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)


@MATRICES
def test_reads_as_docker_compose_does(generator: Generator, count: int, oracle: ComposeOracle) -> None:
    chance = random.Random(SEED)
    problems = []
    read = 0
    for question, place, answer in oracle.ask(generator(chance, count * SCALE)):
        reading, refusal = ours(question, place)
        expected = theirs(question, place, answer)
        read += expected is not None and reading == expected
        if reading != expected and not explained(oracle, question, reading, refusal, answer):
            texts = "\n".join(f"--- {name}\n{question.files[name]}" for name in question.main)
            problems.append(
                f"{texts}profiles {question.profiles}\n{refusal or answer.complaint}\n{expected}\n{reading}"
            )
    print(f"seed {SEED}: {read} of {count * SCALE} projects read alike")
    assert read >= count * SCALE // 10, "hardly any project was accepted by both: the matrix shows nothing"
    assert not problems, f"PARITY_SEED={SEED}: {len(problems)} differ, such as\n" + "\n\n".join(problems[:3])


@MATRICES
def test_an_older_docker_compose_reads_alike(generator: Generator, count: int, older: ComposeOracle) -> None:
    """But for rows of its version: what Debian 13 ships is what many have."""
    chance = random.Random(SEED)
    problems = []
    for question, place, answer in older.ask(generator(chance, count * SCALE // 3)):
        reading, refusal = ours(question, place)
        expected = theirs(question, place, answer)
        if reading == expected or explained(older, question, reading, refusal, answer):
            continue
        if reading is None or expected is None:
            side, texts = ("ours", [refusal]) if reading is None else ("theirs", [answer.complaint])
        else:
            side, texts = "", list(paths_that_differ(reading, expected))
        if not all(older_row("2.26", side, text) for text in texts):
            problems.append(f"{[question.files[name] for name in question.main]}\n{texts}\n{expected}\n{reading}")
    assert not problems, f"PARITY_SEED={SEED}: {len(problems)} differ, such as\n" + "\n\n".join(problems[:3])


def paths_that_differ(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Dotted paths of the innermost mappings' keys at which two readings differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            if one.get(key) != other.get(key):
                yield from paths_that_differ(one.get(key), other.get(key), f"{path}.{key}")
    else:
        yield path


def test_there_are_few_rows() -> None:
    assert len(ROWS) < 20
