"""Prometheus' own tools judge the rules and the configurations, with every option set and with none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import docker
import pytest

from sandbox import images
from tests.unit.ready_stacks.test_projects import EVERY_OPTION

ROOT = Path(__file__).parents[2]
STACK = ROOT / "stacks" / "monitoring"


@pytest.fixture(scope="module")
def tools() -> str:
    """The image with promtool and amtool."""
    client = docker.from_env()
    name = "dockyard-monitoring-tools:test"
    base = images.ensure_base(client, images.RELEASES[0])
    images.build(client, STACK / "images", name, base=base, target="tools")
    return name


def run(image: str, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a tool on a folder's files."""
    mount = ["--volume", f"{folder}:/files:ro", "--workdir", "/files"]
    return subprocess.run(
        ["docker", "run", "--rm", "--network", "none", *mount, image, *command],
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_alert_fires_where_it_should_and_is_silent_elsewhere(tools: str) -> None:
    done = run(tools, STACK / "alerts", "promtool", "test", "rules", "monitoring_test.yml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("given", [{}, EVERY_OPTION], ids=["as it comes", "with every option"])
def test_configurations_are_valid(tools: str, tmp_path: Path, given: dict[str, Any]) -> None:
    """Rendered by Ansible, as in a deploy."""
    play = {
        "hosts": "localhost",
        "connection": "local",
        "vars": {"ansible_python_interpreter": sys.executable},
        "gather_facts": False,
        "tasks": [
            {"dockyard.swarm.ready_stacks": {"stacks": {"monitoring": given}}, "register": "ready"},
            {
                "ansible.builtin.copy": {
                    "content": "{{ ready.projects[0].config_content[item] }}\n",
                    "dest": f"{tmp_path}/{{{{ item }}}}.yml",
                    "mode": "0644",
                },
                "loop": ["prometheus", "alertmanager"],
            },
        ],
    }
    playbook = tmp_path / "render.json"
    playbook.write_text(json.dumps([play]))
    rendered = subprocess.run(
        ["ansible-playbook", "-i", "localhost,", str(playbook)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert rendered.returncode == 0, rendered.stdout + rendered.stderr
    tmp_path.chmod(0o755)
    checked = run(tools, tmp_path, "promtool", "check", "config", "--syntax-only", "prometheus.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    checked = run(tools, tmp_path, "amtool", "check-config", "alertmanager.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr
