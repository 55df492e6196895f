"""What an unchanged deploy costs: the module `stack` beside `docker stack deploy`, same file, same host, one run.

A stack of many small services is deployed once and left alone; then the docker CLI (`--resolve-image never`) and the
module deploy it again and again, in turns. The module's time is the task's as Ansible reports it, so it holds loading
the file, the way to the host and back, and the look whether everything runs, which the CLI does not take.
Also counted: how often the registry is asked when the digests of all images are resolved.

    python tests/bench/stack.py [--services 50] [--rounds 5]
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path

import docker
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from sandbox.fleet import Fleet  # noqa: E402 (found through the line above)

SANDBOX = "bench-stack"
STACK = "bench"
GOAL = 2.0
PLACE = "/opt/bench.yml"

_CLI = f"""
import json, subprocess, time
start = time.monotonic()
subprocess.run(["docker", "stack", "deploy", "--resolve-image", "never", "-c", "{PLACE}", "{STACK}"],
               check=True, capture_output=True)
print(json.dumps(time.monotonic() - start))
"""

_IMAGE = """set -e
command -v busybox >/dev/null || { apt-get update -q; apt-get install -y -q busybox-static; } >/dev/null 2>&1
mkdir -p /tmp/root/bin
cp "$(command -v busybox)" /tmp/root/bin/sleep
tar -C /tmp/root -cf - . | docker import --change 'CMD ["sleep", "1000000"]' - box >/dev/null
for tag in 0 1 2 3 4; do
  docker tag box "registry:5000/box:$tag"
  docker push -q "registry:5000/box:$tag" >/dev/null
done
"""

_ENGINE = """set -e
mkdir -p /etc/docker
echo '{"insecure-registries": ["registry:5000"], "default-address-pools": [{"base": "10.77.0.0/16", "size": 24}]}' \
  > /etc/docker/daemon.json
systemctl restart docker
"""


def project(services: int) -> dict[str, object]:
    """A compose project of services that differ a little, with what people usually write."""
    return {
        "services": {
            f"service{number:03}": {
                "image": f"registry:5000/box:{number % 5}",
                "environment": {"NUMBER": str(number), "LOG": "info", "UPSTREAM": f"http://service{number:03}:8000"},
                "networks": ["front" if number % 2 else "back"],
                "configs": [{"source": "settings", "target": "/etc/settings"}],
                "labels": {"part": f"p{number % 7}"},
                "stop_grace_period": "1s",
                "deploy": {
                    "endpoint_mode": "dnsrr",
                    "update_config": {"parallelism": 2, "order": "start-first"},
                    "resources": {"limits": {"memory": "16M"}},
                },
            }
            for number in range(services)
        },
        "networks": {"front": {}, "back": {}},
        "configs": {"settings": {"file": "./settings.conf"}},
    }


class Bench:
    """One manager in a sandbox of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fleet = Fleet(docker.from_env(), SANDBOX, ROOT / ".sandbox" / SANDBOX)

    def prepare(self, services: int) -> None:
        """A swarm of one node, the image in the registry, the file here and there."""
        (host,) = self.fleet.up(["m1"], "trixie", engine=True)
        self.host = self.fleet.client.containers.get(f"{SANDBOX}-m1")
        self.run(_ENGINE)
        self.run(f"docker swarm init --advertise-addr {host.address} >/dev/null")
        self.run(_IMAGE)
        (self.folder / "settings.conf").write_text("theme = light\n")
        (self.folder / "bench.yml").write_text(yaml.safe_dump(project(services), sort_keys=False))
        self.host.put_archive("/opt", _archive(self.folder))
        self.inventory = self.folder / "hosts.yml"
        options = (
            f"-o UserKnownHostsFile={self.fleet.folder / 'known_hosts'} -o IdentitiesOnly=yes "
            "-o ControlMaster=auto -o ControlPersist=60s"
        )
        variables = {
            "ansible_host": host.address,
            "ansible_user": "ops",
            "ansible_become": True,
            "ansible_ssh_private_key_file": str(self.fleet.key),
            "ansible_ssh_common_args": options,
        }
        self.inventory.write_text(yaml.safe_dump({"all": {"hosts": {"m1": variables}}}))

    def run(self, script: str) -> str:
        """Run a shell script on the host."""
        code, output = self.host.exec_run(["sh", "-c", script])
        if code:
            raise SystemExit(f"bench: {output.decode()}")
        return output.decode()

    def cli(self) -> float:
        """Seconds of one `docker stack deploy`, measured on the host itself."""
        code, output = self.host.exec_run(["python3", "-c", _CLI])
        if code:
            raise SystemExit(f"bench: {output.decode()}")
        return float(json.loads(output))

    def module(self, resolve_image: str, times: int = 1) -> tuple[list[float], bool]:
        """Seconds of deploys by the module, as Ansible reports the task, and whether any changed something."""
        options = {
            "name": STACK,
            "files": [str(self.folder / "bench.yml")],
            "resolve_image": resolve_image,
            "wait_timeout": 600,
        }
        task = {"dockyard.swarm.stack": options}
        play = {"hosts": "all", "gather_facts": False, "tasks": [{"ansible.builtin.ping": {}}, *[task] * times]}
        playbook = self.folder / "play.yml"
        playbook.write_text(json.dumps([play]))
        environment = {
            **os.environ,
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
        }
        command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(self.inventory), str(playbook)]
        answer = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, cwd=ROOT)
        if answer.returncode:
            raise SystemExit(f"bench: {answer.stdout}{answer.stderr}")
        tasks = json.loads(answer.stdout)["plays"][0]["tasks"][1:]
        return [_seconds(item["task"]["duration"]) for item in tasks], any(
            item["hosts"]["m1"]["changed"] for item in tasks
        )

    def registry_questions(self) -> int:
        """How often the registry has been asked for the digest of a tag so far."""
        container = self.fleet.client.containers.get(f"{SANDBOX}-registry")
        return sum(b'"HEAD /v2/' in line and b"/manifests/" in line for line in container.logs().splitlines())


def _archive(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in ("bench.yml", "settings.conf"):
            archive.add(folder / name, arcname=name)
    return buffer.getvalue()


def _seconds(duration: dict[str, str]) -> float:
    start, end = (datetime.fromisoformat(duration[key].removesuffix("Z")) for key in ("start", "end"))
    return (end - start).total_seconds()


def main() -> int:
    """Measure and print. Returns 1 if the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--services", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        try:
            print(f"bringing up a manager and deploying {options.services} services", flush=True)
            bench.prepare(options.services)
            # Pins every image, so that later deploys find them as they shall be, resolved or not.
            first, _changed = bench.module("always")
            print(f"first deploy, until all have converged: {first[0]:.1f} s", flush=True)
            return _compare(bench, options.services, options.rounds)
        finally:
            bench.fleet.down()


def _compare(bench: Bench, services: int, rounds: int) -> int:
    theirs: list[float] = []
    ours: list[float] = []
    for _round in range(rounds):
        theirs.append(bench.cli())
        seconds, changed = bench.module("never")
        if changed:
            raise SystemExit("bench: an unchanged file changed something; the figures would mean nothing")
        ours += seconds
    bench.module("always")  # gives back the digests, which the CLI's `never` has taken away
    asked = bench.registry_questions()
    resolving, changed = bench.module("always")
    asked = bench.registry_questions() - asked
    if changed:
        raise SystemExit("bench: resolving the same digests again changed something")
    cli, module = statistics.median(theirs), statistics.median(ours)
    print(f"unchanged stack of {services} services, median (least) of {rounds} rounds")
    print(f"  docker stack deploy --resolve-image never   {cli:6.2f} s  ({min(theirs):.2f})")
    print(f"  module stack, resolve_image never           {module:6.2f} s  ({min(ours):.2f})")
    print(f"  module stack, resolve_image always          {resolving[0]:6.2f} s  tags asked for: {asked} of 5")
    print(f"  ratio {module / cli:.2f}, goal at most {GOAL:g}")
    return 0 if module / cli <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
