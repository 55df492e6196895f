"""Stacks of their own for tests, from compose files that each test writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))

from stack_runs import _JSON_OUTPUT, Engine, Stack

# Refusals have to come within this many seconds where each CPU has one process to run; with more, within as many more.
SECONDS = 3
KINDS = ("services", "networks", "configs", "secrets", "tasks")
# Lists all objects of the swarm in one go: the ids, and of services the versions too.
_COUNT = """
import http.client, json, socket
found = {}
for kind in ("services", "networks", "configs", "secrets", "tasks"):
    connection = http.client.HTTPConnection("engine")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect("/var/run/docker.sock")
    connection.request("GET", "/" + kind)
    items = json.loads(connection.getresponse().read())
    versions = kind == "services"
    found[kind] = {item.get("ID") or item["Id"]: item["Version"]["Index"] if versions else 0 for item in items}
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Outcome:
    """What became of one deploy.

    Attributes:
        result: the module's.
        seconds: how long the task took by the controller's clock, from its start to its result: reading the files,
            the connection, and the module on the host.
        before, after: the objects of the swarm around it.
    """

    result: dict
    seconds: float
    before: dict
    after: dict

    @property
    def made(self):
        """What is there now and was not: how many of each kind. Entries of the history are configs."""
        counts = {kind: len(set(self.after[kind]) - set(self.before[kind])) for kind in KINDS}
        return ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)


def seconds_of(task):
    times = [datetime.fromisoformat(task["task"]["duration"][key].rstrip("Z")) for key in ("start", "end")]
    return (times[1] - times[0]).total_seconds()


def allowed_seconds():
    """See SECONDS."""
    return SECONDS * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def play_of(folder, texts, options, more):
    """A play that deploys each file as a stack of its own, lists all objects before and after, and cleans up."""
    tasks = []
    for number, (what, text) in enumerate(texts.items()):
        place = folder / str(number)
        place.mkdir()
        (place / "compose.yml").write_text(text)
        (place / "some").write_text("text\n")
        name = f"t{uuid.uuid4().hex[:8]}"
        count = {"ansible.builtin.command": {"argv": ["python3", "-c", _COUNT]}}
        deploy = {
            "name": name,
            "files": [str(place / "compose.yml")],
            "environment": {},
            **options,
            **more.get(what, {}),
        }
        tasks += [
            {"name": f"before: {what}", **count},
            {"name": f"deploy: {what}", "dockyard.swarm.stack": deploy, "ignore_errors": True},
            {"name": f"after: {what}", **count},
            {"name": f"remove: {what}", "dockyard.swarm.stack": {"name": name, "state": "absent"}},
        ]
    return [{"name": "Deploy", "hosts": "swarm_managers[0]", "gather_facts": False, "tasks": tasks}]


def outcomes_of(folder, texts, more=None, **options):
    """Run that play. Returns an Outcome for each file.

    Args:
        more: further options of single files.
    """
    playbook = folder / "play.yml"
    playbook.write_text(yaml.safe_dump(play_of(folder, texts, options, more or {})))
    done = subprocess.run(
        ["ansible-playbook", "-i", os.environ["MOLECULE_INVENTORY_FILE"], str(playbook)],
        env={**os.environ, **_JSON_OUTPUT},
        capture_output=True,
        text=True,
        check=False,
    )
    output = "\n" + done.stdout
    assert "\n{\n" in output, output + done.stderr
    tasks = {task["task"]["name"]: task for task in json.loads(output[output.rindex("\n{\n") :])["plays"][0]["tasks"]}

    def result(name):
        return next(iter(tasks[name]["hosts"].values()))

    return {
        what: Outcome(
            result(f"deploy: {what}"),
            seconds_of(tasks[f"deploy: {what}"]),
            *(json.loads(result(f"{when}: {what}")["stdout"]) for when in ("before", "after")),
        )
        for what in texts
    }


class Written(Stack):
    """A stack whose file a test writes; its runs tell how long the task took, as of `Outcome`."""

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
        self.seconds = seconds_of(task)
        (result,) = task["hosts"].values()
        return result


_ROWS = []


@pytest.fixture(scope="session")
def row():
    """Adds a row to the table at the end: what was tried, seconds, and what became of it."""
    return lambda *cells: _ROWS.append(cells)


def pytest_terminal_summary(terminalreporter):
    """Print the table: a time is worth something only beside the load it was measured under."""
    if _ROWS:
        load = f"load of the controller {os.getloadavg()[1]:.1f} on {os.cpu_count()} CPUs"
        terminalreporter.section(f"seconds of the task; {load}")
        for what, seconds, outcome in _ROWS:
            terminalreporter.write_line(f"{what:<48} {seconds:5.1f} s  {outcome}")


@pytest.fixture
def engine(host):
    return Engine(host)


@pytest.fixture
def objects(host):
    """All that the swarm has, tasks included, and the local networks."""
    return lambda: json.loads(host.run("python3 -c %s", _COUNT).stdout)


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
