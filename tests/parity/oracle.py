"""The docker CLI, asked what it makes of compose files.

The oracles are the CLIs of two Debian releases, run in a container of the image `dockyard-oracle`, so that they are
the same everywhere: 26.1 (trixie) and 28.5 (forky). The image also has docker compose 2.26 and 2.40 there.
`PARITY_ORACLE=/path/to/docker` asks another CLI, which is quicker while working.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import docker
from corpus import CASES, Case

from sandbox import images


@dataclass(frozen=True)
class Answer:
    """What the CLI said of a project: `printed` is None if it refused."""

    printed: str | None
    complaint: str


class Oracle:
    """A docker CLI. `command` runs in a place where the corpus has the same paths as here."""

    def __init__(self, container: str | None = None, program: str = "docker") -> None:
        self._container = container
        self._program = program

    @property
    def major(self) -> int:
        """Major version of the CLI."""
        answer = self._run(["--version"], {})
        match = re.search(r"version (\d+)", answer.stdout)
        if not match:
            raise RuntimeError(f"this is no docker CLI: {answer.stdout}{answer.stderr}")
        return int(match[1])

    def config(self, case: Case) -> Answer:
        """`docker stack config` of a case."""
        arguments = ["stack", "config", *(part for file in case.files for part in ("-c", file))]
        answer = self._run(arguments, case.environment)
        return Answer(answer.stdout if answer.returncode == 0 else None, answer.stderr.strip())

    def _run(self, arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        variables = [f"{name}={value}" for name, value in environment.items()]
        command = ["env", "-i", "PATH=/usr/bin:/bin", *variables, self._program, *arguments]
        if self._container:
            command = ["docker", "exec", self._container, *command]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@contextmanager
def oracle(release: str = "trixie") -> Iterator[Oracle]:
    """The docker CLI of a Debian release (trixie or forky); its container is removed afterwards."""
    program = os.environ.get("PARITY_ORACLE")
    if program:
        yield Oracle(program=program)
        return
    with oracle_container(CASES) as container:
        yield Oracle(container, f"/opt/{release}/bin/docker")


@contextmanager
def oracle_container(folder: Path) -> Iterator[str]:
    """The id of a running container of the oracles' image that has a folder at the path it has here."""
    image = images.ensure_oracle(docker.from_env())
    mount = f"type=bind,source={folder},target={folder},readonly"
    start = ["docker", "run", "--detach", "--rm", "--mount", mount, image]
    started = subprocess.run(start, capture_output=True, text=True, check=False, timeout=120)
    if started.returncode != 0:
        raise RuntimeError(f"no oracle: {started.stderr.strip()}; or set PARITY_ORACLE to a docker CLI")
    container = started.stdout.strip()
    try:
        yield container
    finally:
        subprocess.run(["docker", "rm", "--force", container], capture_output=True, check=False, timeout=60)
