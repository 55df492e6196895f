"""What a manifest compares."""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.module_utils._image import manifest


def test_packages_are_read_by_name():
    assert manifest.parse_packages("b:amd64\t2-1\na\t1\n\n") == {"a": "1", "b:amd64": "2-1"}


def test_images_are_told_by_digest():
    listed = [{"Id": "sha256:2", "RepoDigests": ["web@sha256:b"]}, {"Id": "sha256:1", "RepoDigests": None}]
    assert manifest.images(listed) == {"web@sha256:b": "sha256:2"}


def test_configuration_changes_with_content_and_target(tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "a").write_text("1")
    (tmp_path / "link").symlink_to("conf")
    before = manifest.configuration(str(tmp_path))
    assert before[f"{tmp_path}/link"] == "-> conf"
    (tmp_path / "conf" / "a").write_text("2")
    assert manifest.configuration(str(tmp_path)) != before


def test_what_is_of_one_host_is_left_out():
    for path in ("/etc/machine-id", "/etc/hosts", "/etc/shadow", "/etc/passwd-", "/etc/ssh/ssh_host_rsa_key.pub"):
        assert manifest._OF_ONE_HOST.fullmatch(path), path
    for path in ("/etc/passwd", "/etc/docker/daemon.json", "/etc/hosts.allow", "/etc/ssh/sshd_config"):
        assert not manifest._OF_ONE_HOST.fullmatch(path), path
