"""A simulated Compute API for the tests, and the inventory plugins run against it."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import inventory_loader

from sandbox.compute_api import fleet
from sandbox.compute_api.process import Simulator

ROOT = Path(__file__).resolve().parents[3]

Json = dict[str, Any]

OURS = "dockyard.swarm.gce"
THEIRS = "google.cloud.gcp_compute"

# Every project and instance of a run has a number of its own.
_NUMBERS = itertools.count(1)


@dataclass
class Cloud:
    """The simulator with accounts and helpers."""

    simulator: Simulator
    folder: Path
    key_file: Path

    def project(self, *instances: Json, **record: Any) -> str:
        """A new project with these instances; each is the arguments of fleet.instance without project."""
        name = f"project-{next(_NUMBERS)}"
        self.simulator.ask("POST", "projects", {"name": name, **record})
        self.add(name, *instances)
        return name

    def add(self, project: str, *instances: Json) -> None:
        """More instances for a project."""
        bodies = []
        for given in instances:
            arguments = {"zone": "us-central1-a", "number": next(_NUMBERS) + 1000, **given}
            nics, metadata = arguments.pop("nics", None), arguments.pop("metadata", None)
            body = fleet.instance(project, **arguments)
            if nics:
                body["networkInterfaces"] = nics
            if metadata:
                body["metadata"] = {"items": [{"key": key, "value": value} for key, value in metadata.items()]}
            bodies.append(body)
        self.simulator.ask("POST", "instances", {"project": project, "instances": bodies})

    def config(self, projects: list[str], **options: Any) -> Json:
        """A configuration of our plugin that reaches the simulator with a service account."""
        return {
            "plugin": OURS,
            "auth_kind": "serviceaccount",
            "service_account_file": str(self.key_file),
            "api_endpoint": f"{self.simulator.http}/compute/v1",
            "projects": projects,
            **options,
        }

    def write(self, config: Json, name: str = "test") -> Path:
        """The configuration as a file the plugin takes."""
        path = self.folder / f"{name}.{'gce' if config.get('plugin') != THEIRS else 'gcp'}.yml"
        path.write_text(yaml.safe_dump(config), encoding="utf-8")
        return path

    def calls(self, method: str) -> list[Json]:
        """Requests of one method since the test began."""
        return [entry for entry in self.simulator.requests() if entry["method"].endswith(method)]

    @property
    def tokens(self) -> int:
        """How many tokens were handed out since the test began."""
        return len(self.calls("oauth2.token"))


@dataclass
class Result:
    """An inventory as sets and plain values."""

    hosts: dict[str, Json]
    groups: dict[str, set[str]]
    warnings: list[str]


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """One simulator for all tests; each test has projects of its own."""
    with Simulator(tmp_path_factory.mktemp("compute_api"), ["dockyard"]) as running:
        yield running


@pytest.fixture(scope="session")
def key_file(simulator: Simulator) -> Path:
    """A service account's key."""
    return simulator.key_file("hosts@dockyard.iam.gserviceaccount.com", "dockyard")


@pytest.fixture
def cloud(simulator: Simulator, key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """The simulator without faults and with an empty log."""
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "GCP_PROJECT", "HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    simulator.faults()
    simulator.clear_requests()
    yield Cloud(simulator, tmp_path, key_file)
    simulator.faults()


@pytest.fixture
def through_proxy(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Google's host names lead to the simulator, as for clients whose host names are fixed."""
    monkeypatch.setenv("HTTPS_PROXY", simulator.proxy)
    monkeypatch.setenv("https_proxy", simulator.proxy)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", simulator.ca)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def run(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run an inventory plugin in this process: `run(config)`; errors are raised."""

    def run_(config: Json, cache: bool = True, name: str = "test") -> Result:
        path = cloud.write(config, name)
        data = InventoryData()
        plugin = inventory_loader.get(config["plugin"])
        warnings: list[str] = []
        monkeypatch.setattr(plugin.display, "warning", lambda msg, *_args, **_kwargs: warnings.append(str(msg)))
        plugin.parse(data, DataLoader(), str(path), cache=cache)
        if config.get("cache"):
            plugin.update_cache_if_changed()
        data.reconcile_inventory()
        return Result(
            hosts={name: json.loads(json.dumps(host.vars)) for name, host in data.hosts.items()},
            groups={
                name: {host.name for host in group.get_hosts()}
                for name, group in data.groups.items()
                if name not in ("all", "ungrouped")
            },
            warnings=warnings,
        )

    return run_


@dataclass
class Done:
    """A finished `ansible-inventory --list`."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def inventory(self) -> Json:
        """What it printed."""
        return json.loads(self.stdout)


@pytest.fixture
def cli(cloud: Cloud) -> Any:
    """Run ansible-inventory as a user would: `cli(config, ENVIRONMENT=...)`."""

    def run_(config: Json | str, **environment: str) -> Done:
        path = cloud.folder / "cli.gce.yml"
        path.write_text(config if isinstance(config, str) else yaml.safe_dump(config), encoding="utf-8")
        command = [str(Path(sys.executable).with_name("ansible-inventory")), "-i", str(path), "--list"]
        # What the documentation advises: a source that cannot be read ends the run, and only this plugin reads it.
        settings = {
            "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
            "ANSIBLE_INVENTORY_ENABLED": "dockyard.swarm.gce",
            "ANSIBLE_NOCOLOR": "true",
        }
        everything = {**os.environ, **settings, **environment}
        done = subprocess.run(command, cwd=ROOT, env=everything, capture_output=True, text=True, check=False)
        return Done(done.returncode, done.stdout, done.stderr)

    return run_
