"""One running demo for all tests of this folder, brought up by `make demo-static` in a copy of the checkout."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import docker
import pytest

from tests.demo.checkout import ASK, Checkout, Run

SANDBOX = "dockyard-test"


@dataclass(frozen=True)
class Demo:
    """The running demo: where it stands, what bringing it up printed, and its hosts' engines."""

    checkout: Checkout
    first_run: Run
    client: docker.DockerClient

    @property
    def url(self) -> str:
        """What the newcomer was told to open."""
        return re.findall(r"http://\S+", self.first_run.output)[-1]

    def on_host(self, host: str, *command: str) -> tuple[int, str]:
        """Run a command on a host, past everything under test. Returns status and output."""
        status, output = self.client.containers.get(f"{SANDBOX}-{host}").exec_run(list(command))
        return status, output.decode(errors="replace")

    def engine(self, path: str, host: str = "m1") -> Any:
        """GET from a host's Engine API."""
        status, output = self.on_host(host, "python3", "-c", ASK, path)
        assert status == 0, output
        return json.loads(output)

    def objects(self) -> dict[str, list[str]]:
        """Names of all services, networks, configs and secrets of the swarm."""
        return {
            "services": sorted(item["Spec"]["Name"] for item in self.engine("/services")),
            "networks": sorted(item["Name"] for item in self.engine("/networks")),
            "configs": sorted(item["Spec"]["Name"] for item in self.engine("/configs")),
            "secrets": sorted(item["Spec"]["Name"] for item in self.engine("/secrets")),
        }


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`make demo-static`, at the highest verbosity so that what it prints can be searched for secrets."""
    checkout = Checkout.copied_to(tmp_path_factory.mktemp("a clone"), SANDBOX, "inventory/sandbox")
    checkout.make("demo-down", KEEP_IMAGES="1")
    try:
        first_run = checkout.make("demo-static", ANSIBLE_VERBOSITY="3")
        assert first_run.status == 0, first_run.output[-6000:]
        yield Demo(checkout, first_run, docker.from_env())
    finally:
        checkout.make("demo-down", KEEP_IMAGES="1")
