"""`contexts` with an inventory that is empty or failed removes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.compute_api import fleet
from sandbox.compute_api.process import Simulator
from tests.integration.providers.conftest import Done

Playbook = Callable[..., Done]
CONTEXTS = "dockyard.swarm.contexts"


@pytest.fixture
def static(playbook: Playbook, tmp_path: Path) -> Path:
    """A fleet of two hosts that the workstation knows; returns its SSH configuration."""
    inventory = tmp_path / "hosts.yml"
    hosts = {"m1": {"ansible_host": "192.0.2.1", "ansible_user": "ops"}, "w1": {"ansible_host": "192.0.2.2"}}
    inventory.write_text(json.dumps({"docker_hosts": {"hosts": hosts}}))
    done = playbook(CONTEXTS, "-i", str(inventory), "-e", "contexts_docker=false")
    assert done.status == 0, done.output
    assert done.changed() == 1
    file = tmp_path / ".ssh" / "dockyard" / "dockyard.conf"
    assert "Host m1\n  HostName 192.0.2.1\n  User ops\n" in file.read_text()
    again = playbook(CONTEXTS, "-i", str(inventory), "-e", "contexts_docker=false")
    assert again.changed() == 0
    return file


def test_an_empty_inventory_removes_nothing(playbook: Playbook, static: Path, tmp_path: Path) -> None:
    before = static.read_text()
    (tmp_path / "empty.ini").write_text("[docker_hosts]\n")
    done = playbook(CONTEXTS, "-i", str(tmp_path / "empty.ini"), "-e", "contexts_docker=false")
    assert done.status != 0
    assert "no host in the group docker_hosts" in done.errors
    assert "contexts_state=absent" in done.errors
    assert static.read_text() == before


def test_a_failed_source_removes_nothing_even_beside_a_good_one(
    playbook: Playbook, static: Path, tmp_path: Path
) -> None:
    before = static.read_text()
    bad = tmp_path / "shop.gce.yml"
    bad.write_text("plugin: dockyard.swarm.gce\nauth_kind: serviceaccount\nservice_account_file: /nonexistent\n")
    one = tmp_path / "one.ini"
    one.write_text("[docker_hosts]\nm1\n")
    for sources in (["-i", str(bad)], ["-i", str(one), "-i", str(bad)]):
        done = playbook(CONTEXTS, *sources, "-e", "contexts_docker=false")
        assert done.status != 0
        assert "The inventory could not be read" in done.errors
        assert "/nonexistent cannot be read" in done.errors
        assert static.read_text() == before


def test_a_zone_that_does_not_answer_removes_nothing(playbook: Playbook, tmp_path: Path, simulator: Simulator) -> None:
    project = "contexts"
    simulator.ask("POST", "projects", {"name": project})
    bodies = [
        fleet.instance(project, zone=zone, name=name, number=number, labels={"swarm-role": "worker"})
        for number, (name, zone) in enumerate([("near", "europe-west1-b"), ("far", "us-central1-a")], start=1)
    ]
    simulator.ask("POST", "instances", {"project": project, "instances": bodies})
    key = simulator.key_file("contexts@contexts.iam.gserviceaccount.com", project, tmp_path / "key.json")
    file = tmp_path / "shop.gce.yml"
    file.write_text(
        f"plugin: dockyard.swarm.gce\nprojects: [{project}]\nauth_kind: serviceaccount\n"
        f"service_account_file: {key}\napi_endpoint: {simulator.http}/compute/v1\n"
    )
    arguments = [CONTEXTS, "-i", str(file), "-e", "contexts_docker=false"]
    assert playbook(*arguments).status == 0
    written = tmp_path / ".ssh" / "dockyard" / "dockyard.conf"
    before = written.read_text()
    assert "Host far" in before
    simulator.faults({"kind": "unreachable_zone", "zone": "us-central1-a"})
    try:
        done = playbook(*arguments)
    finally:
        simulator.faults()
    assert done.status != 0
    assert "The inventory is incomplete: project contexts: no answer from us-central1-a" in done.errors
    assert written.read_text() == before


def test_a_fleet_that_is_gone_is_removed_when_that_is_said(playbook: Playbook, static: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.ini").write_text("")
    arguments = ["-i", str(tmp_path / "empty.ini"), "-e", "contexts_docker=false", "-e", "contexts_state=absent"]
    done = playbook(CONTEXTS, *arguments)
    assert done.status == 0, done.output
    assert not static.exists()
    assert "dockyard" not in (tmp_path / ".ssh" / "config").read_text() if (tmp_path / ".ssh/config").exists() else True
