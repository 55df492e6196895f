"""What the role `docker` costs, beside a playbook a competent user would write: three bare hosts, two runs each.

Prints seconds, tasks a host sees, and ratios. Seconds depend on the machine and on what else it does; the number
of tasks does not, and on real networks it is what costs, because each task is a round trip to each host.

    python tests/bench/role.py [--release bookworm] [--hosts 3] [--repeat 3]
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
SANDBOX = "bench-role"
# The widely used role for Docker on the same hosts: tasks it runs and skips for each.
WIDELY_USED_RUN, WIDELY_USED_SKIPPED = 20, 12


@dataclass(frozen=True)
class Cost:
    """One run.

    Attributes:
        run: tasks that a host ran.
        skipped: tasks that were looked at for a host and not run.
    """

    seconds: float
    run: int
    skipped: int
    changed: int


def play(playbook: Path, environment: dict[str, str]) -> Cost:
    """Run a playbook on the sandbox's hosts; the host with the most tasks counts."""
    inventory = ROOT / ".sandbox" / SANDBOX / "hosts.yml"
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), str(playbook)]
    settings = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1", **environment}
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    recap = re.findall(r"^\S+ +: ok=(\d+) +changed=(\d+) .*failed=0 +skipped=(\d+)", done.stdout, re.MULTILINE)
    if done.returncode != 0 or not recap:
        sys.exit(f"{playbook.name} failed:\n{done.stdout[-3000:]}{done.stderr[-2000:]}")
    hosts = [tuple(map(int, numbers)) for numbers in recap]
    return Cost(
        seconds,
        run=max(ok for ok, _changed, _skipped in hosts),
        skipped=max(skipped for _ok, _changed, skipped in hosts),
        changed=sum(changed for _ok, changed, _skipped in hosts),
    )


def measure(name: str, playbook: Path, options: argparse.Namespace, environment: dict[str, str]) -> tuple[Cost, Cost]:
    """Bare hosts, then the same hosts again."""
    sandbox = [sys.executable, "-m", "sandbox"]
    hosts = ",".join(f"b{number}" for number in range(1, options.hosts + 1))
    subprocess.run([*sandbox, "down", "--name", SANDBOX], cwd=ROOT, check=False, capture_output=True)
    up = [*sandbox, "up", "--name", SANDBOX, "--hosts", hosts, "--release", options.release]
    subprocess.run(up, cwd=ROOT, check=True, capture_output=True)
    try:
        print(f"{name}: bare hosts", flush=True)
        first = play(playbook, environment)
        print(f"{name}: again", flush=True)
        second = min((play(playbook, environment) for _attempt in range(options.repeat)), key=lambda cost: cost.seconds)
    finally:
        subprocess.run([*sandbox, "down", "--name", SANDBOX], cwd=ROOT, check=False, capture_output=True)
    print(f"{name}: {first.seconds:.1f} s, {second.seconds:.1f} s, {second.run} tasks run", flush=True)
    return first, second


def mitogen() -> dict[str, str] | None:
    """Settings that switch Mitogen on, where it is installed."""
    if importlib.util.find_spec("ansible_mitogen") is None:
        return None
    import ansible_mitogen

    plugins = Path(ansible_mitogen.__file__).parent / "plugins" / "strategy"
    return {"ANSIBLE_STRATEGY_PLUGINS": str(plugins), "ANSIBLE_STRATEGY": "mitogen_linear"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--release", default="trixie", choices=("trixie", "bookworm"))
    parser.add_argument("--hosts", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=3, help="second runs, the best of which counts")
    options = parser.parse_args()

    costs = {
        "reference": measure("reference playbook", HERE / "role_reference.yml", options, {}),
        "role": measure("role docker", HERE / "role_ours.yml", options, {}),
    }
    fast = mitogen()
    if fast is not None:
        costs["role, Mitogen"] = measure("role docker under Mitogen", HERE / "role_ours.yml", options, fast)

    print(f"\n{options.hosts} hosts, Debian {options.release}; the second run is the best of {options.repeat}")
    print(f"{'':16}{'bare -> engine':>16}{'second run':>14}{'tasks a host':>22}{'changed':>10}")
    for name, (first, second) in costs.items():
        tasks = f"{second.run} run, {second.skipped} skipped"
        print(f"{name:16}{first.seconds:14.1f} s{second.seconds:12.1f} s{tasks:>22}{second.changed:>10}")
    reference, ours = costs["reference"], costs["role"]
    print(f"\nbare -> engine: {ours[0].seconds / reference[0].seconds:.2f} of the reference's time (goal: at most 1)")
    print(f"second run:     {ours[1].seconds / reference[1].seconds:.2f} of the reference's time (goal: at most 0.50)")
    print(
        f"tasks a host:   {ours[1].run} run, {ours[1].run / WIDELY_USED_RUN:.2f} of the widely used role's "
        f"{WIDELY_USED_RUN} (goal: at most a third, and at most 8); "
        f"{(ours[1].run + ours[1].skipped) / (WIDELY_USED_RUN + WIDELY_USED_SKIPPED):.2f} counting the skipped ones"
    )


if __name__ == "__main__":
    main()
