"""Two images baked alike from a bare host, and two hosts that started from one of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import pytest
import yaml

from sandbox import images, inventory, machine
from sandbox.fleet import Fleet, Host
from tests.packer.packer import ROOT, Build, bake

NAME = "dockyard-packer-test"
ASK = (ROOT / "molecule" / "shared" / "files" / "ask.py").read_text()
REPOSITORY = NAME


@dataclass(frozen=True)
class Preloaded:
    """The container image that is baked in: its reference on the hosts, with registry and digest."""

    reference: str


@dataclass(frozen=True)
class Clones:
    """Hosts that started from one image, in a group of one manager and one worker."""

    fleet: Fleet
    hosts: list[Host]
    inventory: Path

    def run(self, host: str, *command: str) -> str:
        """Run a command on a host, past everything under test."""
        status, output = self.fleet.client.containers.get(f"{NAME}-{host}").exec_run(list(command))
        assert status == 0, output.decode(errors="replace")
        return output.decode().strip()

    def engine(self, host: str, path: str) -> Any:
        """GET from a host's Engine API."""
        return json.loads(self.run(host, "python3", "-c", ASK, path))

    def play(self, playbook: str) -> str:
        """Run a playbook on them. Returns what it printed."""
        done = subprocess.run(
            [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(self.inventory), f"playbooks/{playbook}"],
            cwd=ROOT,
            env={**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORCE_COLOR": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-4000:]
        return done.stdout


@pytest.fixture(scope="session")
def client() -> docker.DockerClient:
    return machine.engine(ROOT / ".sandbox" / "dockerd.log")


@pytest.fixture(scope="session")
def base(client: docker.DockerClient) -> str:
    """The bare host image, under a name of its own that a concurrent clean-up leaves alone."""
    source = images.ensure_host(client, "trixie", engine=False)
    client.images.get(source).tag(REPOSITORY, "bare")
    return f"{REPOSITORY}:bare"


@pytest.fixture(scope="session")
def fleet(client: docker.DockerClient, base: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A network and a registry; hosts come up later. Takes all images of the test with it."""
    found = Fleet(client, NAME, tmp_path_factory.mktemp("sandbox"))
    found.down()
    try:
        found.up([], "trixie", engine=False, image=base)
        yield found
    finally:
        found.down()
        for tag in images.tags_of(client, REPOSITORY):
            # Only the names: what they stand for may be in use elsewhere.
            client.images.remove(tag, force=True)


@pytest.fixture(scope="session")
def preloaded(fleet: Fleet) -> Preloaded:
    """A small image in the sandbox's registry."""
    fleet.push(Path(__file__).parent / "payload", "shop", "1", ["payload"])
    pushed = fleet.client.images.get(f"{fleet.registry()}/shop/payload:1")
    digest = pushed.attrs["RepoDigests"][0].partition("@")[2]
    return Preloaded(f"registry:5000/shop/payload@{digest}")


@pytest.fixture(scope="session")
def ansible_vars(preloaded: Preloaded) -> dict[str, Any]:
    return {
        "docker_source": "distribution",
        "docker_daemon": {"insecure-registries": ["registry:5000"]},
        "image_preload": [preloaded.reference],
    }


@pytest.fixture(scope="session")
def baked(
    fleet: Fleet, base: str, ansible_vars: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Build, Build]:
    """The same inputs, twice."""

    def build(tag: str) -> Build:
        variables = {"docker_repository": REPOSITORY, "docker_tag": tag, "docker_network": NAME}
        return bake(tmp_path_factory.mktemp(tag), ansible_vars, docker_source_image=base, **variables)

    with ThreadPoolExecutor() as pool:
        one, two = pool.map(build, ("one", "two"))
    for done in (one, two):
        assert done.status == 0, done.output[-6000:]
    return one, two


@pytest.fixture(scope="session")
def clones(
    fleet: Fleet, baked: tuple[Build, Build], ansible_vars: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Clones:
    """Two hosts from one image, with the variables it was baked with."""
    hosts = fleet.up(["m1", "w1"], "trixie", engine=False, image=f"{REPOSITORY}:one")
    content = inventory.inventory(fleet, hosts, ["m1"])
    content["docker_hosts"]["vars"] |= {key: ansible_vars[key] for key in ("docker_source", "docker_daemon")}
    target = tmp_path_factory.mktemp("inventory") / "hosts.yml"
    target.write_text(yaml.safe_dump(content))
    return Clones(fleet, hosts, target)
