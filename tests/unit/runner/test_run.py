"""The totals that CI prints are true: what did not run, or ended badly, is never counted as passed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import run

REPORT = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"/>
<testcase name="c"><failure/></testcase>
<testcase name="d"><skipped/></testcase>
<testcase name="e"><error/></testcase>
</testsuite></testsuites>"""


def judged(tmp_path: Path, suite: object, status: int, report: str | None = None, log: str = "") -> tuple[int, int]:
    (tmp_path / "log").write_text(log)
    if report is not None:
        (tmp_path / "report.xml").write_text(report)
    outcome = run.judge(suite, status, tmp_path / "log", tmp_path / "report.xml", 1.0)
    return outcome.passed, outcome.failed


def test_pytest_counts_failures_and_errors_and_leaves_skips_out(tmp_path: Path) -> None:
    assert judged(tmp_path, run.pytest("x", "tests"), 1, REPORT) == (2, 2)


def test_pytest_that_ran_nothing_has_failed(tmp_path: Path) -> None:
    assert judged(tmp_path, run.pytest("x", "tests"), 0, "<testsuites/>") == (0, 1)
    assert judged(tmp_path, run.pytest("x", "tests"), 0, None)[1] == 1


def test_a_scenario_counts_for_itself_and_for_its_tests(tmp_path: Path) -> None:
    report = "<testsuites><testcase name='a'/><testcase name='b'/></testsuites>"
    assert judged(tmp_path, run.molecule("docker"), 0, report) == (3, 0)


def test_a_scenario_without_tests_has_failed(tmp_path: Path) -> None:
    assert judged(tmp_path, run.molecule("docker"), 0, None)[1] == 1


@pytest.mark.parametrize("report", [None, "<testsuites><testcase name='a'/></testsuites>"])
def test_a_bad_end_is_a_failure_whatever_was_counted(tmp_path: Path, report: str | None) -> None:
    assert judged(tmp_path, run.molecule("docker"), 2, report)[1] == 1


def test_sanity_counts_its_tests_only_when_all_is_well(tmp_path: Path) -> None:
    log = 'Running sanity test "a"\nRunning sanity test "b"\n'
    suite = next(suite for suite in run.SUITES if suite.name == "sanity")
    assert judged(tmp_path, suite, 0, log=log) == (2, 0)
    assert judged(tmp_path, suite, 1, log=log) == (0, 1)


def test_a_plain_tool_is_one_check(tmp_path: Path) -> None:
    suite = next(suite for suite in run.SUITES if suite.name == "ruff")
    assert judged(tmp_path, suite, 0) == (1, 0)
    assert judged(tmp_path, suite, 1) == (0, 1)
