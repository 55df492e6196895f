"""The docker CLIs of two Debian releases as programs of this machine, for tests that need no engine.

They are unpacked from Debian's packages into .sandbox/oracles/RELEASE/bin once, by the script that fills the oracles'
image. `PARITY_CLIS` names another folder of that form.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus import HOME

QUICK = {"GOMAXPROCS": "1", "GOGC": "off"}
"""For programs that live for milliseconds: half of their time went to the threads of Go's garbage collector."""

ROOT = Path(__file__).resolve().parents[2]
RELEASES = {"26.1": "trixie", "28.5": "forky"}
"""Debian releases by the version of their docker CLI, the newest last."""
NEWEST_FORMAT = {"26.1": 12, "28.5": 13}
"""n of the newest version 3.n of the format that each CLI knows."""

_FOLDER = Path(os.environ.get("PARITY_CLIS", ROOT / ".sandbox" / "oracles"))
_FETCH = ROOT / "sandbox" / "images" / "oracle" / "fetch"
_MIRROR = "http://deb.debian.org/debian"


@dataclass(frozen=True)
class Outcome:
    """What a CLI made of a project: `printed` is None if it refused; `crashed` if it broke down over it."""

    printed: str | None
    complaint: str
    crashed: bool


@dataclass(frozen=True)
class Cli:
    """One docker CLI."""

    version: str
    program: Path

    def config(self, files: Sequence[str], environment: Mapping[str, str]) -> Outcome:
        """`docker stack config`."""
        return _run([str(self.program), "stack", "config", *_given(files)], environment)

    def deploy(self, address: str, files: Sequence[str], stack: str, environment: Mapping[str, str]) -> Outcome:
        """`docker stack deploy` to the engine at an address, without asking registries."""
        arguments = [
            str(self.program),
            "stack",
            "deploy",
            "--detach=true",
            "--resolve-image",
            "never",
            *_given(files),
            stack,
        ]
        return _run(arguments, {**environment, "DOCKER_HOST": address})


@dataclass(frozen=True)
class Compose:
    """One docker compose."""

    program: Path

    def config(self, files: Sequence[str], environment: Mapping[str, str]) -> Outcome:
        """`docker compose config`, as JSON."""
        given = [part for file in files for part in ("-f", file)]
        return _run([str(self.program), *given, "config", "--format", "json"], environment)


def compose(version: str) -> Compose:
    """The docker compose beside a docker CLI."""
    return Compose(_program(version, "docker-compose"))


def _program(version: str, name: str) -> Path:
    release = RELEASES[version]
    program = _FOLDER / release / "bin" / name
    if not program.exists():
        subprocess.run([str(_FETCH), _MIRROR, release, str(_FOLDER)], check=True, timeout=600)
    return program


def cli(version: str) -> Cli:
    """The docker CLI of a version in RELEASES."""
    program = _program(version, "docker")
    found = Cli(version, program)
    asked = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False, timeout=60)
    if not re.search(rf"version {re.escape(version)}\.", asked.stdout):
        raise RuntimeError(f"{program} is no docker CLI {version}: {asked.stdout}{asked.stderr}")
    return found


def _given(files: Sequence[str]) -> list[str]:
    return [part for file in files for part in ("-c", file)]


def _run(command: list[str], environment: Mapping[str, str]) -> Outcome:
    variables = {"PATH": "/usr/bin:/bin", "HOME": HOME, **QUICK, **environment}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=60)
    complaint = done.stderr.strip()
    return Outcome(done.stdout if done.returncode == 0 else None, complaint, complaint.startswith("panic:"))
