"""A clone of the checkout under test, and commands run in it as a newcomer would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Asks a host's engine for a path, with nothing but Python's own library.
ASK = (ROOT / "molecule" / "shared" / "files" / "ask.py").read_text()
RECAP = re.compile(r"^(\S+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.M)


@dataclass(frozen=True)
class Run:
    """How a command ended and all it printed."""

    status: int
    output: str

    @property
    def changed(self) -> dict[str, int]:
        """`changed=` of each host, summed over all recaps: a target may run several playbooks."""
        total: Counter[str] = Counter()
        for host, _, changed, _, _ in RECAP.findall(self.output):
            total[host] += int(changed)
        return dict(total)


class Checkout:
    """A copy of what git knows, in a folder whose name is as awkward as people's are."""

    def __init__(self, folder: Path, sandbox: str, inventory: str) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.inventory = inventory
        self.venv = Path(os.environ.get("VIRTUAL_ENV") or ROOT / ".venv")

    @classmethod
    def copied_to(cls, folder: Path, sandbox: str, inventory: str) -> Checkout:
        """Copy tracked and new files; ignored ones (tools, results) stay behind."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout.decode()
        for name in filter(None, listed.split("\0")):
            source, target = ROOT / name, folder / name
            if not (source.exists() or source.is_symlink()):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
        return cls(folder, sandbox, inventory)

    def make(self, *goals: str, **environment: str) -> Run:
        """Run make goals on this checkout's own sandbox, with the tools already installed."""
        return self.run("make", f"SANDBOX={self.sandbox}", f"VENV={self.venv}", *goals, **environment)

    def playbook(self, *arguments: str, **environment: str) -> Run:
        """Run ansible-playbook in the checkout, with its inventory."""
        command = [str(self.venv / "bin" / "ansible-playbook"), "-i", self.inventory]
        return self.run(*command, *arguments, **environment)

    def _environment(self) -> dict[str, str]:
        """A newcomer's: nothing of the make, the Ansible or the pytest that runs the tests."""
        own = ("ANSIBLE_", "MAKE", "MFLAGS", "PYTEST_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        return {**kept, "ANSIBLE_NOCOLOR": "1"}

    def run(self, *command: str, **environment: str) -> Run:
        """Run a command in the checkout."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**self._environment(), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        return Run(done.returncode, done.stdout)
