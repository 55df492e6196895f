"""`validate` says everything that is wrong with an inventory in one run, and speaks to no host."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """What exists after a connection was tried."""
    return tmp_path / "connected"


def told(done: Any) -> list[str]:
    """The sentences of the error."""
    _before, _marker, rest = (done.stdout + done.stderr).partition("[ERROR]: Task failed: ")
    return list(rest.partition("\nOrigin:")[0].splitlines())


def validate(
    tmp_path: Path, marker: Path, variables: dict[str, Any], *arguments: str, playbook: str = "validate"
) -> Any:
    """Run a playbook on hosts that no packet reaches. Whoever calls ssh is noted."""
    ssh = tmp_path / "ssh"
    ssh.write_text(f"#!/bin/sh\ntouch {marker}\nexit 255\n")
    ssh.chmod(0o755)
    hosts = {
        "docker_hosts": {
            "vars": {"ansible_ssh_executable": str(ssh), **variables},
            "children": {
                "swarm_managers": {"hosts": {"m1": {"ansible_host": "192.0.2.1"}, "m2": {"ansible_host": "192.0.2.2"}}},
                "swarm_workers": {"hosts": {"w1": {"ansible_host": "192.0.2.3"}}},
            },
        }
    }
    inventory = tmp_path / "hosts.yml"
    inventory.write_text(yaml.safe_dump(hosts))
    return subprocess.run(
        [str(BIN / "ansible-playbook"), "-i", str(inventory), f"playbooks/{playbook}.yml", *arguments],
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


MISSPELT = {
    "docker_deamon": "docker_daemon",
    "docker_verison": "docker_version",
    "stack_project": "stack_projects",
    "swarm_lables": "swarm_labels",
    "swarm_setings": "swarm_settings",
}


@pytest.mark.parametrize("playbook", ["validate", "site"])
def test_five_misspelt_variables_are_five_sentences_and_no_host_is_asked(
    tmp_path: Path, marker: Path, playbook: str
) -> None:
    done = validate(tmp_path, marker, {misspelt: {} for misspelt in MISSPELT}, playbook=playbook)

    assert done.returncode != 0
    assert told(done) == [
        f"nothing reads the variable {misspelt}; did you mean {meant}? (of m1, m2, w1)"
        for misspelt, meant in sorted(MISSPELT.items())
    ]
    assert not marker.exists()


def test_misspelt_variables_can_be_warnings(tmp_path: Path, marker: Path) -> None:
    done = validate(tmp_path, marker, {"docker_deamon": {}}, "-e", "swarm_unknown_variables=warn")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "did you mean docker_daemon?" in done.stdout + done.stderr


def test_a_name_of_one_s_own_can_be_declared(tmp_path: Path, marker: Path) -> None:
    done = validate(tmp_path, marker, {"docker_zzz": 1}, "-e", '{"swarm_known_variables": ["docker_zzz"]}')

    assert done.returncode == 0, done.stdout + done.stderr


def test_one_wrong_value_on_three_hosts_is_one_sentence(tmp_path: Path, marker: Path) -> None:
    done = validate(tmp_path, marker, {"docker_source": "dokcer"})

    assert done.returncode != 0
    assert told(done) == ["value of docker_source must be one of: docker, distribution, got: dokcer (of m1, m2, w1)"]
    assert len((done.stdout + done.stderr).splitlines()) < 40
    assert not marker.exists()


def test_wrong_suboptions_are_told_with_what_was_meant(tmp_path: Path, marker: Path) -> None:
    project = {"name": "shop", "files": ["/nowhere/compose.yml"], "wait_timout": 3}
    done = validate(tmp_path, marker, {"stack_projects": [project], "swarm_settings": {"auto_lock": True}})

    assert done.returncode != 0
    assert told(done) == [
        "stack_projects has no option wait_timout; did you mean wait_timeout? (of m1, m2)",
        "swarm_settings has no option auto_lock; did you mean autolock? (of m1, m2, w1)",
        "stack shop: the compose file /nowhere/compose.yml does not exist",
    ]


def test_compose_files_are_read_and_checked(tmp_path: Path, marker: Path) -> None:
    compose = tmp_path / "compose.yml"
    compose.write_text(
        "services:\n  web:\n    image: x\n    deploy: {placement: {constraints: ['node.rolle == manager']}}\n"
        "  app-:\n    image: y\nconfigs:\n  empty: {content: ''}\n"
    )
    done = validate(tmp_path, marker, {"stack_projects": [{"name": "shop", "files": [str(compose)]}]})

    assert done.returncode != 0
    assert "node.rolle" in done.stdout
    assert "app-" in done.stdout
    assert not marker.exists()


def test_switches_of_ready_made_stacks_are_followed(tmp_path: Path, marker: Path) -> None:
    done = validate(tmp_path, marker, {"swarm_stacks": {"monitoring": {"retention": "3d", "webhook": "http://x"}}})
    assert done.returncode == 0, done.stdout + done.stderr

    done = validate(tmp_path, marker, {"swarm_stacks": {"monitoring": {"retentoin": "3d"}}})
    assert done.returncode != 0
    assert "did you mean retention?" in told(done)[0]
    assert not marker.exists()


def test_stacks_are_checked_before_the_first_host_is_made(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text("services: {web: {image: x, prots: [80]}}\n")
    (tmp_path / "groups.yml").write_text("swarm_managers: {}\nswarm_workers: {}\n")
    (tmp_path / "group_vars").mkdir()
    declared = {
        "gce_hosts_groups": [{"name": "manager", "swarm_role": "manager", "count": 1}],
        "gce_hosts_fleet": "shop",
        "stack_projects": [{"name": "shop", "files": ["{{ inventory_dir }}/compose.yml"]}],
    }
    (tmp_path / "group_vars" / "all.yml").write_text(yaml.safe_dump(declared))
    done = subprocess.run(
        [str(BIN / "ansible-playbook"), "-i", str(tmp_path), "playbooks/validate.yml"],
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert len(told(done)) == 1, done.stdout + done.stderr
    assert "prots" in told(done)[0]


def test_what_only_a_host_can_tell_is_left_for_later(tmp_path: Path, marker: Path) -> None:
    done = validate(tmp_path, marker, {"swarm_advertise_addr": "{{ ansible_facts.eth1.ipv4.address }}"})

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("inventory", ["inventory/example"])
def test_the_example_inventory_is_valid(inventory: str) -> None:
    done = subprocess.run(
        [str(BIN / "ansible-playbook"), "-i", inventory, "playbooks/validate.yml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
