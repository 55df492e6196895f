"""The docker CLI, asked what it makes of compose files.

The oracle is the CLI of Debian 13, run in a container of the sandbox's host image, so that it is the
same everywhere. `PARITY_ORACLE=/path/to/docker` asks another one, which is quicker while working.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from corpus import CASES, Case

HOST_IMAGE = "dockyard-host:trixie-engine"


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
def oracle() -> Iterator[Oracle]:
    """The oracle of this run; its container is removed afterwards."""
    program = os.environ.get("PARITY_ORACLE")
    if program:
        yield Oracle(program=program)
        return
    mount = f"type=bind,source={CASES},target={CASES},readonly"
    start = ["docker", "run", "--detach", "--rm", "--mount", mount, "--entrypoint", "sleep", HOST_IMAGE, "3600"]
    started = subprocess.run(start, capture_output=True, text=True, check=False, timeout=120)
    if started.returncode != 0:
        hint = f"build the image {HOST_IMAGE} (make sandbox images), or set PARITY_ORACLE to a docker CLI"
        raise RuntimeError(f"no oracle: {started.stderr.strip()}; {hint}")
    container = started.stdout.strip()
    try:
        yield Oracle(container)
    finally:
        subprocess.run(["docker", "rm", "--force", container], capture_output=True, check=False, timeout=60)
