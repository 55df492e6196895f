"""Collects the outcome of each case in each layer, and ends the run with the table."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import table
from clis import Cli, cli
from corpus import Case
from deployments import Findings, examine
from engines import Bed, beds

_LAYER = re.compile(r"test_layer(\d)")
_outcomes: dict[str, dict[str, bool]] = {}


@pytest.fixture(scope="session")
def program() -> Callable[[str], Cli]:
    """The docker CLI of a version, such as `28.5`."""
    return functools.cache(cli)


@pytest.fixture(scope="session")
def engines() -> Iterator[dict[str, Bed]]:
    """A real engine of each generation."""
    with beds() as found:
        yield found


@pytest.fixture(scope="session")
def findings(engines: dict[str, Bed]) -> Callable[[Case, str], Findings]:
    """What deployments of a case show on one engine; each pair is deployed once, whatever asks for it."""
    known: dict[tuple[str, str], Findings | Exception] = {}

    def of(case: Case, api_version: str) -> Findings:
        key = (case.name, api_version)
        if key not in known:
            try:
                known[key] = examine(case, engines[api_version])
            except Exception as error:  # told to every test that asks
                known[key] = error
        found = known[key]
        if isinstance(found, Exception):
            raise found
        return found

    return of


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Note how a case did in its layer: it passed if none of its tests there failed."""
    outcome = yield
    report = outcome.get_result()
    layer = _LAYER.search(item.nodeid)
    case = getattr(item, "callspec", None) and item.callspec.params.get("case")
    if layer and case and not report.skipped and (report.when == "call" or report.failed):
        seen = _outcomes.setdefault(layer[1], {})
        seen[case.name] = seen.get(case.name, True) and report.passed


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Keep the outcomes for table.py and print the table."""
    for layer, seen in _outcomes.items():
        config.cache.set(f"parity/layer{layer}", seen)
    if _outcomes:
        terminalreporter.write_line("")
        terminalreporter.write_line(table.render(_outcomes))
