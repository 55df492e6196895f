"""Hosts of an inventory as the module workstation takes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._workstation.apply import set_up
from ansible_collections.dockyard.swarm.plugins.module_utils._workstation.inventory import hosts_from


def test_what_the_inventory_says_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    variables = {
        "a": {
            "ansible_host": "192.0.2.1",
            "ansible_user": "ops",
            "ansible_port": 2222,
            "ansible_ssh_private_key_file": "~/.ssh/id",
            "ansible_ssh_common_args": "-o A=1",
            "ansible_ssh_extra_args": "-o B=2",
        },
        "b": {"ansible_ssh_host": "192.0.2.2", "ansible_ssh_user": "root", "ansible_private_key_file": "/key"},
        "c": {"ansible_host": "", "ansible_user": None},
    }
    assert hosts_from(["a", "b", "c"], variables) == [
        {
            "name": "a",
            "address": "192.0.2.1",
            "user": "ops",
            "port": 2222,
            "identity_file": "/home/ann/.ssh/id",
            "ssh_args": "-o A=1 -o B=2",
        },
        {"name": "b", "address": "192.0.2.2", "user": "root", "identity_file": "/key", "ssh_args": ""},
        {"name": "c", "address": "c", "ssh_args": ""},
    ]
    (own,) = hosts_from(["a"], variables, "/own")
    assert own["identity_file"] == "/own"


def test_an_empty_list_removes_nothing_unless_that_is_said(tmp_path: Path) -> None:
    options = {"fleet": "shop", "ssh_folder": str(tmp_path), "contexts": False, "state": "present"}
    host = {"name": "a", "address": "192.0.2.1", "user": None, "port": None, "identity_file": None, "ssh_args": ""}

    def run(*_words: object, **_more: object) -> tuple[int, str, str]:
        raise AssertionError("nothing was to be run")

    assert set_up({**options, "hosts": [host]}, run, check_mode=False)["changed"]
    file = tmp_path / "dockyard" / "shop.conf"
    before = file.read_text()
    with pytest.raises(UserError, match="set state: absent to remove it"):
        set_up({**options, "hosts": []}, run, check_mode=False)
    assert file.read_text() == before
    assert set_up({**options, "hosts": [], "state": "absent"}, run, check_mode=False)["changed"]
    assert not file.exists()
