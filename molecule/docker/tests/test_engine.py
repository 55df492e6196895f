"""What the role promises of a bare Debian host, asked of the host and its engine."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def info(host):
    return json.loads(host.check_output("docker info --format '{{json .}}'"))


def test_engine_runs_and_starts_at_boot(host):
    service = host.service("docker")
    assert service.is_running
    assert service.is_enabled


def test_the_modules_need_no_package_of_python(host):
    assert not host.package("python3-docker").is_installed


def test_only_the_distributions_packages_are_there(host):
    assert host.package("docker.io").is_installed
    assert not host.package("docker-ce").is_installed


def test_images_live_on_overlay2(info):
    assert info["Driver"] == "overlay2"


def test_declared_registry_may_be_insecure(info):
    assert "registry:5000" in info["RegistryConfig"]["IndexConfigs"]


def test_logs_rotate_with_the_declared_size_and_the_default_count(host):
    config = json.loads(host.file("/etc/docker/daemon.json").content_string)
    assert config["log-driver"] == "json-file"
    assert config["log-opts"] == {"max-size": "5m", "max-file": "3"}


def test_container_gets_the_rotating_logs(host):
    """Asked of a container, because the engine's own answer is only its intention."""
    host.check_output("tar -C /usr/share/zoneinfo -cf - UTC | docker import - probe:1")
    identity = host.check_output("docker create probe:1 /UTC").strip()
    try:
        log = json.loads(host.check_output(f"docker inspect --format '{{{{json .HostConfig.LogConfig}}}}' {identity}"))
        assert log == {"Type": "json-file", "Config": {"max-size": "5m", "max-file": "3"}}
    finally:
        host.check_output(f"docker rm {identity}")


def test_forwarding_is_on_and_stays_on(host):
    assert host.file("/proc/sys/net/ipv4/ip_forward").content_string.strip() == "1"
    assert "net.ipv4.ip_forward = 1" in host.file("/etc/sysctl.d/60-dockyard.conf").content_string


def test_nothing_of_the_installation_stays_behind(host):
    assert not host.file("/usr/sbin/policy-rc.d").exists


def test_engine_was_configured_before_its_first_start(host):
    """One start, and no restart to take up what was written too late."""
    starts = host.check_output("journalctl -u docker --output cat | grep -c '^Started docker.service'")
    assert starts.strip() == "1"
