"""What the tests of stacks share: the Engine API of the manager, and the module run from the controller."""

from __future__ import annotations

import base64
import json
import os
import shlex
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest

FILES = Path(__file__).parent.parent / "files"
NAMESPACE = "com.docker.stack.namespace"

_GET = """
import docker, json, sys
api = docker.APIClient()
answer = api.request("GET", f"{api.base_url}/v{api.api_version}{sys.argv[1]}", params=json.loads(sys.argv[2]))
answer.raise_for_status()
sys.stdout.write(answer.text)
"""


_JSON_OUTPUT = {
    "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
    "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1",
    "ANSIBLE_FORCE_COLOR": "0",
}


class Engine:
    """The Engine API as the manager answers it, without the project's own client."""

    def __init__(self, host):
        self._host = host

    def get(self, path, **filters):
        query = {"filters": json.dumps({key: [value] for key, value in filters.items()})} if filters else {}
        return json.loads(
            self._host.check_output(f"python3 -c {shlex.quote(_GET)} {path} {shlex.quote(json.dumps(query))}")
        )

    def service(self, name):
        return next(item for item in self.get("/services") if item["Spec"]["Name"] == name)

    def of_stack(self, stack):
        """Everything that carries the stack's label, by kind; tasks included."""
        label = f"{NAMESPACE}={stack}"
        return {
            kind: self.get(f"/{kind}", label=label) for kind in ("services", "networks", "configs", "secrets", "tasks")
        }

    def running(self, service):
        """The tasks of a service that run and shall run."""
        return [
            task
            for task in self.get("/tasks", service=service, **{"desired-state": "running"})
            if task["Status"]["State"] == "running"
        ]

    def everything(self):
        """What a deploy could change: versions of all services, ids of all else."""
        return {
            "services": {item["ID"]: item["Version"]["Index"] for item in self.get("/services")},
            "networks": sorted(item["Id"] for item in self.get("/networks")),
            "configs": sorted(item["ID"] for item in self.get("/configs")),
            "secrets": sorted(item["ID"] for item in self.get("/secrets")),
        }


class Stack:
    """One stack, deployed from a copy of the shop's files that a test may edit."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = folder

    @property
    def compose(self):
        return self.folder / "compose.yml"

    def edit(self, old, new):
        text = self.compose.read_text()
        assert old in text
        self.compose.write_text(text.replace(old, new))

    def deploy(self, check=False, **options):
        """Run the module on the manager, which has to succeed; returns its result."""
        result = self.run(check, **options)
        assert not result.get("failed"), result["msg"]
        return result

    def refused(self, **options):
        """Run the module, which has to fail; returns its message."""
        result = self.run(**options)
        assert result.get("failed"), result
        return result["msg"]

    def run(self, check=False, hosts="swarm_managers", **options):
        """Run the module from the controller as verbosely as a user would; no output may hold the secret."""
        options = {"files": [str(self.compose)], "environment": {"REPLICAS": 2}, "wait_timeout": 90, **options}
        arguments = ["-m", "dockyard.swarm.stack", "-a", json.dumps({"name": self.name, **options}), "-vvv", "--diff"]
        answer = subprocess.run(
            ["ansible", f"{hosts}[0]", "-i", os.environ["MOLECULE_INVENTORY_FILE"], *arguments, *["--check"] * check],
            env={**os.environ, **_JSON_OUTPUT},
            capture_output=True,
            text=True,
            check=False,
        )
        for text in ("not-a-real-key", base64.b64encode(b"not-a-real-key").decode()):
            assert text not in answer.stdout + answer.stderr
        # Where a configuration file is in use, it is named before the document.
        output = "\n" + answer.stdout
        assert "\n{\n" in output, output + answer.stderr
        document = json.loads(output[output.rindex("\n{\n") :])
        (result,) = document["plays"][0]["tasks"][0]["hosts"].values()
        return result


@pytest.fixture
def engine(host):
    return Engine(host)


@pytest.fixture
def files(tmp_path):
    """The shop's files under a name that nothing has been deployed as."""
    shutil.copytree(FILES / "shop", tmp_path / "shop")
    return Stack(f"t{uuid.uuid4().hex[:8]}", tmp_path / "shop")


@pytest.fixture
def stack(files):
    """A stack of its own, gone after the test."""
    yield files
    files.deploy(state="absent", wait_timeout=60)


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """One stack that the tests of a module change one after another."""
    folder = tmp_path_factory.mktemp("story") / "shop"
    shutil.copytree(FILES / "shop", folder)
    stack = Stack(f"s{uuid.uuid4().hex[:8]}", folder)
    yield stack
    stack.deploy(state="absent", wait_timeout=60)
