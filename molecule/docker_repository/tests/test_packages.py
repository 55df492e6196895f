"""What the role promises of packages, after an installation, an upgrade and a downgrade."""

from __future__ import annotations

testinfra_hosts = ["docker-repository-host"]


def test_engine_has_the_version_asked_for_last(host):
    assert host.package("docker-ce").version == "5:27.5.0-1~debian.13~trixie"
    assert host.package("docker-ce-cli").version == "5:27.5.0-1~debian.13~trixie"


def test_engine_is_held(host):
    held = host.check_output("apt-mark showhold").split()
    assert {"docker-ce", "docker-ce-cli"} <= set(held)


def test_upgrading_the_host_leaves_the_engine_alone(host):
    host.check_output("apt-get -q -y upgrade")
    assert host.package("docker-ce").version == "5:27.5.0-1~debian.13~trixie"


def test_engine_of_the_distribution_is_gone(host):
    for name in ("docker.io", "docker-cli", "containerd", "runc"):
        assert not host.package(name).is_installed


def test_older_description_of_the_repository_is_gone_with_its_key(host):
    assert not host.file("/etc/apt/sources.list.d/docker.list").exists
    assert not host.file("/usr/share/keyrings/docker-archive-keyring.gpg").exists


def test_repository_is_described_once_and_checked_against_one_key(host):
    source = host.file("/etc/apt/sources.list.d/docker.sources")
    assert "Signed-By: /etc/apt/keyrings/docker.asc" in source.content_string
    assert source.mode == 0o644


def test_lists_are_fetched_without_complaint(host):
    update = host.run("apt-get -q update")
    assert update.rc == 0
    assert "W:" not in update.stderr


def test_engine_runs(host):
    assert host.service("docker").is_running
    assert host.service("docker").is_enabled
    assert host.run("docker info").rc == 0
