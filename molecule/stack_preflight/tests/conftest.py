"""Stacks of their own for tests, from compose files that each test writes."""

from __future__ import annotations

import json
import os
import sys
import textwrap
import uuid
from datetime import datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from stack_runs import Engine, Stack

_ROWS: list[tuple[str, float, str]] = []


class Written(Stack):
    """A stack whose file a test writes.

    Its runs tell how long the task took by the controller's clock, from its start to its result: reading the files,
    the connection, and the module on the host.
    """

    seconds = 0.0

    def write(self, text):
        self.compose.write_text(textwrap.dedent(text))
        (self.folder / "some").write_text("text\n")
        return self

    def run(self, check=False, **options):
        options = {"environment": {}, "wait_timeout": 60, "lock_timeout": 30, **options}
        process = self.begin(check, **options)
        output = "\n" + process.communicate(timeout=300)[0]
        task = json.loads(output[output.rindex("\n{\n") :])["plays"][0]["tasks"][0]
        times = [datetime.fromisoformat(task["task"]["duration"][key].rstrip("Z")) for key in ("start", "end")]
        self.seconds = (times[1] - times[0]).total_seconds()
        (result,) = task["hosts"].values()
        return result


@pytest.fixture(scope="session")
def row():
    """Adds a row to the table at the end: what was tried, seconds, and what became of it."""
    return lambda *cells: _ROWS.append(cells)


def pytest_terminal_summary(terminalreporter):
    """Print the table: a time is worth something only beside the load it was measured under."""
    if _ROWS:
        terminalreporter.section(f"preflight; load of the controller {os.getloadavg()[1]:.1f} on {os.cpu_count()} CPUs")
        for what, seconds, outcome in _ROWS:
            terminalreporter.write_line(f"{what:<62} {seconds:5.1f} s  {outcome}")


@pytest.fixture
def engine(host):
    return Engine(host)


@pytest.fixture
def objects(engine):
    """All that the swarm has, tasks included, and the local networks."""

    def count():
        return {**engine.everything(), "tasks": sorted(item["ID"] for item in engine.get("/tasks"))}

    return count


@pytest.fixture
def stack(tmp_path):
    """A stack of its own, gone after the test."""
    stack = Written(f"t{uuid.uuid4().hex[:8]}", tmp_path)
    stack.write("services: {}")
    yield stack
    stack.deploy(state="absent", wait_timeout=60)


@pytest.fixture
def other(tmp_path_factory):
    """A second stack."""
    stack = Written(f"o{uuid.uuid4().hex[:8]}", tmp_path_factory.mktemp("other"))
    yield stack
    stack.deploy(state="absent", wait_timeout=60)
