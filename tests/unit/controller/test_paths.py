"""Paths on the controller, and what is written there."""

from __future__ import annotations

import os

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils.owner_file import write_for_owner
from ansible_collections.dockyard.swarm.plugins.plugin_utils.user_path import PathError, user_path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("backups", "/home/ada/work/backups"),
        ("./a/../b", "/home/ada/work/b"),
        ("/srv/backups", "/srv/backups"),
        ("~/key", os.path.expanduser("~/key")),
    ],
)
def test_a_relative_path_begins_where_the_user_stands(text, path):
    assert user_path(text, "swarm_backup_dir", "/home/ada/work") == path


def test_the_working_directory_is_where_the_user_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert user_path("backups", "swarm_backup_dir") == f"{tmp_path}/backups"


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("backups", "/root/.ansible/collections/ansible_collections/dockyard/swarm/playbooks"),
        ("/usr/share/ansible/collections/ansible_collections/dockyard/swarm/backups", "/root"),
    ],
)
def test_nothing_is_kept_inside_of_an_installed_collection(text, folder):
    with pytest.raises(PathError, match="swarm_backup_dir is .*is inside an installed collection"):
        user_path(text, "swarm_backup_dir", folder)


def test_what_is_written_is_its_owners_alone(tmp_path):
    path = tmp_path / "key"
    write_for_owner(path, b"one")
    write_for_owner(path, b"two")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"two", 0o600)
    assert os.listdir(tmp_path) == ["key"]


def test_a_file_that_cannot_be_written_leaves_the_old_one_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "key"
    path.write_bytes(b"one")
    monkeypatch.setattr(os, "fsync", lambda _file: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_for_owner(path, b"two")
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"one", ["key"])
