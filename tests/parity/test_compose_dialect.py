"""The dialect `compose` reads generated projects as docker compose 2.40 does, or a row of compose_rows.py says why not.

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
from compose_rows import ROWS, row_of

# The same in every run of CI, which judges a change and not the dice; `PARITY_SEED=random` looks for what is unknown.
_GIVEN = os.environ.get("PARITY_SEED") or "2024"
SEED = random.SystemRandom().randrange(10**6) if _GIVEN == "random" else int(_GIVEN)
SCALE = 10 if os.environ.get("PARITY_SIZE") == "nightly" else 1
AGAIN = 12  # times a project is asked again where docker compose answers by chance

Generator = Callable[[random.Random, int], Iterator[Question]]


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeOracle]:
    with compose_oracle(tmp_path_factory.mktemp("compose")) as found:
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


@pytest.mark.parametrize(
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


def test_there_are_few_rows() -> None:
    assert len(ROWS) < 20
