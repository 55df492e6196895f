"""The sandbox as a GCE project: the simulated Compute API, whose instances are hosts on this machine."""

from __future__ import annotations

import argparse
import http.client
import ipaddress
import json
import os
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import yaml

from sandbox import images, machine
from sandbox.compute_api import secret
from sandbox.fleet import INSTANCE_LABEL, LABEL, Fleet, wait_until_booted
from sandbox.progress import SandboxError, heartbeat, say

ROOT = Path(__file__).resolve().parent.parent
PROJECT = "dockyard"
ACCOUNT = f"ops@{PROJECT}.iam.gserviceaccount.com"
PORT = 8479
# On the address of each sandbox's own network.
GUEST_PORT = 8480
START_SECONDS = 60


def add_commands(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add this file's commands to `python -m sandbox`."""
    command = commands.add_parser("gce-up", parents=[shared], help=up.__doc__)
    command.add_argument("--port", type=int, default=PORT, help=f"where the Compute API answers (default: {PORT})")
    command.add_argument("--release", choices=images.RELEASES, default=images.RELEASES[0], help="image to have ready")
    command.set_defaults(command=up)
    command = commands.add_parser("gce-serve", parents=[shared], help=serve.__doc__)
    command.add_argument("--port", type=int, default=PORT)
    command.set_defaults(command=serve)


def up(fleet: Fleet, options: argparse.Namespace) -> None:
    """Bring up a project with its Compute API, a registry and credentials; with --inventory, where that expects it."""
    port = port_for(fleet, Path(options.inventory)) if options.inventory else options.port
    # External addresses are translated by these.
    machine.install(["ip", "iptables"])
    fleet.up([], options.release, engine=False)
    endpoint = f"http://127.0.0.1:{port}"
    _ensure_running(fleet, port, endpoint)
    _write_credentials(fleet, endpoint)
    # There are some already where the machine, or the Compute API alone, was restarted.
    wait_until_booted(fleet.client.containers.list(filters={"label": [f"{LABEL}={fleet.name}", INSTANCE_LABEL]}))
    say(f"  Compute API    {endpoint}/compute/v1, project {PROJECT}")
    say(f"  credentials    {_credentials(fleet)}")


def down(fleet: Fleet) -> int:
    """Stop a project's Compute API, and remove what only it knows of. Returns how many things were removed."""
    _stop(fleet)
    return _forget_instances(fleet) if (_state(fleet) / "state.sqlite").exists() else 0


def serve(fleet: Fleet, options: argparse.Namespace) -> None:
    """Run the Compute API in the foreground; gce-up does so in the background."""
    # These need packages that hosts without the API do without.
    from sandbox.compute_api import server  # noqa: PLC0415
    from sandbox.compute_api.store import Store  # noqa: PLC0415
    from sandbox.instances import Containers  # noqa: PLC0415

    gateway = _gateway(fleet)
    settings = server.Settings(
        _state(fleet),
        options.port,
        projects=[PROJECT],
        guest_host=gateway,
        guest_port=GUEST_PORT,
        hands_out_tokens=False,
    )

    def hosts(store: Store) -> Containers:
        containers = Containers(store, fleet, f"{gateway}:{GUEST_PORT}")
        containers.resume()
        return containers

    server.serve(settings, hosts)


def _forget_instances(fleet: Fleet) -> int:
    from sandbox.compute_api.store import Store  # noqa: PLC0415
    from sandbox.instances import remove_all  # noqa: PLC0415

    store = Store(_state(fleet) / "state.sqlite")
    try:
        return remove_all(store, fleet)
    finally:
        store.close()


def _state(fleet: Fleet) -> Path:
    return fleet.folder / "compute_api"


def _credentials(fleet: Fleet) -> Path:
    return fleet.folder / "credentials.json"


def _gateway(fleet: Fleet) -> str:
    """This machine's address on the sandbox's network."""
    found = fleet.client.networks.list(names=[fleet.name])
    if not found:
        raise SandboxError(f"sandbox {fleet.name} has no network: bring it up with gce-up.")
    subnet = ipaddress.ip_network(found[0].attrs["IPAM"]["Config"][0]["Subnet"])
    return str(next(subnet.hosts()))


def port_for(fleet: Fleet, inventory: Path) -> int:
    """Where an inventory of the plugin dockyard.swarm.gce expects the Compute API."""
    declared = yaml.safe_load(inventory.read_text())
    expected = Path(declared["service_account_file"])
    if expected.resolve() != _credentials(fleet).resolve():
        raise SandboxError(
            f"{inventory} is about the sandbox {expected.parent.name}, not {fleet.name}: "
            f"take that name, or change it in {inventory.parent}."
        )
    port = urllib.parse.urlsplit(declared["api_endpoint"]).port
    if port is None:
        raise SandboxError(f"api_endpoint of {inventory} names no port: {declared['api_endpoint']}")
    return port


def _ensure_running(fleet: Fleet, port: int, endpoint: str) -> None:
    answers = health(endpoint) is not None
    if process_of(fleet) is None and answers:
        raise SandboxError(
            f"another sandbox's Compute API answers at {endpoint}: take that one down, or choose another port."
        )
    if not answers:
        _stop(fleet)
        _start(fleet, port, endpoint)


def _start(fleet: Fleet, port: int, endpoint: str) -> None:
    state = _state(fleet)
    state.mkdir(parents=True, exist_ok=True)
    log = state / "simulator.log"
    command = [sys.executable, "-m", "sandbox", "gce-serve", "--name", fleet.name, "--port", str(port)]
    with heartbeat("starting the Compute API"), log.open("ab") as sink:
        # A session of its own, so that it outlives this program and its terminal.
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True
        )
        (state / "pid").write_text(str(process.pid))
        deadline = time.monotonic() + START_SECONDS
        while health(endpoint) is None:
            if process.poll() is not None or time.monotonic() > deadline:
                words = log.read_text(errors="replace")[-1500:]
                raise SandboxError(f"the Compute API does not answer at {endpoint}:\n{words}")
            time.sleep(0.2)


def _stop(fleet: Fleet) -> None:
    pid = process_of(fleet)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + START_SECONDS
        while not _ended(pid):
            if time.monotonic() > deadline:
                raise SandboxError(f"the Compute API of sandbox {fleet.name} does not end: see process {pid}.")
            time.sleep(0.1)
    (_state(fleet) / "pid").unlink(missing_ok=True)


def process_of(fleet: Fleet) -> int | None:
    """The process of this sandbox's Compute API, if it lives; its former number may be somebody else's by now."""
    try:
        pid = int((_state(fleet) / "pid").read_text())
        words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return pid if "gce-serve" in words and fleet.name in words else None


def _ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def _write_credentials(fleet: Fleet, endpoint: str) -> None:
    file, token_uri = _credentials(fleet), f"{endpoint}/token"
    if file.exists() and json.loads(file.read_text())["token_uri"] == token_uri:
        return
    body = {"email": ACCOUNT, "project": PROJECT, "token_uri": token_uri}
    file.touch(mode=0o600)
    file.write_text(json.dumps(_ask(f"{endpoint}/_sandbox/accounts", body, secret.headers(_state(fleet)))))


def health(endpoint: str) -> Any:
    """What a Compute API says of itself; None where none answers, or somebody else does."""
    try:
        return _ask(f"{endpoint}/_sandbox/health")
    except (OSError, ValueError, http.client.HTTPException):
        return None


def _ask(url: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    kind = {"Content-Type": "application/json"} if data else {}
    request = urllib.request.Request(url, data=data, headers={**kind, **(headers or {})})  # noqa: S310 (loopback)
    # Proxies of the environment are not for this machine's own door.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as answer:
        return json.loads(answer.read())
