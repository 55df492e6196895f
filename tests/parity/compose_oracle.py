"""docker compose, asked what it makes of many projects at once: `config --format json` of each, in one container.

`PARITY_COMPOSE_ORACLE=/path/to/{release}/bin/docker-compose` asks programs of this machine, which is quicker while
working; `{release}` there becomes the Debian release.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
from clis import QUICK

from sandbox import images

PROJECT = "proj"
HOME = "/home/parity"


@dataclass(frozen=True)
class Question:
    """One project.

    Attributes:
        files: texts by name, below the project's directory.
        main: names of the project's files, in their order.
        environment: variables of the process.
        profiles: the active ones.
        about: what it was made of, for reports.
    """

    files: dict[str, str]
    main: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    profiles: tuple[str, ...] = ()
    about: str = ""


@dataclass(frozen=True)
class Answer:
    """What docker compose said: `config` is None if it refused."""

    config: dict[str, Any] | None
    complaint: str


class ComposeOracle:
    """docker compose of one release. The folder has the same path where it runs."""

    def __init__(self, folder: Path, program: str, prefix: Sequence[str] = ()) -> None:
        self._folder = folder
        self._program = program
        self._prefix = prefix
        self._asked = 0

    def ask(self, questions: Iterable[Question]) -> list[tuple[Question, Path, Answer]]:
        """Each question with the directory it was put into, and the answer."""
        places = []
        lines = []
        for question in questions:
            place = self._folder / str(self._asked)
            self._asked += 1
            for name, text in question.files.items():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                # Not write_text, which would change line ends.
                (place / name).write_bytes(text.encode())
            (place / "ask.sh").write_text(self._script(question, place))
            places.append((question, place))
            lines.append(str(place / "ask.sh"))
        batch = self._folder / f"batch-{self._asked}"
        batch.write_text("\n".join(lines) + "\n")
        command = [*self._prefix, "sh", "-c", f"xargs -P 2 -n 1 sh < {shlex.quote(str(batch))}"]
        subprocess.run(command, check=False, capture_output=True, timeout=3000)
        return [(question, place, _answer(place)) for question, place in places]

    def _script(self, question: Question, place: Path) -> str:
        variables = {"PATH": "/usr/bin:/bin", "HOME": HOME, **QUICK, **question.environment}
        command = ["env", "-i", *(f"{name}={value}" for name, value in variables.items()), self._program]
        command += ["-p", PROJECT, *(part for profile in question.profiles for part in ("--profile", profile))]
        command += [*(part for name in question.main for part in ("-f", name)), "config", "--format", "json"]
        return f"cd {shlex.quote(str(place))} && {shlex.join(command)} > out.json 2> complaint"


def _answer(place: Path) -> Answer:
    text = (place / "out.json").read_text()
    complaint = (place / "complaint").read_text()
    return Answer(json.loads(text) if text.strip() else None, complaint.strip())


@contextmanager
def compose_oracle(folder: Path, release: str = "forky") -> Iterator[ComposeOracle]:
    """docker compose of a Debian release (trixie or forky); its container is removed afterwards."""
    program = os.environ.get("PARITY_COMPOSE_ORACLE")
    if program:
        yield ComposeOracle(folder, program.format(release=release))
        return
    image = images.ensure_oracle(docker.from_env())
    mount = f"type=bind,source={folder},target={folder}"
    user = f"{os.getuid()}:{os.getgid()}"
    start = ["docker", "run", "--detach", "--rm", "--user", user, "--mount", mount, image]
    started = subprocess.run(start, capture_output=True, text=True, check=False, timeout=120)
    if started.returncode != 0:
        raise RuntimeError(f"no oracle: {started.stderr.strip()}; or set PARITY_COMPOSE_ORACLE")
    container = started.stdout.strip()
    try:
        yield ComposeOracle(folder, f"/opt/{release}/bin/docker-compose", ["docker", "exec", container])
    finally:
        subprocess.run(["docker", "rm", "--force", container], capture_output=True, check=False, timeout=60)
