"""What a baked image saves: from booted hosts to a running stack, bare hosts against baked ones, in one run.

Both go through the same `site.yml` with the same variables, and deploy the demo's stack. The baked image holds the
engine and the stack's container images; bare hosts install the one and pull the others. Read the ratio rather than the
seconds.

    python tests/bench/image.py [--hosts 3] [--line 100]

Package mirror and registry stand beside the hosts here. `--line` puts them as far away as most are: each host is then
reached at no more than so many Mbit/s.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from sandbox import images, inventory, machine  # noqa: E402 (found through the line above)
from sandbox.fleet import Fleet  # noqa: E402
from tests.packer.packer import bake  # noqa: E402

NAME = "dockyard-bench-image"
GOAL = 0.3
IMAGES = ["gate", "ui", "post", "db"]
REPLICAS = 5  # of ui, post and db; the gate has one on every node


def main() -> int:
    """Measure and print. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=3, help="how many hosts, the first a manager (default: 3)")
    parser.add_argument("--line", type=int, metavar="MBIT", help="the hosts' lines, in Mbit/s (default: no limit)")
    options = parser.parse_args()
    count = options.hosts
    names = ["m1", *(f"w{number}" for number in range(1, count))]
    client = machine.engine(ROOT / ".sandbox" / "dockerd.log")
    with tempfile.TemporaryDirectory() as folder:
        fleet = Fleet(client, NAME, Path(folder) / "sandbox")
        fleet.down()
        try:
            seconds = measure(fleet, Path(folder), names, options.line)
        finally:
            fleet.down()
            for tag in images.tags_of(client, NAME):
                client.images.remove(tag, force=True)
    line = f"lines of {options.line} Mbit/s" if options.line else "lines without limit"
    print(f"\nbooted hosts -> running stack, {count} hosts, Debian 13, {line}")
    print(f"  bare    {seconds['bare']:6.1f} s")
    print(f"  baked   {seconds['baked']:6.1f} s")
    ratio = seconds["baked"] / seconds["bare"]
    print(f"  ratio   {ratio:6.2f}    goal: at most {GOAL}  {'met' if ratio <= GOAL else 'MISSED'}")
    return 0


def measure(fleet: Fleet, folder: Path, names: list[str], line: int | None) -> dict[str, float]:
    """Seconds of `site.yml` on bare hosts, then on baked ones."""
    bare = images.ensure_host(fleet.client, "trixie", engine=False)
    fleet.up([], "trixie", engine=False, image=bare)
    fleet.push(ROOT / "stacks" / "demo" / "images", "demo", "1", IMAGES)
    (folder / "db_password").write_text("measured\n")
    variables = {
        "docker_source": "distribution",
        "docker_daemon": {"insecure-registries": ["registry:5000"]},
        "stack_projects": [demo(folder / "db_password")],
    }
    seconds = {"bare": deploy(fleet, folder / "bare", names, bare, variables, line)}
    build = bake(
        folder / "bake",
        {**variables, "image_preload": [digest(fleet, image) for image in IMAGES]},
        docker_source_image=bare,
        docker_network=NAME,
        docker_repository=NAME,
        docker_tag="baked",
    )
    if build.status != 0:
        raise SystemExit(build.output[-4000:])
    seconds["baked"] = deploy(fleet, folder / "baked", names, f"{NAME}:baked", variables, line)
    return seconds


def demo(password: Path) -> dict[str, Any]:
    """The demo as an entry of `stack_projects`, published as every kernel can."""
    environment = {
        "DEMO_REGISTRY": "registry:5000",
        "DEMO_DB_PASSWORD_FILE": str(password),
        "DEMO_PUBLISH_MODE": "host",
    }
    compose = ROOT / "stacks" / "demo" / "compose.yml"
    return {"name": "demo", "files": [str(compose)], "environment": environment, "wait_timeout": 300}


def digest(fleet: Fleet, image: str) -> str:
    """How hosts name an image that was pushed."""
    pushed = fleet.client.images.get(f"{fleet.registry()}/demo/{image}:1")
    return f"registry:5000/demo/{image}@{pushed.attrs['RepoDigests'][0].partition('@')[2]}"


def narrow(fleet: Fleet, names: list[str], mbit: int) -> None:
    """Let nothing reach a host faster than that."""
    interfaces = {path.read_text(): path.parent.name for path in Path("/sys/class/net").glob("*/ifindex")}
    for name in names:
        peer = fleet.client.containers.get(f"{NAME}-{name}").exec_run("cat /sys/class/net/eth0/iflink")
        shape = ["root", "tbf", "rate", f"{mbit}mbit", "burst", "256kb", "latency", "100ms"]
        subprocess.run(["tc", "qdisc", "add", "dev", interfaces[peer.output.decode()], *shape], check=True)


def deploy(
    fleet: Fleet, folder: Path, names: list[str], image: str, variables: dict[str, Any], line: int | None
) -> float:
    """Seconds from booted hosts to a converged stack."""
    hosts = fleet.up(names, "trixie", engine=False, image=image)
    if line:
        narrow(fleet, names, line)
    folder.mkdir(exist_ok=True)
    content = inventory.inventory(fleet, hosts, names[:1])
    content["docker_hosts"]["vars"] |= variables
    # The database's volume lies on this node.
    content["docker_hosts"]["children"]["swarm_managers"]["hosts"][names[0]]["swarm_labels"] = {"data": "demo"}
    (folder / "hosts.yml").write_text(yaml.safe_dump(content))
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(folder / "hosts.yml"), "site.yml"]
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_NOCOLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - started
    if done.returncode != 0:
        raise SystemExit(done.stdout[-4000:])
    manager = fleet.client.containers.get(f"{NAME}-{names[0]}")
    listed = manager.exec_run("docker stack ps --filter desired-state=running --format {{.CurrentState}} demo")
    running = [line for line in listed.output.decode().splitlines() if line.startswith("Running")]
    wanted = len(names) + REPLICAS
    if len(running) != wanted:
        raise SystemExit(f"{len(running)} of {wanted} tasks run on {image}:\n{listed.output.decode()}")
    for name in names:
        fleet.client.containers.get(f"{NAME}-{name}").remove(force=True, v=True)
    return seconds


if __name__ == "__main__":
    sys.exit(main())
