"""The modules against the simulated Compute API, over HTTP, as Ansible runs them."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from sandbox.compute_api.process import Simulator

PROJECT = "shop-project"
ZONES = ["europe-west1-b", "europe-west1-c"]
MODULES = "ansible_collections.dockyard.swarm.plugins.modules"

Json = dict[str, Any]


@dataclass
class Result:
    """What a module returned."""

    failed: bool
    data: Json

    def __getitem__(self, key: str) -> Any:
        return self.data[key]

    @property
    def changed(self) -> bool:
        assert not self.failed, self.data["msg"]
        return bool(self.data["changed"])

    @property
    def msg(self) -> str:
        assert self.failed, self.data
        return str(self.data["msg"])


class Cloud:
    """A project at the simulator: run modules on it, and look at it past them."""

    def __init__(self, simulator: Simulator, capture: Callable[[], str]) -> None:
        self.simulator = simulator
        self._capture = capture
        self.key = simulator.key_file("ops@shop-project.iam.gserviceaccount.com", PROJECT)

    def module(self, module: str, /, check: bool = False, **options: Any) -> Result:
        """Run a module in this process, with its arguments passed as Ansible passes them."""
        arguments = {
            "project": PROJECT,
            "fleet": "shop",
            "auth_kind": "serviceaccount",
            "service_account_file": str(self.key),
            "api_endpoint": f"{self.simulator.http}/compute/v1",
            "timeout": 5,
            **options,
            "_ansible_check_mode": check,
            "_ansible_diff": True,
        }
        self._capture()
        with patch_module_args(arguments), pytest.raises(SystemExit):
            importlib.import_module(f"{MODULES}.{module}").main()
        data = json.loads(self._capture().strip().splitlines()[-1])
        return Result(bool(data.get("failed")), data)

    def hosts(self, check: bool = False, **options: Any) -> Result:
        """`gce_instances` for the group of workers."""
        declared = {
            "group": "shop-worker",
            "count": 2,
            "zones": ZONES,
            "image_family": "debian-13",
            "image_project": "debian-cloud",
            **options,
        }
        return self.module(
            "gce_instances", check, **{key: value for key, value in declared.items() if value is not None}
        )

    def ask(self, path: str, http_method: str = "GET", body: Json | None = None) -> Json:
        """The API itself, as somebody else would use it."""
        token = self.simulator.ask("POST", "tokens", {"email": "somebody@example.com"})["access_token"]
        answer = self.simulator._session.request(
            http_method,
            f"{self.simulator.http}/compute/v1/projects/{PROJECT}/{path}",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def all(self, collection: str) -> dict[str, Json]:
        """All resources of a kind, by name."""
        if collection == "firewalls":
            return {item["name"]: item for item in self.ask("global/firewalls").get("items", [])}
        slots = self.ask(f"aggregated/{collection}")["items"].values()
        return {item["name"]: item for slot in slots for item in slot.get(collection, [])}

    def instance(self, name: str) -> Json:
        """One instance."""
        return self.all("instances")[name]

    def counted(self, method: str) -> int:
        """How often a method of the API was called since the log was cleared."""
        return sum(entry["method"] == f"compute.{method}" for entry in self.simulator.requests())


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with Simulator(tmp_path_factory.mktemp("compute"), [PROJECT]) as running:
        yield running


@pytest.fixture
def cloud(simulator: Simulator, capsys: pytest.CaptureFixture[str]) -> Iterator[Cloud]:
    """An empty project without faults and quotas."""
    simulator.faults()
    simulator.ask("POST", "projects", {"name": PROJECT, "quotas": {}})
    project = Cloud(simulator, lambda: capsys.readouterr().out)
    for body in project.all("instances").values():
        path = f"zones/{body['zone'].rsplit('/', 1)[-1]}/instances/{body['name']}"
        project.ask(f"{path}/setDeletionProtection?deletionProtection=false", "POST")
        project.ask(path, "DELETE")
    for body in project.all("disks").values():
        project.ask(f"zones/{body['zone'].rsplit('/', 1)[-1]}/disks/{body['name']}", "DELETE")
    for body in project.all("addresses").values():
        project.ask(f"regions/{body['region'].rsplit('/', 1)[-1]}/addresses/{body['name']}", "DELETE")
    for name in project.all("firewalls"):
        project.ask(f"global/firewalls/{name}", "DELETE")
    simulator.clear_requests()
    yield project
    simulator.faults()
