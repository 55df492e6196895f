"""Credentials are written as the user whose they are: root follows nobody's links."""

from __future__ import annotations

import json
import os
import pwd
import stat
from pathlib import Path

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._host import logins
from ansible_collections.dockyard.swarm.plugins.module_utils._host.logins import LoginError, set_logins

NOBODY = pwd.getpwnam("nobody")
LOGIN = {
    "registry": "registry.internal:5000",
    "username": "ann",
    "password": "s3cret",
    "user": "nobody",
    "state": "present",
}
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of the user nobody."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == pwd.getpwuid(os.geteuid()).pw_name and folder != Path("/tmp") and folder != Path("/"):
            folder.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, NOBODY.pw_uid, NOBODY.pw_gid)
    account = pwd.struct_passwd((*NOBODY[:5], str(home), NOBODY.pw_shell))
    monkeypatch.setattr(logins.pwd, "getpwnam", lambda _name: account)
    return home


@as_root
def test_the_file_is_the_users_own_and_nobody_elses(home: Path):
    result = set_logins([LOGIN], check_mode=False)
    file = home / ".docker" / "config.json"
    assert result["changed"]
    assert list(json.loads(file.read_text())["auths"]) == ["registry.internal:5000"]
    assert (file.stat().st_uid, file.stat().st_gid) == (NOBODY.pw_uid, NOBODY.pw_gid)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (home / ".docker").stat().st_uid == NOBODY.pw_uid
    assert not set_logins([LOGIN], check_mode=False)["changed"]
    assert os.geteuid() == 0


@as_root
@pytest.mark.parametrize("link", [".docker", ".docker/config.json"])
def test_a_link_to_roots_own_files_leads_nowhere(home: Path, tmp_path: Path, link: str):
    roots = tmp_path / "etc"
    roots.mkdir()
    (roots / "config.json").write_text("{}")
    if "/" in link:
        (home / ".docker").mkdir()
        os.chown(home / ".docker", NOBODY.pw_uid, NOBODY.pw_gid)
        (home / link).symlink_to(roots / "config.json")
    else:
        (home / link).symlink_to(roots)

    with pytest.raises(LoginError, match="nobody has no permission"):
        set_logins([LOGIN], check_mode=False)
    assert (roots / "config.json").read_text() == "{}"
    assert (roots / "config.json").stat().st_uid == 0
    assert (os.geteuid(), os.getegid()) == (0, 0)


@as_root
def test_a_secret_of_root_is_not_read_for_a_user(home: Path, tmp_path: Path):
    secret = tmp_path / "secret.json"
    secret.write_text('{"auths": {"of-root": {}}}')
    secret.chmod(0o600)
    (home / ".docker").mkdir()
    (home / ".docker" / "config.json").symlink_to(secret)
    with pytest.raises(LoginError, match="nobody has no permission"):
        set_logins([LOGIN], check_mode=True)


@as_root
def test_a_users_own_link_stays_one(home: Path):
    (home / ".docker").mkdir()
    (home / "dotfiles.json").write_text("{}")
    (home / ".docker" / "config.json").symlink_to("../dotfiles.json")
    for path in (home / ".docker", home / "dotfiles.json"):
        os.chown(path, NOBODY.pw_uid, NOBODY.pw_gid)
    set_logins([LOGIN], check_mode=False)
    assert (home / ".docker" / "config.json").is_symlink()
    assert "registry.internal:5000" in (home / "dotfiles.json").read_text()
