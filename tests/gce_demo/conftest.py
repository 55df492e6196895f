"""One running project for all tests of this folder: the sandbox's Compute API, and site.yml through it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import pytest
from google.api_core.client_options import ClientOptions
from google.cloud import compute_v1

from tests.demo.checkout import Checkout, Run

SANDBOX = "dockyard-gce"
PORT = 18799
PROJECT = "dockyard"
ZONE = "europe-west1-b"


@dataclass(frozen=True)
class Project:
    """A project with a running fleet."""

    checkout: Checkout
    client: docker.DockerClient
    first_run: Run

    @property
    def folder(self) -> Path:
        """Where the sandbox keeps keys and credentials."""
        return self.checkout.folder / ".sandbox" / SANDBOX

    def playbook(self, *arguments: str, **environment: str) -> Run:
        """Run a playbook with the sandbox's inventory."""
        return self.checkout.playbook("-i", "inventory/sandbox_gce", *arguments, **environment)

    def api(self, kind: Any) -> Any:
        """One of Google's own clients."""
        endpoint = ClientOptions(api_endpoint=f"http://127.0.0.1:{PORT}")
        return kind.from_service_account_file(str(self.folder / "credentials.json"), client_options=endpoint)

    def finish(self, operation: compute_v1.Operation) -> None:
        """Wait for an operation of a `..._unary` call; the client's own futures ask Google itself."""
        scope = {"zone": operation.zone.rsplit("/", 1)[-1]} if operation.zone else {}
        kind = compute_v1.ZoneOperationsClient if operation.zone else compute_v1.GlobalOperationsClient
        done = self.api(kind).wait(project=PROJECT, operation=operation.name, **scope)
        assert done.status == compute_v1.Operation.Status.DONE
        assert not done.error.errors, done.error

    def instances(self) -> dict[str, Any]:
        """The project's instances, by name, as Google's client sees them."""
        pages = self.api(compute_v1.InstancesClient).aggregated_list(project=PROJECT)
        return {item.name: item for _scope, slot in pages for item in slot.instances}

    def leftovers(self) -> dict[str, list[str]]:
        """Names of all disks, addresses and firewall rules."""
        disks = self.api(compute_v1.DisksClient).aggregated_list(project=PROJECT)
        addresses = self.api(compute_v1.AddressesClient).aggregated_list(project=PROJECT)
        rules = self.api(compute_v1.FirewallsClient).list(project=PROJECT)
        return {
            "disks": sorted(item.name for _scope, slot in disks for item in slot.disks),
            "addresses": sorted(item.name for _scope, slot in addresses for item in slot.addresses),
            "firewalls": sorted(item.name for item in rules),
        }

    def address(self, name: str) -> str:
        """A host's external address."""
        return str(self.instances()[name].network_interfaces[0].access_configs[0].nat_i_p)

    def on_host(self, host: str, *command: str) -> str:
        """Run a command on a host, past everything under test."""
        status, output = self.client.containers.get(f"{SANDBOX}-{host}").exec_run(list(command))
        assert status == 0, output.decode(errors="replace")
        return output.decode(errors="replace")

    def nodes(self) -> dict[str, dict[str, Any]]:
        """The swarm's nodes by id, from a manager's Engine API."""
        script = "import docker, json; print(json.dumps(docker.APIClient(version='auto').nodes()))"
        return {node["ID"]: node for node in json.loads(self.on_host("manager-1", "python3", "-c", script))}

    def names_of_nodes(self) -> list[str]:
        """Hostnames in the swarm's list; a ghost would show here."""
        return sorted(node["Description"]["Hostname"] for node in self.nodes().values())


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    checkout = Checkout.copied_to(tmp_path_factory.mktemp("gce") / "a checkout", SANDBOX)
    for file in (checkout.folder / "inventory/sandbox_gce").rglob("*.yml"):
        text = (
            file.read_text()
            .replace("127.0.0.1:8479", f"127.0.0.1:{PORT}")
            .replace(".sandbox/demo", f".sandbox/{SANDBOX}")
        )
        file.write_text(text)
    sandbox(checkout, "gce-up", "--port", str(PORT))
    try:
        password = checkout.folder / ".sandbox" / SANDBOX / "db_password"
        password.write_text("not-a-secret-in-a-test\n")
        sandbox(checkout, "push", "--repository", "demo", "stacks/demo/images", "gate", "ui", "post", "db")
        first = checkout.playbook("-i", "inventory/sandbox_gce", "site.yml")
        assert first.status == 0, first.output
        yield Project(checkout, docker.from_env(), first)
    finally:
        sandbox(checkout, "gce-down")


def sandbox(checkout: Checkout, command: str, *arguments: str) -> None:
    """Run `python -m sandbox`."""
    done = checkout.run(str(checkout.venv / "bin/python"), "-m", "sandbox", command, "--name", SANDBOX, *arguments)
    assert done.status == 0, done.output


@pytest.fixture
def second_home(tmp_path: Path) -> dict[str, str]:
    """The environment of a workstation that has nothing but the checkout.

    OpenSSH takes the home directory from the user database; a wrapper leads it to the empty one.
    """
    home = tmp_path / "home"
    wrapper = tmp_path / "bin" / "ssh"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F "{home}/.ssh/config" "$@"\n')
    wrapper.chmod(0o755)
    (home / ".ssh").mkdir(parents=True, mode=0o700)
    (home / ".ssh" / "config").touch(mode=0o600)
    return {"HOME": str(home), "PATH": f"{wrapper.parent}:{os.environ['PATH']}"}


def run_as(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command on that workstation."""
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120, check=False
    )
