"""What the tests of stacks share: the Engine API of a manager, and the module run from the controller."""

from __future__ import annotations

import base64
import json
import os
import shlex
import subprocess
from pathlib import Path
from urllib.parse import urlencode

NAMESPACE = "com.docker.stack.namespace"
HISTORY = "dockyard.swarm.deployment"

_ASK = (Path(__file__).resolve().parent.parent / "files" / "ask.py").read_text()


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
        address = f"{path}?{urlencode(query)}" if query else path
        return json.loads(self._host.check_output(f"python3 -c {shlex.quote(_ASK)} {shlex.quote(address)}"))

    def service(self, name):
        return next(item for item in self.get("/services") if item["Spec"]["Name"] == name)

    def all_of_stack(self, stack):
        """Everything that carries the stack's label, by kind; tasks included."""
        label = f"{NAMESPACE}={stack}"
        return {
            kind: self.get(f"/{kind}", label=label) for kind in ("services", "networks", "configs", "secrets", "tasks")
        }

    def of_stack(self, stack):
        """The same without the configs that keep the stack's history."""
        there = self.all_of_stack(stack)
        there["configs"] = [item for item in there["configs"] if HISTORY not in item["Spec"]["Labels"]]
        return there

    def names(self, stack, kind):
        """Names of the stack's objects of one kind, without the stack's own, sorted."""
        items = [item.get("Spec", item)["Name"] for item in self.of_stack(stack)[kind]]
        return sorted(name.removeprefix(f"{stack}_") for name in items)

    def image(self, service):
        """The image a service shall run, without its digest."""
        return self.service(service)["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"].partition("@")[0]

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

    def info(self):
        """What the module `stack_info` tells."""
        return self.result_of(self.begin(module="stack_info"))

    def refused(self, **options):
        """Run the module, which has to fail; returns its message."""
        result = self.run(**options)
        assert result.get("failed"), result
        return result["msg"]

    def run(self, check=False, **options):
        """Run the module from the controller as verbosely as a user would; no output may hold the secret."""
        return self.result_of(self.begin(check, **options))

    def begin(self, check=False, hosts="swarm_managers[0]", module="stack", verbosity="-vvv", **options):
        """Begin such a run, whose end `result_of` waits for."""
        defaults = {"files": [str(self.compose)], "environment": {"REPLICAS": 2}, "wait_timeout": 90}
        options = {"name": self.name, **(defaults if module == "stack" else {}), **options}
        arguments = ["-m", f"dockyard.swarm.{module}", "-a", json.dumps(options), verbosity, "--diff"]
        return subprocess.Popen(
            ["ansible", hosts, "-i", os.environ["MOLECULE_INVENTORY_FILE"], *arguments, *["--check"] * check],
            env={**os.environ, **_JSON_OUTPUT},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @classmethod
    def result_of(cls, process):
        """The module's result, once it has ended."""
        return cls.outcome_of(process)[0]

    @staticmethod
    def outcome_of(process):
        """The module's result, and what was said beside it."""
        stdout, stderr = process.communicate(timeout=300)
        for text in ("not-a-real-key", base64.b64encode(b"not-a-real-key").decode()):
            assert text not in stdout + stderr
        # Where a configuration file is in use, it is named before the document.
        output = "\n" + stdout
        assert "\n{\n" in output, output + stderr
        document = json.loads(output[output.rindex("\n{\n") :])
        (result,) = document["plays"][0]["tasks"][0]["hosts"].values()
        return result, stderr
