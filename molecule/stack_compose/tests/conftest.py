"""What the scenario's tests share: the Engine API of any host, and a stack for each test."""

from __future__ import annotations

import json
import os
import sys
import uuid
from pathlib import Path
from shlex import quote

import pytest
import yaml
from testinfra.utils.ansible_runner import AnsibleRunner

sys.path.insert(0, str(Path(__file__).parent))

from runs import done, module

SCENARIO = Path(__file__).resolve().parent.parent
NAMESPACE = "com.docker.stack.namespace"
_ASK = (SCENARIO.parent / "shared" / "files" / "ask.py").read_text()


class Cluster:
    """The Engine API as the hosts answer it, without the project's own client."""

    def __init__(self, inventory):
        self._inventory = inventory

    def host(self, name):
        return self._inventory.get_host(name)

    @property
    def hosts(self):
        return {name: self.host(name) for name in ("stack-compose-m1.molecule", "stack-compose-w1.molecule")} | {
            "stack-compose-w2.molecule": self.host("stack-compose-w2.molecule")
        }

    def run(self, command):
        """A command on the manager."""
        return self.host("stack-compose-m1.molecule").check_output(command)

    def get(self, path, **filters):
        query = quote(json.dumps({key: [value] for key, value in filters.items()})) if filters else ""
        ending = f"?filters=$(python3 -c 'import sys, urllib.parse as u; print(u.quote(sys.argv[1]))' {query})"
        return json.loads(self.run(f'python3 -c {quote(_ASK)} "{path}{ending if filters else ""}"'))

    def service(self, name):
        return next(item for item in self.get("/services") if item["Spec"]["Name"] == name)

    def running(self, name):
        """The tasks of a service that run and shall run."""
        tasks = self.get("/tasks", service=name, **{"desired-state": "running"})
        return [task for task in tasks if task["Status"]["State"] == "running"]

    def places(self, name):
        """How many of a service's tasks each node runs, by hostname."""
        nodes = {node["ID"]: node["Description"]["Hostname"] for node in self.get("/nodes")}
        found = dict.fromkeys(nodes.values(), 0)
        for task in self.running(name):
            found[nodes[task["NodeID"]]] += 1
        return found

    def of_stack(self, stack):
        label = f"{NAMESPACE}={stack}"
        return {kind: self.get(f"/{kind}", label=label) for kind in ("services", "networks", "configs", "secrets")}

    def inside(self, service, command):
        """What a command prints in the container of a service's first task, wherever that runs."""
        (task, *_others) = self.running(service)
        nodes = {node["ID"]: node["Description"]["Hostname"] for node in self.get("/nodes")}
        host = self.host(f"stack-compose-{nodes[task['NodeID']]}.molecule")
        return host.check_output(f"docker exec {task['Status']['ContainerStatus']['ContainerID']} {command}")


@pytest.fixture(scope="session")
def cluster():
    return Cluster(AnsibleRunner(os.environ["MOLECULE_INVENTORY_FILE"]))


@pytest.fixture
def stack(tmp_path):
    """A stack of its own from a compose file that the test writes; gone after the test."""

    class Stack:
        name = f"t{uuid.uuid4().hex[:8]}"
        file = tmp_path / "compose.yml"

        def write(self, document):
            self.file.write_text(document if isinstance(document, str) else yaml.safe_dump(document))

        def options(self, **options):
            return {"name": self.name, "files": [str(self.file)], "wait_timeout": 90, **options}

        def deploy(self, check=False, **options):
            return done("stack", self.options(**options), check=check)

        def refused(self, **options):
            result = module("stack", self.options(**options)).result
            assert result.get("failed"), result
            return result["msg"]

    found = Stack()
    yield found
    done("stack", {"name": found.name, "state": "absent", "wait_timeout": 60})
