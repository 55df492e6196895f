"""Real engines of two generations, each a swarm of one drained node, and the docker CLI beside them.

Nothing is scheduled on a drained node, so tasks stay as the orchestrator made them: a task that is replaced was
replaced because its service's spec changed, and no image of the corpus has to exist.
"""

from __future__ import annotations

import io
import os
import shlex
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from corpus import CASES, Case
from docker.models.containers import Container

from sandbox.fleet import Fleet

Json = dict[str, Any]

GENERATIONS = {"1.45": "trixie", "1.41": "bookworm"}
"""API version by release of Debian."""

# Two runs on one machine need two names.
_NAME = os.environ.get("PARITY_SANDBOX", "parity")
_FOLDER = Path(__file__).resolve().parents[2] / ".sandbox" / _NAME
_CLI_HOST = "trixie"
_CORPUS = "/var/lib/parity-corpus"
_PORT = 2375
# On a private network of throw-away hosts: nobody else reaches this port.
_LISTEN = f"""mkdir -p /etc/systemd/system/docker.service.d
printf '[Service]\\nExecStart=\\nExecStart=/usr/sbin/dockerd -H fd:// -H tcp://0.0.0.0:{_PORT}\\n' \
  > /etc/systemd/system/docker.service.d/tcp.conf
systemctl daemon-reload && systemctl restart docker"""


@dataclass(frozen=True)
class Bed:
    """One engine: `engine` to ask it, `cli` to deploy to it."""

    api_version: str
    engine: Engine
    address: str
    cli_container: str

    def cli(self, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run the Debian 13 docker CLI against this engine; the corpus has the same paths there as here."""
        variables = [f"{name}={value}" for name, value in (environment or {}).items()]
        host = ["docker", "-H", self.address, *arguments]
        command = ["docker", "exec", self.cli_container, "env", "-i", "PATH=/usr/bin:/bin", *variables, *host]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    def cli_deploy(self, case: Case, stack: str) -> None:
        """`docker stack deploy` of a case, without asking registries."""
        files = [part for file in case.files_for_cli for part in ("-c", file)]
        answer = self.cli("stack", "deploy", "--resolve-image", "never", *files, stack, environment=case.environment)
        assert answer.returncode == 0, f"the CLI does not deploy it: {answer.stderr.strip()}"


@contextmanager
def beds() -> Iterator[dict[str, Bed]]:
    """An engine of each generation by API version; the hosts are removed afterwards."""
    fleet = Fleet(docker.from_env(), _NAME, _FOLDER)
    try:
        for release in GENERATIONS.values():
            fleet.up([release], release, engine=True)
        containers = {release: fleet.client.containers.get(f"{_NAME}-{release}") for release in GENERATIONS.values()}
        addresses = {host.name: host.address for host in fleet.hosts()}
        _put_corpus(containers[_CLI_HOST])
        made = {}
        for api_version, release in GENERATIONS.items():
            _run(containers[release], _LISTEN)
            address = f"tcp://{addresses[release]}:{_PORT}"
            engine = _connect(address)
            engine.swarm_init({"AdvertiseAddr": addresses[release], "ListenAddr": "0.0.0.0:2377"})
            _drain(engine)
            assert engine.api_version == api_version
            made[api_version] = Bed(api_version, engine, address, containers[_CLI_HOST].name)
        yield made
    finally:
        fleet.down()


def _run(container: Any, script: str) -> None:
    code, output = container.exec_run(["sh", "-c", script])
    if code:
        raise RuntimeError(f"{container.name}: {shlex.quote(script)}: {output.decode()}")


def _connect(address: str) -> Engine:
    deadline = time.monotonic() + 60
    engine = _engine_or_none(address)
    while engine is None and time.monotonic() < deadline:
        time.sleep(0.5)
        engine = _engine_or_none(address)
    return engine or Engine.connect(address)


def _engine_or_none(address: str) -> Engine | None:
    try:
        return Engine.connect(address)
    except EngineError:
        return None


def _drain(engine: Engine) -> None:
    (node,) = engine.nodes()
    engine.node_update(node["ID"], node["Version"]["Index"], {**node["Spec"], "Availability": "drain"})


def _put_corpus(container: Container) -> None:
    """The corpus at the path it has here, which may lie where the host has a file system in memory.

    Docker copies into the layers below that, where the host does not see it: hence the way round.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(CASES, arcname=_CORPUS.lstrip("/"))
    container.put_archive("/", buffer.getvalue())
    target = shlex.quote(str(CASES.parent))
    _run(container, f"mkdir -p {target} && cp -a {_CORPUS} {target}/{CASES.name}")
