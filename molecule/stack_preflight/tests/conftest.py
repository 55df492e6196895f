"""Stacks of their own for tests, from compose files that each test writes."""

from __future__ import annotations

import json
import sys
import textwrap
import uuid
from datetime import datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from stack_runs import Engine, Stack


class Written(Stack):
    """A stack whose file a test writes; its runs tell how long the task took on the controller's clock."""

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
