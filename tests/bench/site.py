"""What a second `site.yml` costs, on a swarm that is as declared, beside one `ping` of the same hosts.

Hosts with engines are brought up and made a swarm with a small stack; then `ansible all -m ping` and `site.yml` run in
turns. `--against` runs the `site.yml` of another checkout in the same turns, such as an earlier release.

    python tests/bench/site.py [--hosts 3] [--rounds 5] [--against PATH]
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import docker
import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
sys.path.insert(0, str(ROOT))

from sandbox.fleet import Fleet  # noqa: E402 (found through the line above)

SANDBOX = "bench-site"
GOALS = {3: 2.5, 12: 2.0, 30: 2.0}
COMPOSE = {"services": {"web": {"image": "registry:5000/box:1", "stop_grace_period": "1s", "deploy": {"replicas": 2}}}}
_IMAGE = """set -e
command -v busybox >/dev/null || { apt-get update -q; apt-get install -y -q busybox-static; } >/dev/null 2>&1
mkdir -p /tmp/root/bin
cp "$(command -v busybox)" /tmp/root/bin/sleep
tar -C /tmp/root -cf - . | docker import --change 'CMD ["sleep", "1000000"]' - registry:5000/box:1 >/dev/null
docker push -q registry:5000/box:1 >/dev/null
"""


def main() -> int:
    """Measure and print. Returns 1 if the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--against", type=Path, help="another checkout, whose site.yml runs in the same turns")
    options = parser.parse_args()
    folder = ROOT / ".sandbox" / SANDBOX
    names = [f"m{number}" for number in range(1, 1 + (3 if options.hosts > 3 else 1))]
    names += [f"w{number}" for number in range(1, 1 + options.hosts - len(names))]
    fleet = Fleet(docker.from_env(), SANDBOX, folder)
    up = [sys.executable, "-m", "sandbox", "up", "--name", SANDBOX, "--hosts", ",".join(names), "--engine"]
    try:
        print(f"bringing up {len(names)} hosts", flush=True)
        subprocess.run(up, cwd=ROOT, check=True, capture_output=True)
        declare(folder)
        seconds, _tasks = site(ROOT, folder)
        print(f"first site.yml, up to the engines: {seconds:.1f} s", flush=True)
        host = fleet.client.containers.get(f"{SANDBOX}-m1")
        code, output = host.exec_run(["sh", "-c", _IMAGE])
        if code:
            raise SystemExit(f"bench: {output.decode()}")
        declare(folder, with_stack=True)
        seconds, _tasks = site(ROOT, folder)
        print(f"with the stack: {seconds:.1f} s", flush=True)
        return _compare(folder, len(names), options)
    finally:
        fleet.down()


def declare(folder: Path, with_stack: bool = False) -> None:
    """The inventory's variables; the hosts are in hosts.yml, which the sandbox wrote."""
    variables: dict[str, object] = {
        "docker_source": "distribution",
        "docker_daemon": {"insecure-registries": ["registry:5000"]},
    }
    if with_stack:
        (folder / "compose.yml").write_text(yaml.safe_dump(COMPOSE))
        variables["stack_projects"] = [{"name": "bench", "files": [str(folder / "compose.yml")]}]
    (folder / "group_vars").mkdir(exist_ok=True)
    (folder / "group_vars" / "all.yml").write_text(yaml.safe_dump(variables))


def site(checkout: Path, folder: Path) -> tuple[float, int]:
    """Seconds of one `site.yml`, and the tasks that the host with the most of them was about, skipped ones included."""
    seconds, output = _timed(checkout, ["ansible-playbook", "-i", str(folder / "hosts.yml"), "site.yml"])
    recap = re.findall(r"^(?!localhost)\S+ +: ok=(\d+) .*skipped=(\d+)", output, re.MULTILINE)
    return seconds, max(int(ok) + int(skipped) for ok, skipped in recap)


def ping(folder: Path) -> float:
    """Seconds of one `ansible all -m ping`."""
    return _timed(ROOT, ["ansible", "-i", str(folder / "hosts.yml"), "all", "-m", "ping"])[0]


def _timed(checkout: Path, command: list[str]) -> tuple[float, str]:
    environment = {**os.environ, "ANSIBLE_CONFIG": str(checkout / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"}
    began = time.monotonic()
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - began
    if done.returncode:
        raise SystemExit(f"bench: {' '.join(command)} failed:\n{done.stdout[-3000:]}{done.stderr[-2000:]}")
    return seconds, done.stdout


def _compare(folder: Path, hosts: int, options: argparse.Namespace) -> int:
    pings, ours, theirs = [], [], []
    for _round in range(options.rounds):
        pings.append(ping(folder))
        ours.append(site(ROOT, folder))
        if options.against:
            theirs.append(site(options.against.resolve(), folder))
    asked, second = statistics.median(pings), statistics.median(seconds for seconds, _tasks in ours)
    print(f"\n{hosts} hosts, nothing to do; medians of {options.rounds} rounds in turns")
    print(f"ping of all hosts:     {asked:6.1f} s")
    print(f"site.yml:              {second:6.1f} s, {ours[-1][1]} tasks on the host with the most")
    if theirs:
        other = statistics.median(seconds for seconds, _tasks in theirs)
        print(f"the other's site.yml:  {other:6.1f} s, {theirs[-1][1]} tasks on the host with the most")
        print(f"beside the other's:    {second / other:.2f}")
    goal = GOALS.get(hosts)
    print(f"beside one ping:       {second / asked:.2f}" + (f" (goal: at most {goal})" if goal else ""))
    return 1 if goal and second / asked > goal else 0


if __name__ == "__main__":
    sys.exit(main())
