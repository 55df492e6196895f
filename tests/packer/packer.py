"""Runs Packer on the templates as a person would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox import machine
from sandbox.progress import heartbeat

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Build:
    """How Packer ended, what it printed, and where it wrote."""

    status: int
    output: str
    folder: Path

    @property
    def manifest(self) -> dict[str, Any]:
        """What was written beside a host image for the sandbox."""
        return self.manifest_of("docker")

    def manifest_of(self, source: str) -> dict[str, Any]:
        """What was written beside an image."""
        return json.loads((self.folder / f"{source}.manifest.json").read_text())


def run(
    command: str,
    *arguments: str,
    folder: Path = ROOT / "build" / "images",
    environment: dict[str, str] | None = None,
    **variables: str,
) -> Build:
    """`packer/run COMMAND …` with variables of the templates."""
    machine.install(["packer"])
    values = [f"-var={name}={value}" for name, value in {"output": str(folder), **variables}.items()]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    with heartbeat(f"packer {command}") as output:
        process = subprocess.Popen(
            ["packer/run", command, *arguments, *values],
            cwd=ROOT,
            env={**os.environ, **(environment or {}), "PATH": path, "ANSIBLE_NOCOLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        assert process.stdout is not None
        output.extend(line.rstrip("\n") for line in process.stdout)
        status = process.wait()
    return Build(status, "\n".join(output), folder)


def bake(folder: Path, ansible_vars: dict[str, Any], **variables: str) -> Build:
    """Bake with the docker source; the roles' variables as a person would write them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vars.yml").write_text(yaml.safe_dump(ansible_vars))
    return run(
        "build",
        "-only=docker.host",
        "-color=false",
        folder=folder,
        ansible_vars=str(folder / "vars.yml"),
        **variables,
    )
