"""What the scenario's tests share: the Engine API of any host, and modules and playbooks run from the controller."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from pathlib import Path
from shlex import quote

import pytest
import yaml
from testinfra.utils.ansible_runner import AnsibleRunner

SCENARIO = Path(__file__).resolve().parent.parent
FILES = SCENARIO / "files"
NAMESPACE = "com.docker.stack.namespace"
_ASK = (SCENARIO.parent / "shared" / "files" / "ask.py").read_text()
_JSON_OUTPUT = {
    "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
    "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1",
    "ANSIBLE_FORCE_COLOR": "0",
    "ANSIBLE_VAULT_PASSWORD_FILE": str(FILES / "vault_password"),
}


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


class Run:
    """What a run of a module printed, and what it returned."""

    def __init__(self, answer):
        self.output = answer.stdout + answer.stderr
        output = "\n" + answer.stdout
        assert "\n{\n" in output, self.output
        (self.result,) = json.loads(output[output.rindex("\n{\n") :])["plays"][0]["tasks"][0]["hosts"].values()


def module(name, arguments, check=False, hosts="swarm_managers"):
    """Run a module on the manager, as verbosely as a user would. The arguments come from a file, as in a playbook."""
    return Run(
        subprocess.run(
            [
                *("ansible", f"{hosts}[0]", "-i", os.environ["MOLECULE_INVENTORY_FILE"]),
                *("-m", f"dockyard.swarm.{name}", "-a", json.dumps(arguments), "-vvv", "--diff"),
                *(["--check"] if check else []),
            ],
            env={**os.environ, **_JSON_OUTPUT},
            capture_output=True,
            text=True,
            check=False,
        )
    )


def done(name, arguments, **how):
    """Run a module that has to succeed; returns its result."""
    result = module(name, arguments, **how).result
    assert not result.get("failed"), result["msg"]
    return result


def playbook(name, *arguments, **variables):
    """Run a playbook of the collection as verbosely as a user would; returns all it printed and its status."""
    answer = subprocess.run(
        [
            *("ansible-playbook", name, "-i", os.environ["MOLECULE_INVENTORY_FILE"], "-vvv", "--diff", *arguments),
            *("-e", json.dumps(variables)),
        ],
        env={**os.environ, **_JSON_OUTPUT, "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default"},
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout + answer.stderr, answer.returncode


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
