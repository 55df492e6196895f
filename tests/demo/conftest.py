"""One running demo for all tests of this folder, brought up by `make demo-static` in a copy of the checkout."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import docker
import pytest

from tests.demo.checkout import ASK, Checkout, Run

SANDBOX = "dockyard-test"
HOSTS = ("m1", "w1", "w2")


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


@dataclass(frozen=True)
class Bare:
    """Hosts with nothing on them, and what a check run planned for them.

    Attributes:
        check: the run of `site.yml --check`.
        before, after: the hosts around it, as `_state_of` tells them.
        page: the plan that it wrote.
        page_mode: that file's permissions.
    """

    checkout: Checkout
    check: Run
    before: dict[str, str]
    after: dict[str, str]
    page: str
    page_mode: int


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bare]:
    """Bare hosts, and `site.yml --check` on them."""
    checkout = Checkout.copied_to(tmp_path_factory.mktemp("a clone"), SANDBOX, "inventory/sandbox")
    checkout.make("demo-down", KEEP_IMAGES="1")
    try:
        python = str(checkout.venv / "bin" / "python")
        where = ("--name", SANDBOX, "--hosts", ",".join(HOSTS), "--inventory", "inventory/sandbox/hosts.yml")
        up = checkout.run(python, "-m", "sandbox", "up", *where)
        assert up.status == 0, up.output
        password = checkout.folder / ".sandbox" / SANDBOX / "db_password"
        password.write_text(f"{secrets.token_hex(16)}\n")
        before = {name: _state_of(name) for name in HOSTS}
        check = checkout.playbook("site.yml", "--check", "--diff", "-e", "swarm_plan_file=plan.md")
        after = {name: _state_of(name) for name in HOSTS}
        page = checkout.folder / "plan.md"
        text, mode = (page.read_text(), page.stat().st_mode) if page.exists() else ("", 0)
        yield Bare(checkout, check, before, after, text, mode)
    finally:
        checkout.make("demo-down", KEEP_IMAGES="1")


def _state_of(host: str) -> str:
    """A host's packages, and all files below /etc with their contents; past everything under test."""
    files = "find /etc -type f -exec sha256sum {} + | sort -k2"
    listing = f"dpkg-query -W; {files}; find /etc ! -type f -printf '%p %l\\n' | sort"
    status, output = docker.from_env().containers.get(f"{SANDBOX}-{host}").exec_run(["sh", "-c", listing])
    assert status == 0, output
    return output.decode(errors="replace")


@pytest.fixture(scope="session")
def demo(bare: Bare) -> Demo:
    """`make demo-static`, at the highest verbosity so that what it prints can be searched for secrets."""
    variables = bare.checkout.folder / "inventory" / "sandbox" / "group_vars" / "all.yml"
    original = variables.read_text()
    variables.write_text(f"{original}swarm_plan_file: done.md\n")
    first_run = bare.checkout.make("demo-static", ANSIBLE_VERBOSITY="3")
    variables.write_text(original)
    assert first_run.status == 0, first_run.output[-6000:]
    return Demo(bare.checkout, first_run, docker.from_env())
