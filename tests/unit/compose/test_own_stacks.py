"""The compose files that come with the collection deploy without a warning."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import convert
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import load

STACKS = Path(__file__).resolve().parents[3] / "stacks"
# Ready-made stacks are read with their options: tests/unit/ready_stacks.
FILES = sorted(file for file in STACKS.glob("*/*compose*.yml") if not (file.parent / "defaults.yml").exists())


def test_there_are_some() -> None:
    assert FILES


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(STACKS)))
def test_no_warning(file: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    # Variables that a file requires stand for files (of secrets) or for names.
    required = re.findall(r"\$\{(\w+):\?", file.read_text())
    environment = {name: str(secret) if name.endswith("_FILE") else "registry:5000" for name in required}
    project = load([str(file)], environment)
    assert project.warnings == []
    for api_version in ("1.41", "1.45"):
        desired = convert(project.config, "x", api_version, project.config_data, project.secret_data)
        assert desired.warnings == []
