"""The sandbox as a GCE project: the simulated Compute API, whose instances are hosts on this machine."""

from __future__ import annotations

import argparse
import ipaddress
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from sandbox import images
from sandbox.fleet import Fleet
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
    command = commands.add_parser("gce-down", parents=[shared], help=down.__doc__)
    command.add_argument("--images", action="store_true", help="host images too, where no other sandbox uses them")
    command.set_defaults(command=down)
    command = commands.add_parser("gce-serve", parents=[shared], help=serve.__doc__)
    command.add_argument("--port", type=int, default=PORT)
    command.set_defaults(command=serve)


def up(fleet: Fleet, options: argparse.Namespace) -> None:
    """Bring up an empty project with its Compute API, a registry and credentials."""
    fleet.up([], options.release, engine=False)
    endpoint = f"http://127.0.0.1:{options.port}"
    if _health(endpoint) is None:
        _start(fleet, options.port, endpoint)
    _write_credentials(fleet, endpoint)
    say(f"  Compute API    {endpoint}/compute/v1, project {PROJECT}")
    say(f"  credentials    {_credentials(fleet)}")


def down(fleet: Fleet, options: argparse.Namespace) -> None:
    """Remove a project with all its hosts, and its Compute API."""
    _stop(fleet)
    removed = 0
    if (_state(fleet) / "state.sqlite").exists():
        removed += _forget_instances(fleet)
    removed += fleet.down()
    if options.images:
        removed += images.remove_unused(fleet.client)
    say(f"  sandbox {fleet.name}: {removed} removed" if removed else f"  sandbox {fleet.name}: nothing to remove")


def serve(fleet: Fleet, options: argparse.Namespace) -> None:
    """Run the Compute API in the foreground; gce-up does so in the background."""
    # These need packages that hosts without the API do without.
    from sandbox.compute_api import server  # noqa: PLC0415
    from sandbox.instances import Containers  # noqa: PLC0415

    gateway = _gateway(fleet)
    settings = server.Settings(
        _state(fleet), options.port, projects=[PROJECT], guest_host=gateway, guest_port=GUEST_PORT
    )
    server.serve(settings, lambda store: Containers(store, fleet, f"{gateway}:{GUEST_PORT}"))


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
        while _health(endpoint) is None:
            if process.poll() is not None or time.monotonic() > deadline:
                words = log.read_text(errors="replace")[-1500:]
                raise SandboxError(f"the Compute API does not answer at {endpoint}:\n{words}")
            time.sleep(0.2)


def _stop(fleet: Fleet) -> None:
    file = _state(fleet) / "pid"
    if not file.exists():
        return
    pid = int(file.read_text())
    try:
        # The number may be somebody else's by now.
        if "gce-serve" in Path(f"/proc/{pid}/cmdline").read_text():
            os.kill(pid, signal.SIGTERM)
    except (FileNotFoundError, ProcessLookupError):
        pass
    deadline = time.monotonic() + START_SECONDS
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline and not _zombie(pid):
        time.sleep(0.1)
    file.unlink()


def _zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def _write_credentials(fleet: Fleet, endpoint: str) -> None:
    file = _credentials(fleet)
    if file.exists():
        return
    body = {"email": ACCOUNT, "project": PROJECT, "token_uri": f"{endpoint}/token"}
    file.touch(mode=0o600)
    file.write_text(json.dumps(_ask(f"{endpoint}/_sandbox/accounts", body)))


def _health(endpoint: str) -> Any:
    try:
        return _ask(f"{endpoint}/_sandbox/health")
    except OSError:
        return None


def _ask(url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data)  # noqa: S310 (loopback)
    # Proxies of the environment are not for this machine's own door.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as answer:
        return json.loads(answer.read())
