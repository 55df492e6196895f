"""A running project for the tests of each file: `make demo` in a copy of the checkout."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import pytest
from google.api_core.client_options import ClientOptions
from google.cloud import compute_v1

from tests.demo.checkout import ASK, Checkout, Run

SANDBOX = "dockyard-gce"
PORT = 18799
PROJECT = "dockyard"
FLEET = ["manager-1", "worker-1", "worker-2"]
ZONE = "europe-west1-b"
SETTINGS = ("fs.inotify.max_user_instances", "net.ipv4.ip_forward", "vm.max_map_count", "kernel.pid_max")


@dataclass(frozen=True)
class Machine:
    """What this machine has that `make demo-down` leaves."""

    packages: frozenset[str]
    settings: Mapping[str, str]
    files: frozenset[str]

    @classmethod
    def now(cls) -> Machine:
        """As it is."""
        query = ["dpkg-query", "--show", "--showformat", "${db:Status-Abbrev} ${Package}\\n"]
        listed = subprocess.run(query, capture_output=True, text=True, check=True).stdout.splitlines()
        home = Path.home()
        places = [home / ".ssh", home / ".docker" / "contexts"]
        return cls(
            frozenset(line.split()[1] for line in listed if line.startswith("ii")),
            {name: Path("/proc/sys", *name.split(".")).read_text().strip() for name in SETTINGS},
            frozenset(str(file) for place in places for file in place.rglob("*")),
        )


@dataclass(frozen=True)
class Project:
    """A project with a running fleet."""

    checkout: Checkout
    client: docker.DockerClient
    first_run: Run
    before: Machine

    @property
    def folder(self) -> Path:
        """Where the sandbox keeps keys and credentials."""
        return self.checkout.folder / ".sandbox" / SANDBOX

    def playbook(self, *arguments: str, **environment: str) -> Run:
        """Run a playbook with the sandbox's inventory."""
        return self.checkout.playbook(*arguments, **environment)

    def traces(self) -> list[str]:
        """What this machine has of the project: containers, networks, images, files, and who answers at its port."""
        mine = {"label": f"dockyard.sandbox={SANDBOX}"}
        found = [item.name for item in self.client.containers.list(all=True, filters=mine)]
        found += [item.name for item in self.client.networks.list(filters=mine)]
        found += [tag for image in self.client.images.list() for tag in image.tags if tag.startswith(f"{SANDBOX}-gce")]
        found += [str(item) for item in self.folder.parent.glob(SANDBOX)]
        with socket.socket() as door:
            found += [f"port {PORT}"] if door.connect_ex(("127.0.0.1", PORT)) == 0 else []
        return found

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

    @property
    def url(self) -> str:
        """What the newcomer was told to open."""
        return re.findall(r"http://\S+", self.first_run.output)[-1]

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
        return {node["ID"]: node for node in json.loads(self.on_host("manager-1", "python3", "-c", ASK, "/nodes"))}

    def names_of_nodes(self) -> list[str]:
        """Hostnames in the swarm's list; a ghost would show here."""
        return sorted(node["Description"]["Hostname"] for node in self.nodes().values())


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """`make demo`, at the highest verbosity so that what it prints can be searched for secrets."""
    checkout = checkout_of_the_project(tmp_path_factory.mktemp("gce") / "a checkout")
    checkout.make("demo-down", KEEP_IMAGES="1")
    before = Machine.now()
    try:
        first_run = checkout.make("demo", ANSIBLE_VERBOSITY="3")
        assert first_run.status == 0, first_run.output[-6000:]
        yield Project(checkout, docker.from_env(), first_run, before)
    finally:
        down = checkout.make("demo-down", KEEP_IMAGES="1")
        assert down.status == 0, down.output


def checkout_of_the_project(folder: Path) -> Checkout:
    """A copy of the checkout whose inventory is about the tests' own project, beside which a person's demo can run."""
    checkout = Checkout.copied_to(folder, SANDBOX, "inventory/sandbox.gce.yml")
    for file in (folder / "inventory/sandbox_gce").rglob("*.yml"):
        text = file.read_text().replace("127.0.0.1:8479", f"127.0.0.1:{PORT}")
        file.write_text(text.replace(".sandbox/demo", f".sandbox/{SANDBOX}"))
    return checkout


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


def translations(addresses: Iterable[str]) -> list[str]:
    """Rules and routes of this machine that lead to external addresses."""
    lines = []
    for command in (["iptables", "--table", "nat", "--list-rules"], ["ip", "route", "show"]):
        lines += subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in lines if set(re.split(r"[ /]", line)) & set(addresses)]


def run_as(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command on that workstation."""
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120, check=False
    )
