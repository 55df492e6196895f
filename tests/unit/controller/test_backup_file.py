"""A backup is encrypted before it is written, whatever fails."""

from __future__ import annotations

import base64
import hashlib
import os
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib
from ansible.plugins.action import ActionBase
from ansible_collections.dockyard.swarm.plugins.action.backup_file import ActionModule

CONTENT = bytes(range(256)) * 40


@pytest.fixture
def backup(tmp_path, monkeypatch):
    monkeypatch.setattr(ActionBase, "run", lambda _self, _tmp=None, _task_vars=None: {})
    monkeypatch.setattr(
        ActionModule,
        "validate_argument_spec",
        lambda self, argument_spec: (None, {**dict.fromkeys(argument_spec), **self._task.args}),
    )
    slurped = {"content": base64.b64encode(CONTENT).decode()}
    monkeypatch.setattr(ActionModule, "_execute_module", lambda _self, *_args, **_more: slurped)

    def run(check_mode=False, answer=None, **args):
        if answer is not None:
            monkeypatch.setattr(ActionModule, "_execute_module", lambda _self, *_args, **_more: answer)
        task = SimpleNamespace(
            args={"folder": str(tmp_path / "kept"), "name": "swarm.tar.gz", **args}, check_mode=check_mode
        )
        action = ActionModule(task, None, None, DataLoader(), None, None)
        return action.run(None, {})

    return run


@pytest.fixture
def password(tmp_path):
    path = tmp_path / "passphrase"
    path.write_text("a passphrase of many words")
    return str(path)


def all_files(folder):
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_copy_is_written_for_its_owner_with_its_checksum(backup, tmp_path):
    result = backup(src="/state")
    path = tmp_path / "kept" / "swarm.tar.gz"
    assert (result["changed"], result["path"]) == (True, str(path))
    assert path.read_bytes() == CONTENT
    assert path.with_name("swarm.tar.gz.sha256").read_text() == f"{hashlib.sha256(CONTENT).hexdigest()}  swarm.tar.gz\n"
    assert {path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o077} == {0o600, 0}


def test_encrypted_copy_can_be_decrypted_and_its_checksum_is_that_of_the_file(backup, tmp_path, password):
    result = backup(src="/state", vault_password_file=password)
    written = (tmp_path / "kept" / "swarm.tar.gz").read_bytes()
    assert written.startswith(b"$ANSIBLE_VAULT;1.2;AES256;backup\n")
    assert result["sha256"] == hashlib.sha256(written).hexdigest()
    from ansible.parsing.vault import get_file_vault_secret

    secret = get_file_vault_secret(filename=password, vault_id="backup", loader=DataLoader())
    secret.load()
    assert VaultLib([("backup", secret)]).decrypt(written) == CONTENT


def test_nothing_in_clear_is_left_where_encryption_fails(backup, tmp_path, password, monkeypatch):
    def fails(*_args, **_more):
        raise OSError("no entropy")

    monkeypatch.setattr(VaultLib, "encrypt", fails)
    with pytest.raises(AnsibleActionFail, match="no entropy"):
        backup(src="/state", vault_password_file=password)
    assert all_files(tmp_path / "kept") == {}


def test_nothing_in_clear_is_left_where_writing_fails(backup, tmp_path, password, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _file: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(AnsibleActionFail, match="disk full"):
        backup(src="/state", vault_password_file=password)
    assert all_files(tmp_path / "kept") == {}


@pytest.mark.parametrize("missing", ["/nowhere/passphrase"])
def test_a_password_that_cannot_be_read_is_told_before_anything_is_fetched(backup, tmp_path, missing):
    with pytest.raises(AnsibleActionFail, match="swarm_backup_vault_password_file /nowhere/passphrase"):
        backup(vault_password_file=missing)
    assert not (tmp_path / "kept").exists()


def test_a_folder_that_cannot_be_written_is_told_beforehand(backup, tmp_path):
    (tmp_path / "kept").write_text("a file")
    with pytest.raises(AnsibleActionFail, match="cannot be written"):
        backup()


def test_a_file_that_cannot_be_read_on_the_host_is_told(backup):
    with pytest.raises(AnsibleActionFail, match="/state cannot be read: file not found"):
        backup(src="/state", answer={"failed": True, "msg": "file not found"})


def test_check_mode_writes_nothing(backup, tmp_path):
    assert backup(check_mode=True, src="/state")["changed"]
    assert not (tmp_path / "kept").exists()
