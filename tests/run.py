"""Runs the project's tests and ends in one line: `N passed, N failed`.

`python tests/run.py` is what `make test` calls; `--all` adds the slow proofs; names of suites choose some.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "test"
BIN = Path(sys.executable).parent
COLLECTION = ".collections/ansible_collections/dockyard/swarm"
HEARTBEAT_SECONDS = 30


@dataclass(frozen=True)
class Suite:
    """A command with what its success is worth.

    Attributes:
        lane: suites of one lane run one after another; the lanes run side by side.
        counts: what is counted: `tests` (pytest's), `scenario` (its run, and its tests), `sanity`, or the run itself.
        slow: only run by `--all`, or by name.
    """

    name: str
    command: tuple[str, ...]
    lane: str = "rest"
    counts: str = "run"
    slow: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a suite came to: counts of checks, and how long it took in seconds."""

    suite: Suite
    passed: int
    failed: int
    seconds: float


def pytest(name: str, *arguments: str, **options: object) -> Suite:
    """A suite that counts each of pytest's tests."""
    return Suite(name, ("python", "-m", "pytest", "-q", *arguments), counts="tests", **options)  # type: ignore[arg-type]


def molecule(scenario: str, slow: bool = False) -> Suite:
    """A Molecule scenario: one check for its run, and one for each testinfra test."""
    command = ("molecule", "test", "--scenario-name", scenario)
    return Suite(f"molecule-{scenario}", command, lane="hosts", counts="scenario", slow=slow)


SUITES = [
    Suite("ruff", ("ruff", "check", ".")),
    Suite("ruff-format", ("ruff", "format", "--check", ".")),
    Suite("mypy", ("mypy", f"{COLLECTION}/plugins")),
    Suite("mypy-sandbox", ("mypy", "sandbox")),
    Suite("ansible-lint", ("ansible-lint",)),
    pytest("unit", "tests/unit"),
    Suite("sanity", ("python", "tests/sanity.py"), counts="sanity"),
    pytest("checkout", "tests/checkout"),
    pytest("gce-inventory", "tests/integration/gce"),
    pytest("gce-hosts", "tests/integration/gce_hosts"),
    pytest("providers", "tests/integration/providers"),
    pytest("monitoring", "tests/monitoring", lane="hosts"),
    pytest("make-demo", "tests/gce_demo/test_make_demo.py"),
    pytest("demo", "tests/demo", lane="hosts"),
    pytest("faults", "tests/nemesis", lane="hosts"),
    pytest("secrets", "tests/secrets", lane="hosts", slow=True),
    molecule("docker"),
    molecule("docker_repository"),
    molecule("docker_config"),
    molecule("docker_firewall"),
    molecule("docker_absent"),
    molecule("docker_rolling"),
    molecule("swarm"),
    molecule("docker_mitogen", slow=True),
    molecule("swarm_members", slow=True),
    molecule("swarm_recovery", slow=True),
    molecule("swarm_clusters", slow=True),
    molecule("swarm_keys", slow=True),
    molecule("swarm_lock", slow=True),
    molecule("swarm_upgrade", slow=True),
    molecule("swarm_nodes", slow=True),
    molecule("swarm_killed", slow=True),
    molecule("stack"),
    molecule("stack_order", slow=True),
    molecule("stack_rollback", slow=True),
    molecule("stack_faults", slow=True),
    molecule("stack_preflight", slow=True),
    molecule("stack_compose", slow=True),
    pytest("parity-cli", "tests/parity", "--ignore-glob=*/test_layer[23]*"),
    pytest("parity", "tests/parity", "--ignore-glob=*/test_layer[01]*", "--ignore-glob=*/test_generated*"),
    pytest("packer", "tests/packer", "--ignore=tests/packer/test_gce.py", "--ignore=tests/packer/test_qemu.py"),
    pytest("packer-qemu", "tests/packer/test_qemu.py"),
    pytest("packer-gce", "tests/packer/test_gce.py", lane="hosts"),
    pytest("gce-demo", "tests/gce_demo/test_fleet.py", slow=True),
]


def main() -> int:
    """Run the chosen suites. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="the slow proofs too")
    parser.add_argument("--list", action="store_true", help="name the suites and stop")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help="only these")
    options = parser.parse_args()
    if options.list:
        for suite in SUITES:
            print(f"{suite.name:<24} {'slow' if suite.slow else ''}")
        return 0
    unknown = set(options.suites) - {suite.name for suite in SUITES}
    if unknown:
        print(f"no such suite: {', '.join(sorted(unknown))}; `--list` names them", file=sys.stderr)
        return 2
    chosen = [
        suite for suite in SUITES if (suite.name in options.suites if options.suites else options.all or not suite.slow)
    ]
    outcomes = run_in_lanes(chosen)
    print("\nsuite                      passed failed  seconds")
    for outcome in outcomes:
        print(f"{outcome.suite.name:<24} {outcome.passed:>8} {outcome.failed:>6} {outcome.seconds:>8.0f}")
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    print(f"\n{passed} passed, {failed} failed", flush=True)
    return 0 if failed == 0 and passed > 0 else 1


def run_in_lanes(suites: Iterable[Suite]) -> list[Outcome]:
    """Run each lane's suites in order, the lanes side by side."""
    lanes: dict[str, list[Suite]] = {}
    for suite in suites:
        lanes.setdefault(suite.lane, []).append(suite)
    RESULTS.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(max_workers=max(len(lanes), 1)) as pool:
        done = pool.map(lambda lane: [run(suite) for suite in lane], lanes.values())
        return [outcome for lane in done for outcome in lane]


def run(suite: Suite) -> Outcome:
    """Run one suite into its log file, with a sign of life while it lasts."""
    log = RESULTS / f"{suite.name}.log"
    report = RESULTS / f"{suite.name}.xml"
    report.unlink(missing_ok=True)
    environment = {
        **os.environ,
        "PATH": f"{BIN}:{os.environ.get('PATH', '')}",
        "PYTEST_ADDOPTS": f"--junitxml={report}",
        "NO_COLOR": "1",
    }
    print(f"{suite.name}: started, log in {log.relative_to(ROOT)}", flush=True)
    started = time.monotonic()
    done = threading.Event()

    def beat() -> None:
        while not done.wait(HEARTBEAT_SECONDS):
            print(f"{suite.name}: … {time.monotonic() - started:.0f} s", flush=True)

    threading.Thread(target=beat, daemon=True).start()
    with log.open("w") as sink:
        command = [str(BIN / suite.command[0]), *suite.command[1:]]
        status = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    done.set()
    outcome = judge(suite, status, log, report, time.monotonic() - started)
    print(f"{suite.name}: {outcome.passed} passed, {outcome.failed} failed in {outcome.seconds:.0f} s", flush=True)
    if outcome.failed:
        print("\n".join(f"    {line}" for line in log.read_text(errors="replace").splitlines()[-60:]), flush=True)
    return outcome


def judge(suite: Suite, status: int, log: Path, report: Path, seconds: float) -> Outcome:
    """Count what passed and failed; a suite that ends badly never counts as passed."""
    passed = failed = 0
    if report.exists():
        for case in ET.parse(report).getroot().iter("testcase"):
            kinds = {child.tag for child in case}
            if kinds & {"failure", "error"}:
                failed += 1
            elif "skipped" not in kinds:
                passed += 1
    ran_tests = passed + failed > 0
    if status != 0:
        failed = max(failed, 1)
    elif suite.counts == "tests":
        failed += not ran_tests  # where nothing ran, nothing is proved
    elif suite.counts == "scenario":
        passed, failed = (passed + 1, failed) if ran_tests else (0, 1)
    elif suite.counts == "sanity":
        passed = log.read_text(errors="replace").count("Running sanity test")
    else:
        passed = 1
    return Outcome(suite, passed, failed, seconds)


if __name__ == "__main__":
    sys.exit(main())
