"""Layer 1: our loaded and merged form is what `docker stack config` prints; what the CLI refuses, we refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import ComposeError, load
from canonical import canonical
from clis import RELEASES, Cli
from corpus import Case, cases
from rows import ROWS
from table import missing_rows


@pytest.mark.parametrize("version", RELEASES)
@pytest.mark.parametrize("case", [case for case in cases() if case.refused], ids=lambda case: case.name)
def test_refusals(case: Case, version: str, program: Callable[[str], Cli]) -> None:
    with pytest.raises(ComposeError) as refusal:
        load(case.files, case.environment, dialect=case.dialect)
    assert case.message
    assert case.message in str(refusal.value)
    if case.read_by(version):
        outcome = program(version).config(case.files, case.environment)
        if case.refused == "config":
            assert outcome.printed is None, "the CLI accepts it"
        else:
            assert outcome.printed is not None, f"the CLI refuses already: {outcome.complaint}"


@pytest.mark.parametrize("version", RELEASES)
@pytest.mark.parametrize("case", [case for case in cases() if not case.refused], ids=lambda case: case.name)
def test_loaded_form(case: Case, version: str, program: Callable[[str], Cli]) -> None:
    project = load(case.files, case.environment, dialect=case.dialect)
    if not case.read_by(version):
        return
    outcome = program(version).config(case.files, case.environment)
    if outcome.printed is None:
        assert case.more, f"the CLI refuses: {outcome.complaint}"
    else:
        assert project.config == canonical(outcome.printed)


def test_every_row_has_two_cases() -> None:
    assert not missing_rows()
    counts = {row: sum(row in case.rows for case in cases()) for row in ROWS}
    assert {row: count for row, count in counts.items() if count < 2} == {}


def test_cases_name_known_rows() -> None:
    assert {row for case in cases() for row in case.rows} <= set(ROWS)
