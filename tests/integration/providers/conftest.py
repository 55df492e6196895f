"""Playbooks as users of the installed collection run them: from an empty folder, without an ansible.cfg of ours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.compute_api.process import Simulator

ROOT = Path(__file__).resolve().parents[3]
PROJECT = "dockyard"


@dataclass(frozen=True)
class Done:
    """A finished playbook."""

    status: int
    output: str

    @property
    def errors(self) -> str:
        """What it printed of errors, in one line."""
        return " ".join(self.output.split())

    def changed(self, host: str = "localhost") -> int:
        """How many tasks changed something."""
        match = re.search(rf"^{host}\s+: ok=\d+\s+changed=(\d+)", self.output, re.M)
        assert match, self.output
        return int(match[1])


@pytest.fixture
def playbook(tmp_path: Path) -> Callable[..., Done]:
    """Run a playbook by its name: `playbook("dockyard.swarm.site", "-i", FILE)`."""
    work = tmp_path / "work"
    work.mkdir()

    def run(name: str, *arguments: str, **environment: str) -> Done:
        kept = {key: os.environ[key] for key in ("PATH", "LANG", "TMPDIR") if key in os.environ}
        settings = {
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCAL_TEMP": str(tmp_path / "ansible"),
            "HOME": str(tmp_path),
            **environment,
        }
        command = [str(Path(sys.executable).with_name("ansible-playbook")), name, *arguments]
        done = subprocess.run(
            command, cwd=work, env={**kept, **settings}, capture_output=True, text=True, timeout=120, check=False
        )
        return Done(done.returncode, done.stdout + done.stderr)

    return run


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A simulated project."""
    with Simulator(tmp_path_factory.mktemp("compute"), [PROJECT]) as running:
        yield running
