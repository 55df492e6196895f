"""What the role promises of a host's packet filter, after a restart of the engine and a reboot."""

from __future__ import annotations

import pytest

testinfra_hosts = ["docker_hosts"]


def test_rules_are_put_in_place_before_the_engine_starts(host):
    unit = host.check_output("systemctl show dockyard-firewall --property Before,UnitFileState,ActiveState")
    assert "docker.service" in unit
    assert "UnitFileState=enabled" in unit
    assert "ActiveState=active" in unit


@pytest.mark.parametrize("tool", ["iptables", "ip6tables"])
def test_published_ports_are_decided_before_docker_forwards(host, tool):
    rules = host.check_output(f"{tool} -S DOCKER-USER").splitlines()
    assert rules[1] == "-A DOCKER-USER -j DOCKYARD-PUBLISHED"


def test_what_is_not_declared_is_dropped_last(host):
    rules = host.check_output("iptables -S DOCKYARD-PUBLISHED").splitlines()
    assert rules[-1] == "-A DOCKYARD-PUBLISHED -i eth0 -j DROP"


def test_backend_is_the_one_the_host_has_chosen(host):
    expected = "legacy" if host.check_output("hostname") == "firewall-legacy" else "nf_tables"
    assert expected in host.check_output("iptables --version")


def test_containers_reach_the_outside(host):
    """Answers come back, though nothing of the outside may begin."""
    name = "firewall-stranger"
    address = host.check_output(f"getent ahostsv4 {name}").split()[0]
    assert host.run(f"docker run --rm probe:1 /bin/busybox nc -w 3 {address} 22 </dev/null").rc == 0
