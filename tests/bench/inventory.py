"""What an inventory of many instances costs: google.cloud.gcp_compute, dockyard.swarm.gce, and the floor.

Both plugins read the same configuration (only the plugin's name differs) through the same proxy and TLS from the
same simulated Compute API, in one run on one machine. Read the ratios rather than the seconds.

The floor is fetching and parsing the same masked pages alone: no Ansible, no hosts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

_ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT))

from sandbox.compute_api.process import Simulator  # noqa: E402 (found through the line above)

THEIRS, OURS = "google.cloud.gcp_compute", "dockyard.swarm.gce"
FLOOR = "fetch and parse alone"

# Size of the fleet to the largest share of the other plugin's cost that is good enough.
GOALS = {
    5_000: {"seconds": 0.2, "bytes": 0.1},
    50_000: {"seconds": 0.15, "megabytes": 0.4},
}
# At 5,000 instances: ten pages and a token.
MOST_REQUESTS, MOST_TOKENS = 11, 1

_FETCH = """
import sys
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder
_AnsibleCollectionFinder(paths=[sys.argv[3]])._install()
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce import credentials
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce import fields
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce import listing
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce import session
identity = credentials.Identity("serviceaccount", ("compute",), service_account_file=sys.argv[1])
mask = fields.instance_mask(["id", "labels", "machineType", "name", "status", "tags", "zone"], [])
answer = listing.list_projects(session.Session(identity), [sys.argv[2]], listing.Query(mask=mask), 1)
print(sum(len(found) for one in answer.values() for found in one.zones.values()))
"""


@dataclass
class Cost:
    """What one run took. Processor seconds tell more than wall seconds on a machine that does other things too."""

    seconds: float
    cpu_seconds: float
    megabytes: float
    requests: int
    tokens: int
    bytes: int
    connections: int


def main() -> None:
    """Measure every size asked for and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 5_000, 50_000])
    sizes = parser.parse_args().sizes
    with (
        tempfile.TemporaryDirectory(prefix="bench-inventory-") as folder,
        Simulator(Path(folder) / "compute_api", ["bench-0"]) as simulator,
    ):
        for size in sizes:
            _measure(simulator, Path(folder), size)


def _measure(simulator: Simulator, folder: Path, size: int) -> None:
    project = f"bench-{size}"
    print(f"\n{size} instances: preparing", flush=True)
    simulator.ask("POST", "projects", {"name": project})
    simulator.ask("POST", "fleet", {"project": project, "count": size})
    key = simulator.key_file(f"bench@{project}.iam.gserviceaccount.com", project)
    costs = {}
    for plugin in (THEIRS, OURS):
        print(f"{size} instances: ansible-inventory --list with {plugin}", flush=True)
        path = folder / f"{size}.{'gcp' if plugin == THEIRS else 'gce'}.yml"
        path.write_text(yaml.safe_dump(_configuration(plugin, project, key)), encoding="utf-8")
        command = [str(Path(sys.executable).with_name("ansible-inventory")), "-i", str(path), "--list"]
        costs[plugin] = _run(simulator, folder, command, size)
    print(f"{size} instances: {FLOOR}", flush=True)
    command = [sys.executable, "-c", _FETCH, str(key), project, str(_ROOT / ".collections")]
    costs[FLOOR] = _run(simulator, folder, command, None)
    _print(size, costs)


def _configuration(plugin: str, project: str, key: Path) -> dict[str, object]:
    return {
        "plugin": plugin,
        "projects": [project],
        "auth_kind": "serviceaccount",
        "service_account_file": str(key),
        "hostnames": ["name"],
        "keyed_groups": [{"key": "labels", "prefix": "label"}, {"key": "zone", "prefix": "zone"}],
        "compose": {"ansible_host": "networkInterfaces[0].networkIP"},
    }


def _run(simulator: Simulator, folder: Path, command: list[str], hosts: int | None) -> Cost:
    """Run a command against the simulator; `hosts` is how many it must print, None where it prints a number."""
    environment = {
        **os.environ,
        "HTTPS_PROXY": simulator.proxy,
        "https_proxy": simulator.proxy,
        "NO_PROXY": "127.0.0.1",
        "REQUESTS_CA_BUNDLE": simulator.ca,
        "ANSIBLE_CONFIG": str(_ROOT / "ansible.cfg"),
    }
    simulator.clear_requests()
    before = simulator.ask("GET", "traffic")
    out = folder / "out"
    begin = time.monotonic()
    with out.open("wb") as stdout, (folder / "err").open("wb") as stderr:
        process = subprocess.Popen(command, cwd=_ROOT, env=environment, stdout=stdout, stderr=stderr)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - begin
    if process.returncode != 0 or (hosts is not None and _hosts_in(out) != hosts):
        words = (folder / "err").read_text(encoding="utf-8")[-2000:]
        raise SystemExit(f"{' '.join(command[:4])} ended with {process.returncode}, {_hosts_in(out)} hosts:\n{words}")
    after = simulator.ask("GET", "traffic")
    log = simulator.requests()
    return Cost(
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        megabytes=usage.ru_maxrss / 1024,
        requests=len(log),
        tokens=sum(entry["method"] == "oauth2.token" for entry in log),
        bytes=after["received"] - before["received"],
        connections=after["connections"] - before["connections"],
    )


def _hosts_in(printed: Path) -> int:
    """How many hosts an inventory has, line by line: what this process holds would count for its children."""
    with printed.open("rb") as lines:
        return sum(b'"ansible_host":' in line for line in lines)


def _print(size: int, costs: dict[str, Cost]) -> None:
    columns = ("wall s", "cpu s", "peak MB", "requests", "tokens", "MB read", "TLS")
    print(f"\n{f'{size} instances':26}" + "".join(f"{column:>10}" for column in columns))
    for name, cost in costs.items():
        times = f"{cost.seconds:10.1f}{cost.cpu_seconds:10.1f}{cost.megabytes:10.0f}"
        print(f"{name:26}{times}{cost.requests:10}{cost.tokens:10}{cost.bytes / 1e6:10.2f}{cost.connections:10}")
    cpu = costs[OURS].cpu_seconds / costs[THEIRS].cpu_seconds
    print(f"  cpu_seconds: {cpu:.3f} of the other plugin's")
    for what, goal in GOALS.get(size, {}).items():
        ratio = getattr(costs[OURS], what) / getattr(costs[THEIRS], what)
        print(f"  {what}: {ratio:.3f} of the other plugin's (goal: at most {goal}) {_verdict(ratio <= goal)}")
    if size == 5_000:
        ours = costs[OURS]
        reached = ours.requests <= MOST_REQUESTS and ours.tokens <= MOST_TOKENS
        goal = f"goal: at most {MOST_REQUESTS}, {MOST_TOKENS} of them for a token"
        print(f"  requests: {ours.requests}, {ours.tokens} of them for a token ({goal}) {_verdict(reached)}")


def _verdict(reached: bool) -> str:
    return "reached" if reached else "MISSED"


if __name__ == "__main__":
    main()
