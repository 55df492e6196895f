"""What a baked image saves: from booted hosts to a running stack, bare hosts against baked ones, in one run.

Both go through the same `site.yml` with the same variables. Two moments are told: when the last replica runs (is
healthy), by the swarm's own clock, and when `site.yml` is done, which by then has watched for some seconds that nothing
falls over. The goal is about the first. The baked image holds the engine and the stack's container
images; bare hosts install the one and pull the others. So it depends on the size of the images and on the way that
they come. Two stacks are measured: `usual`, whose images hold a Java and a JavaScript runtime and a database, and the
demo, whose images are small. Package mirror and registry stand beside the hosts, nearer than any network has them; so
the same is measured with lines that bring each host no more than so many Mbit/s. Booting is not counted on either side.
Read the ratios rather than the seconds.

    python tests/bench/image.py [--stack usual] [--hosts 3] [--line 100]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import docker
import requests
import yaml
from docker.models.containers import Container

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from sandbox import images, inventory, machine  # noqa: E402 (found through the line above)
from sandbox.fleet import Fleet  # noqa: E402
from tests.packer.packer import bake  # noqa: E402

NAME = "dockyard-bench-image"
GOAL = 0.3
ENGINE_RACE = "Bulk sync to node .* timed out"


@dataclass(frozen=True)
class Stack:
    """A stack to deploy, and the images that its services need."""

    name: str
    compose: Path
    context: Path  # of the images' Dockerfile
    images: tuple[str, ...]


@dataclass(frozen=True)
class Times:
    """Seconds since the hosts had booted.

    Attributes:
        running: until the last replica was running, and healthy where it has a health check.
        done: until `site.yml` had ended.
    """

    running: float
    done: float


USUAL = ROOT / "tests" / "bench" / "usual"
DEMO = ROOT / "stacks" / "demo"
STACKS = (
    Stack("usual", USUAL / "compose.yml", USUAL, ("proxy", "shop", "site", "db")),
    Stack("demo", DEMO / "compose.yml", DEMO / "images", ("gate", "ui", "post", "db")),
)


def main() -> int:
    """Measure and print. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stack", choices=[stack.name for stack in STACKS], help="only this one (default: both)")
    parser.add_argument("--hosts", type=int, default=3, help="how many hosts, the first a manager (default: 3)")
    parser.add_argument(
        "--line",
        type=int,
        action="append",
        metavar="MBIT",
        help="the hosts' lines in Mbit/s, 0 for no limit; may be given again (default: 0, 300 and 100)",
    )
    options = parser.parse_args()
    names = ["m1", *(f"w{number}" for number in range(1, options.hosts))]
    client = machine.engine(ROOT / ".sandbox" / "dockerd.log")
    print(f"booted hosts -> running stack, {options.hosts} hosts, Debian 13; goal: at most {GOAL} of the time")
    rows = []
    for stack in STACKS:
        if options.stack in (None, stack.name):
            rows += measured(client, stack, names, options.line or [0, 300, 100])
    print(f"\n{'':24}{'until all replicas run':>28}   {'until site.yml is done':>26}")
    print("stack  to pull  line          bare     baked   ratio           bare     baked   ratio")
    print("\n".join(rows))
    return 0


def measured(client: docker.DockerClient, stack: Stack, names: list[str], lines: list[int]) -> list[str]:
    """Bake an image for a stack, and measure with and without it. Returns a row for each line."""
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        fleet = Fleet(client, NAME, folder / "sandbox")
        fleet.down()
        try:
            bare = images.ensure_host(client, "trixie", engine=False)
            fleet.up([], "trixie", engine=False, image=bare)
            fleet.push(stack.context, stack.name, "1", list(stack.images))
            size = compressed(fleet, stack)
            variables = variables_of(stack, folder)
            baked = bake_for(fleet, folder / "bake", stack, variables, bare)
            for line in lines:
                installed = deploy(fleet, folder, names, bare, variables, line)
                found = deploy(fleet, folder, names, baked, variables, line)
                rows.append(row(stack, size, line, bare=installed, baked=found))
                print(rows[-1], flush=True)
        finally:
            fleet.down()
            for tag in images.tags_of(client, NAME):
                client.images.remove(tag, force=True)
    return rows


def row(stack: Stack, size: int, line: int, *, bare: Times, baked: Times) -> str:
    """A measurement, as it is printed: sizes in bytes, lines in Mbit/s."""
    way = f"{line} Mbit/s" if line else "no limit"
    ratio = baked.running / bare.running
    verdict = "met" if ratio <= GOAL else "MISSED"
    running = f"{bare.running:6.1f} s  {baked.running:6.1f} s  {ratio:6.2f}  {verdict:6}"
    done = f"{bare.done:6.1f} s  {baked.done:6.1f} s  {baked.done / bare.done:6.2f}"
    return f"{stack.name:6} {size / 1e6:4.0f} MB  {way:10} {running}  {done}"


def variables_of(stack: Stack, folder: Path) -> dict[str, Any]:
    """What is declared for hosts, both in the image and on the hosts themselves."""
    password = folder / "db_password"
    password.write_text("measured\n")
    return {
        "docker_source": "distribution",
        "docker_daemon": {"insecure-registries": ["registry:5000"]},
        "stack_projects": [project(stack, password)],
    }


def bake_for(fleet: Fleet, folder: Path, stack: Stack, variables: dict[str, Any], bare: str) -> str:
    """Bake a host image that holds the stack's images. Returns its name."""
    build = bake(
        folder,
        {**variables, "image_preload": [digest(fleet, stack, image) for image in stack.images]},
        docker_source_image=bare,
        docker_network=NAME,
        docker_repository=NAME,
        docker_tag="baked",
    )
    if build.status != 0:
        raise SystemExit(build.output[-4000:])
    return f"{NAME}:baked"


def project(stack: Stack, password: Path) -> dict[str, Any]:
    """A stack as an entry of `stack_projects`; the demo published as every kernel can."""
    environment = {
        "DEMO_REGISTRY": "registry:5000",
        "DEMO_DB_PASSWORD_FILE": str(password),
        "DEMO_PUBLISH_MODE": "host",
    }
    return {"name": stack.name, "files": [str(stack.compose)], "environment": environment, "wait_timeout": 600}


def compressed(fleet: Fleet, stack: Stack) -> int:
    """Bytes that a host pulls which needs all images of the stack."""
    layers: dict[str, int] = {}
    for image in stack.images:
        manifest = requests.get(
            f"http://{fleet.registry()}/v2/{stack.name}/{image}/manifests/1",
            headers={"Accept": "application/vnd.docker.distribution.manifest.v2+json"},
            timeout=30,
        )
        manifest.raise_for_status()
        layers |= {layer["digest"]: layer["size"] for layer in manifest.json()["layers"]}
    return sum(layers.values())


def digest(fleet: Fleet, stack: Stack, image: str) -> str:
    """How hosts name an image that was pushed."""
    pushed = fleet.client.images.get(f"{fleet.registry()}/{stack.name}/{image}:1")
    return f"registry:5000/{stack.name}/{image}@{pushed.attrs['RepoDigests'][0].partition('@')[2]}"


def narrow(fleet: Fleet, names: list[str], mbit: int) -> None:
    """Let nothing reach a host faster than that."""
    interfaces = {path.read_text(): path.parent.name for path in Path("/sys/class/net").glob("*/ifindex")}
    for name in names:
        peer = fleet.client.containers.get(f"{NAME}-{name}").exec_run("cat /sys/class/net/eth0/iflink")
        shape = ["root", "tbf", "rate", f"{mbit}mbit", "burst", "256kb", "latency", "100ms"]
        subprocess.run(["tc", "qdisc", "add", "dev", interfaces[peer.output.decode()], *shape], check=True)


def deploy(fleet: Fleet, folder: Path, names: list[str], image: str, variables: dict[str, Any], line: int) -> Times:
    """From booted hosts to a converged stack."""
    hosts = fleet.up(names, "trixie", engine=False, image=image)
    if line:
        narrow(fleet, names, line)
    content = inventory.inventory(fleet, hosts, names[:1])
    content["docker_hosts"]["vars"] |= variables
    # The database's volume lies on this node.
    content["docker_hosts"]["children"]["swarm_managers"]["hosts"][names[0]]["swarm_labels"] = {"data": "demo"}
    (folder / "hosts.yml").write_text(yaml.safe_dump(content))
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(folder / "hosts.yml"), "site.yml"]
    started = time.time()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_NOCOLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    ended = time.time()
    if done.returncode != 0:
        raise SystemExit(done.stdout[-4000:])
    running = last_start(fleet.client.containers.get(f"{NAME}-{names[0]}"), image)
    for name in names:
        host = fleet.client.containers.get(f"{NAME}-{name}")
        if host.exec_run(["journalctl", "--unit=docker", f"--grep={ENGINE_RACE}"]).exit_code == 0:
            print(f"  {name} from {image} lost 30 s to a race in the engine, moby#51701: measure the next row again")
        host.remove(force=True, v=True)
    return Times(running - started, ended - started)


def last_start(manager: Container, image: str) -> float:
    """When the last replica of all services began to run, as the swarm tells it, in Unix seconds (of one clock)."""
    command = "docker inspect $(docker service ps --quiet --filter desired-state=running $(docker service ls --quiet))"
    asked = manager.exec_run(["sh", "-c", command])
    tasks = json.loads(asked.output) if asked.exit_code == 0 else []
    states = {task["Status"]["State"] for task in tasks}
    if states != {"running"}:
        raise SystemExit(f"not everything runs on {image}: {states or asked.output.decode()}")
    return max(datetime.fromisoformat(task["Status"]["Timestamp"]).timestamp() for task in tasks)


if __name__ == "__main__":
    sys.exit(main())
