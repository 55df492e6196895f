"""How the sandbox finds its own Compute API."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from sandbox.fleet import Fleet
from sandbox.gce import health, port_for, process_of
from sandbox.progress import SandboxError

INVENTORY = "plugin: dockyard.swarm.gce\napi_endpoint: {endpoint}\nservice_account_file: {folder}/credentials.json\n"


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    client = docker.DockerClient(base_url="tcp://127.0.0.1:9", version="1.41")
    yield Fleet(client, "mine", tmp_path / "mine")
    client.close()


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.gce.yml"


def test_the_api_answers_where_the_inventory_expects_it(fleet: Fleet, inventory: Path) -> None:
    inventory.write_text(INVENTORY.format(endpoint="http://127.0.0.1:8123/compute/v1", folder=fleet.folder))
    assert port_for(fleet, inventory) == 8123


def test_an_inventory_about_another_sandbox_is_refused(fleet: Fleet, inventory: Path, tmp_path: Path) -> None:
    inventory.write_text(INVENTORY.format(endpoint="http://127.0.0.1:8123/compute/v1", folder=tmp_path / "theirs"))
    with pytest.raises(SandboxError, match="is about the sandbox theirs, not mine"):
        port_for(fleet, inventory)


def test_an_endpoint_without_a_port_is_refused(fleet: Fleet, inventory: Path) -> None:
    inventory.write_text(INVENTORY.format(endpoint="http://127.0.0.1/compute/v1", folder=fleet.folder))
    with pytest.raises(SandboxError, match="names no port"):
        port_for(fleet, inventory)


@pytest.mark.parametrize(
    ("words", "ours"),
    [(["gce-serve", "--name", "mine"], True), (["gce-serve", "--name", "theirs"], False), (["mine"], False)],
)
def test_a_process_that_took_over_the_number_is_not_ours(fleet: Fleet, words: list[str], ours: bool) -> None:
    file = fleet.folder / "compute_api" / "pid"
    file.parent.mkdir(parents=True)
    command = [sys.executable, "-c", "print('here', flush=True); input()", *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        file.write_text(str(process.pid))
        assert process_of(fleet) == (process.pid if ours else None)
        assert process.stdin is not None
        process.stdin.write(b"\n")
    assert process_of(fleet) is None


def test_without_a_process_there_is_none(fleet: Fleet) -> None:
    assert process_of(fleet) is None


@pytest.mark.parametrize(
    "answer", [b"", b"220 mail ready\r\n", b"HTTP/1.1 200 OK\r\n\r\nhello", b"HTTP/1.1 404 Not Found\r\n\r\n"]
)
def test_whoever_else_has_the_port_is_not_the_compute_api(answer: bytes) -> None:
    def serve() -> None:
        visitor, _address = door.accept()
        with visitor:
            visitor.recv(1024)
            visitor.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=serve)
        thread.start()
        assert health(f"http://127.0.0.1:{door.getsockname()[1]}") is None
        thread.join()
