"""Layer 0: our specs are what `docker stack deploy` of each CLI sends, body by body; no engine is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import convert
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import ComposeError, load
from clis import RELEASES, Cli, compose
from corpus import Case, cases
from fake_engine import FakeEngine, fake_engine
from sent import sent_by_cli, sent_by_us

API_VERSION = "1.51"
STACK = "parity"


@pytest.fixture(scope="session")
def engine() -> Iterator[FakeEngine]:
    with fake_engine(API_VERSION) as running:
        yield running


# A case says which CLIs read it as we do, and how they can be told the same where they do not.
_PAIRS = [
    pytest.param(case, version, id=f"{case.name}-{version}")
    for case in cases()
    for version in RELEASES
    if case.read_by(version) and (case.twin or not case.more)
]


@pytest.mark.parametrize(("case", "version"), _PAIRS)
def test_the_same_is_sent(case: Case, version: str, program: Callable[[str], Cli], engine: FakeEngine) -> None:
    engine.forget()
    outcome = program(version).deploy(engine.address, case.files_for_cli, STACK, case.environment)
    assert engine.unknown == []
    if case.refused:
        assert outcome.printed is None, "the CLI deploys it"
        with pytest.raises(ComposeError):
            load(case.files, case.environment, dialect=case.dialect)
        return
    assert outcome.printed is not None, f"the CLI refuses: {outcome.complaint}"
    project = load(case.files, case.environment, dialect=case.dialect)
    ours = convert(project.config, STACK, API_VERSION, project.config_data, project.secret_data)
    assert sent_by_us(ours) == sent_by_cli(engine.sent)


@pytest.mark.parametrize("case", [case for case in cases() if case.sends], ids=lambda case: case.name)
def test_what_the_cli_has_no_key_for(case: Case) -> None:
    project = load(case.files, case.environment, dialect=case.dialect)
    ours: object = sent_by_us(convert(project.config, STACK, API_VERSION, project.config_data, project.secret_data))
    for path, expected in case.sends.items():
        found = ours
        for part in path.split("."):
            found = found[part]  # type: ignore[index]
        assert found == expected, path


@pytest.mark.parametrize("case", [case for case in cases() if case.dialect == "compose"], ids=lambda case: case.name)
def test_compose_reads_it(case: Case) -> None:
    """Cases of the dialect compose are files that docker compose takes."""
    assert compose("28.5").config(case.files, case.environment).complaint == ""
