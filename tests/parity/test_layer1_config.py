"""Layer 1: our loaded and merged form is what `docker stack config` prints; what the CLI refuses, we refuse."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import ComposeError, load
from canonical import canonical
from corpus import Case, cases
from oracle import Oracle
from rows import ROWS
from table import missing_rows


@pytest.fixture(scope="session")
def major(cli: Oracle) -> int:
    return cli.major


@pytest.mark.parametrize("case", [case for case in cases() if case.refused], ids=lambda case: case.name)
def test_refusals(case: Case, cli: Oracle) -> None:
    answer = cli.config(case)
    with pytest.raises(ComposeError) as refusal:
        load(case.files, case.environment)
    assert case.message
    assert case.message in str(refusal.value)
    if case.refused == "config":
        assert answer.printed is None, "the CLI accepts it"
    else:
        assert answer.printed is not None, f"the CLI refuses already: {answer.complaint}"


@pytest.mark.parametrize("case", [case for case in cases() if not case.refused], ids=lambda case: case.name)
def test_loaded_form(case: Case, cli: Oracle, major: int) -> None:
    answer = cli.config(case)
    project = load(case.files, case.environment)
    if answer.printed is None and case.read_by(str(major)):
        assert case.more, f"the CLI refuses: {answer.complaint}"
    elif case.read_by(str(major)):
        assert project.config == canonical(answer.printed)


def test_every_row_has_two_cases() -> None:
    assert not missing_rows()
    counts = {row: sum(row in case.rows for case in cases()) for row in ROWS}
    assert {row: count for row, count in counts.items() if count < 2} == {}


def test_cases_name_known_rows() -> None:
    assert {row for case in cases() for row in case.rows} <= set(ROWS)
