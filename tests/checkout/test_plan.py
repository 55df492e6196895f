"""`--check` before there is an engine, let alone a swarm: the files are read, and all of each stack is planned."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


@pytest.fixture
def check(tmp_path: Path) -> Any:
    """Run a playbook with --check on a host without an engine, which is the controller itself."""

    def run(playbook: str, *arguments: str, **variables: Any) -> Any:
        host = {
            "ansible_connection": "local",
            "ansible_become": False,
            "ansible_python_interpreter": sys.executable,
            "stack_projects": [{"name": "shop", "files": [str(tmp_path / "compose.yml")], **variables}],
        }
        groups = {"swarm_managers": {"hosts": {"m1": host}}}
        (tmp_path / "hosts.yml").write_text(yaml.safe_dump(groups))
        environment = {**os.environ, "ANSIBLE_NOCOLOR": "1", "DOCKER_HOST": f"unix://{tmp_path}/no-engine.sock"}
        playbook = str(ROOT / "playbooks" / f"{playbook}.yml")
        command = [str(BIN / "ansible-playbook"), "-i", str(tmp_path / "hosts.yml"), playbook, "--check", *arguments]
        # Ansible looks for its configuration where it is started; a user's own folder has none.
        environment["ANSIBLE_CONFIG"] = str(ROOT / "ansible.cfg")
        return subprocess.run(
            command,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    return run


GOOD = "services: {ui: {image: ui:1, networks: [front]}}\nnetworks: {front: {}}\n"


def test_all_of_a_stack_is_planned_as_new(tmp_path: Path, check: Any) -> None:
    (tmp_path / "compose.yml").write_text(GOOD)
    done = check("stacks", "--diff")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "stack shop: 2 to create" in done.stdout
    assert "+ network front   overlay" in done.stdout
    assert "+ service ui   ui:1, 1 replica" in done.stdout


def test_what_is_wrong_with_the_files_is_told_all_the_same(tmp_path: Path, check: Any) -> None:
    (tmp_path / "compose.yml").write_text("services: {ui: {imag: ui:1}, app-: {image: x}}\n")
    done = check("stacks")

    assert done.returncode != 0
    told = done.stdout + done.stderr
    for words in ("imag: unknown key", 'write "app"'):
        assert words in told, words


def test_a_plan_file_begins_where_its_user_stands(tmp_path: Path, check: Any) -> None:
    """Not at the playbook, which may be an installed one."""
    (tmp_path / "compose.yml").write_text(GOOD)
    done = check("stacks", plan_file="shop.json")

    assert done.returncode == 0, done.stdout + done.stderr
    plan = tmp_path / "shop.json"
    assert json.loads(plan.read_text())["summary"] == "stack shop: 2 to create"
    assert stat.S_IMODE(plan.stat().st_mode) == 0o600
    assert f"Written to {plan}" in done.stderr
    assert not (ROOT / "playbooks" / "shop.json").exists()


def test_the_plan_of_a_run_that_stops_says_that_it_is_not_complete(tmp_path: Path, check: Any) -> None:
    (tmp_path / "compose.yml").write_text("services: {ui: {imag: ui:1}}\n")
    (tmp_path / "plan.md").write_text("# Plan: of an earlier run\n")
    done = check("site", "-e", "swarm_plan_file=plan.md")

    assert done.returncode != 0
    assert (tmp_path / "plan.md").read_text().startswith("# Plan: not complete")


def test_a_plan_file_that_cannot_be_written_stops_the_run_at_once(tmp_path: Path, check: Any) -> None:
    (tmp_path / "compose.yml").write_text(GOOD)
    done = check("site", "-e", "swarm_plan_file=nowhere/plan.md")

    assert done.returncode != 0
    assert f"the directory {tmp_path}/nowhere does not exist" in done.stdout + done.stderr
    assert "Check the inventory" not in done.stdout
