"""The first run of a fleet: nothing is there yet, and what hosts will know cannot be known."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.providers.conftest import Done

Playbook = Callable[..., Done]


def written(folder: Path, project: dict[str, Any]) -> Path:
    """An inventory without hosts that declares a fleet and a stack."""
    (folder / "group_vars").mkdir(parents=True)
    (folder / "compose.yml").write_text("services:\n  web:\n    image: nginx\n")
    declared = {
        "gce_hosts_fleet": "shop",
        "gce_hosts_zones": ["europe-west1-b"],
        "gce_hosts_groups": [{"name": "shop-manager", "swarm_role": "manager", "count": 1}],
        "stack_projects": [project],
    }
    (folder / "group_vars" / "all.yml").write_text(json.dumps(declared))
    (folder / "hosts.ini").write_text("")
    return folder / "hosts.ini"


def test_files_beside_the_inventory_are_found_before_there_is_a_host(playbook: Playbook, tmp_path: Path) -> None:
    good = {"name": "shop", "files": ["{{ inventory_dir }}/compose.yml"]}
    done = playbook("dockyard.swarm.validate", "-i", str(written(tmp_path / "good", good)))
    assert done.status == 0, done.output
    bad = {"name": "shop", "files": ["{{ inventory_dir }}/none.yml"]}
    done = playbook("dockyard.swarm.validate", "-i", str(written(tmp_path / "bad", bad)))
    assert done.status != 0
    assert f"{tmp_path}/bad/none.yml" in done.errors


@pytest.mark.parametrize("name", ["ansible_host", "a_variable_of_hosts"])
def test_what_only_hosts_will_know_is_no_fault_yet(playbook: Playbook, tmp_path: Path, name: str) -> None:
    project = {"name": "shop", "files": ["{{ inventory_dir }}/compose.yml"], "environment": {"A": f"{{{{ {name} }}}}"}}
    done = playbook("dockyard.swarm.validate", "-i", str(written(tmp_path / "inventory", project)))
    assert done.status == 0, done.output
    assert f"the stacks cannot be evaluated: '{name}' is undefined" in done.errors
