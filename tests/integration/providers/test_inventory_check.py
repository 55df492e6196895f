"""A run with nothing to do, or with an inventory that could not be read, is not a success."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.compute_api.process import Simulator
from tests.integration.providers.conftest import Done

GCE = "plugin: dockyard.swarm.gce\nprojects: [dockyard]\nauth_kind: serviceaccount\n"
HOSTS = "[swarm_managers]\nm1 ansible_connection=local\n"

Playbook = Callable[..., Done]


def test_no_inventory_at_all(playbook: Playbook) -> None:
    done = playbook("dockyard.swarm.site")
    assert done.status != 0
    assert "No host is declared" in done.errors
    assert "select the inventory with -i" in done.errors


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "No host is declared"), ("[others]\na\nb\n", "has 2 hosts, but none in the groups swarm_managers")],
)
def test_an_inventory_without_declared_hosts(playbook: Playbook, tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "hosts.ini"
    file.write_text(text)
    done = playbook("dockyard.swarm.site", "-i", str(file))
    assert done.status != 0
    assert words in done.errors
    assert str(file) in done.errors


def test_lapsed_credentials_are_named(playbook: Playbook, tmp_path: Path, simulator: Simulator) -> None:
    email = "lapsed@dockyard.iam.gserviceaccount.com"
    key = simulator.key_file(email, "dockyard", tmp_path / "key.json")
    file = tmp_path / "shop.gce.yml"
    file.write_text(f"{GCE}service_account_file: {key}\napi_endpoint: {simulator.http}/compute/v1\n")
    simulator.ask("POST", "accounts", {"email": email, "project": "dockyard", "token_uri": "x"})
    simulator.ask("DELETE", "keys", {"email": email, "key_id": json.loads(key.read_text())["private_key_id"]})
    done = playbook("dockyard.swarm.site", "-i", str(file))
    assert done.status != 0
    assert "The inventory could not be read" in done.errors
    assert "the key is expired, deleted or disabled" in done.errors.partition("The inventory could not be read")[2]


def test_one_failed_source_of_two_is_no_success_either(playbook: Playbook, tmp_path: Path) -> None:
    folder = tmp_path / "inventory"
    folder.mkdir()
    (folder / "group_vars").mkdir()
    (folder / "group_vars" / "all.yml").write_text("a: 1\n")
    (folder / "a.ini").write_text(HOSTS)
    (folder / "b.gce.yml").write_text(f"{GCE}service_account_file: /nonexistent/key.json\n")
    for sources in (["-i", str(folder)], ["-i", str(folder / "a.ini"), "-i", str(folder / "b.gce.yml")]):
        done = playbook("dockyard.swarm.check_inventory", *sources)
        assert done.status != 0
        assert f"could not be read: {folder}/b.gce.yml: " in done.errors
        assert "/nonexistent/key.json cannot be read" in done.errors.partition("The inventory could not be read")[2]
    allowed = playbook("dockyard.swarm.check_inventory", "-i", str(folder), "-e", "hosts_failed_sources=warn")
    assert allowed.status == 0, allowed.output


def test_good_inventories_pass(playbook: Playbook, tmp_path: Path) -> None:
    file = tmp_path / "hosts.ini"
    file.write_text(HOSTS)
    assert playbook("dockyard.swarm.check_inventory", "-i", str(file)).status == 0
    (tmp_path / "empty.ini").write_text("")
    declared = '{"gce_hosts_groups": [{"name": "a"}]}'
    first_run = playbook("dockyard.swarm.check_inventory", "-i", str(tmp_path / "empty.ini"), "-e", declared)
    assert first_run.status == 0, first_run.output
