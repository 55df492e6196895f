"""What the role promises of a host that shall have no engine."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("name", ["docker.io", "docker-cli", "containerd", "runc"])
def test_packages_are_gone(host, name):
    assert not host.package(name).is_installed


def test_nothing_is_held(host):
    assert host.check_output("apt-mark showhold") == ""


def test_no_engine_runs(host):
    assert not host.process.filter(comm="dockerd")


@pytest.mark.parametrize("unit", ["docker-prune.timer", "docker-prune.service", "dockyard-firewall.service"])
def test_units_are_gone(host, unit):
    assert host.check_output(f"systemctl show {unit} --property LoadState --value") == "not-found"


@pytest.mark.parametrize("tool", ["iptables", "ip6tables"])
def test_rules_are_gone(host, tool):
    assert "DOCKYARD" not in host.check_output(f"{tool} -S")


def test_files_of_the_role_are_gone(host):
    for path in (
        "/etc/docker",
        "/etc/sysctl.d/60-dockyard.conf",
        "/etc/modules-load.d/dockyard.conf",
        "/etc/systemd/system/docker.service.d/dockyard.conf",
        "/etc/dockyard/firewall/apply",
        "/etc/apt/sources.list.d/docker.sources",
    ):
        assert not host.file(path).exists, path


def test_data_is_gone(host):
    assert host.check_output("ls -A /var/lib/docker /var/lib/containerd").split() == [
        "/var/lib/containerd:",
        "/var/lib/docker:",
    ]
