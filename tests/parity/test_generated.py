"""What is generated from the table of keys is read, and sent, as the docker CLIs do: no engine is needed.

Disagreements that are meant stand in DIFFERENCES with their reason. The seed is printed; `PARITY_CASES=all` tries
everything (`make parity-cli PARITY_CASES=all`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import convert
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import ComposeError, load
from canonical import canonical
from clis import NEWEST_FORMAT, RELEASES, Cli
from corpus import HOME
from differences import difference
from fake_engine import FakeEngine, fake_engine
from generated import ENVIRONMENT, SEED, count, matrix, oddities, projects, sample
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from sent import sent_by_cli, sent_by_us

Json = dict[str, Any]

API_VERSION = "1.51"
STACK = "parity"
VARIABLES = {"HOME": HOME, **ENVIRONMENT}


@pytest.fixture(scope="module")
def engine() -> Iterator[FakeEngine]:
    with fake_engine(API_VERSION) as running:
        yield running


def compared(cli: Cli, engine: FakeEngine, files: Sequence[str]) -> str:
    """How our reading of files differs from the CLI's; empty where it does not."""
    theirs = cli.config(files, VARIABLES)
    try:
        project = load(files, VARIABLES)
        ours = convert(project.config, STACK, API_VERSION, project.config_data, project.secret_data)
    except ComposeError as error:
        if theirs.printed is None:
            return ""
        engine.forget()
        deployed = cli.deploy(engine.address, files, STACK, VARIABLES)
        return "" if deployed.printed is None else f"only we refuse: {error}"
    if theirs.printed is None:
        return f"only the CLI refuses: {theirs.complaint[:300]}"
    if project.config != canonical(theirs.printed):
        return f"read otherwise: {json.dumps(project.config)} is not {json.dumps(canonical(theirs.printed))}"
    engine.forget()
    deployed = cli.deploy(engine.address, files, STACK, VARIABLES)
    if deployed.printed is None:
        return f"only the CLI refuses to deploy: {deployed.complaint[:300]}"
    by_us, by_cli = sent_by_us(ours), sent_by_cli(engine.sent)
    return "" if by_us == by_cli else f"sent otherwise: {json.dumps(by_us)} is not {json.dumps(by_cli)}"


@pytest.mark.parametrize("version", RELEASES)
def test_every_key_with_every_value(version: str, program: Callable[[str], Cli], tmp_path: Path) -> None:
    cases = [(path, value, json.dumps(document)) for path, value, document in matrix()]
    assert disagreements(cases, program(version), tmp_path) == []


@pytest.mark.parametrize("version", RELEASES)
def test_yaml_oddities(version: str, program: Callable[[str], Cli], tmp_path: Path) -> None:
    assert disagreements(list(oddities()), program(version), tmp_path) == []


def disagreements(cases: list[tuple[str, Any, str]], cli: Cli, folder: Path) -> list[str]:
    """What a CLI and we read or send otherwise, of a sample of (key's path, its value, file), but for known rows."""

    def one(numbered: tuple[int, tuple[str, Any, str]]) -> str:
        number, (path, value, text) = numbered
        file = folder / f"{number}.yml"
        file.write_text(text, encoding="utf-8")
        with fake_engine(API_VERSION) as engine:
            found = compared(cli, engine, [str(file)])
        if not found or difference(path, value, found, cli.version):
            return ""
        return f"{path}: {json.dumps(value)}: {found}"

    chosen = sample(cases)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [text for text in pool.map(one, enumerate(chosen)) if text]
    print(f"CLI {cli.version}, seed {SEED}, {len(chosen)} of {len(cases)} cases, {len(found)} disagree")
    return found


@pytest.mark.parametrize("version", RELEASES)
def test_random_projects(
    version: str, program: Callable[[str], Cli], engine: FakeEngine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("random")

    @seed(SEED)
    @settings(max_examples=count(), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(files=st.lists(projects(NEWEST_FORMAT[version]), min_size=1, max_size=2))
    def all_agree(files: list[Json]) -> None:
        names = [str(folder / f"{number}.yml") for number in range(len(files))]
        for name, document in zip(names, files, strict=True):
            Path(name).write_text(json.dumps(document))
        found = compared(program(version), engine, names)
        assert not found or difference("", files, found, version), found

    print(f"seed {SEED}, {count()} projects")
    all_agree()
