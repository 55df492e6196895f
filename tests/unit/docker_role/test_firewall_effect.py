"""A firewall that would filter nothing is an error, and the inventory can say who the members are."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._host.firewall import members, packet_filter, rules
from ansible_collections.dockyard.swarm.plugins.module_utils._host.inspect import OPEN_SWARM_PORTS

OPTIONS = {"state": "present", "published": [], "interfaces": ["eth0"], "members": ["10.0.0.0/24"], "data_port": 4789}


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A host with these tools and this daemon.json; returns what is planned."""
    monkeypatch.setattr(packet_filter, "DAEMON_JSON", str(tmp_path / "daemon.json"))

    def plan(works=("iptables", "ip6tables"), status=1, ipv6=False, config=None, predict=False, **options):
        monkeypatch.setattr(packet_filter, "has_global_ipv6", lambda: ipv6)
        if config is not None:
            (tmp_path / "daemon.json").write_text(json.dumps(config))

        def run(command: list[str]) -> tuple[int, str, str]:
            if command[0] in rules.FAMILIES.values() and command[0] not in works:
                return status, "", f"{command[0]}: Failed to initialize nft: Protocol not supported"
            return 0, "", ""

        return packet_filter.plan({**OPTIONS, **options}, run, predict)

    return plan


def test_a_host_without_a_packet_filter_is_an_error(host):
    with pytest.raises(rules.FirewallError, match=r"iptables does not work on this host.*Protocol not supported"):
        host(works=())


def test_a_host_with_ipv6_needs_a_filter_for_it(host):
    with pytest.raises(rules.FirewallError, match="ip6tables does not work"):
        host(works=("iptables",), ipv6=True)
    assert host(works=("iptables",), ipv6=False).changed


def test_check_mode_before_the_packages_predicts(host):
    assert host(works=(), status=127, predict=True).changed
    with pytest.raises(rules.FirewallError):
        host(works=(), status=127)
    with pytest.raises(rules.FirewallError):
        host(works=(), status=1, predict=True)


def test_taking_the_rules_out_needs_no_filter(host):
    host(works=(), state="absent")


@pytest.mark.parametrize(
    ("config", "words"),
    [({"iptables": False}, "iptables to false"), ({"firewall-backend": "nftables"}, "firewall-backend to nftables")],
)
def test_configurations_that_rule_it_out_are_refused(host, config, words):
    with pytest.raises(rules.FirewallError, match=words):
        host(config=config)
    # The swarm's own ports are filtered without Docker's help.
    assert host(config=config, published=None).changed


def script_with(folder: Path, **status: int) -> int:
    """Run the unit's program with tools that end with this status."""
    for tool in ("iptables", "ip6tables"):
        for name in (tool, f"{tool}-restore"):
            program = folder / name
            program.write_text(f"#!/bin/sh\nexit {status[tool]}\n")
            program.chmod(0o755)
    for family in (4, 6):
        (folder / f"rules.v{family}").write_text(rules.restore_text({}))
    program = folder / "apply"
    program.write_text(rules.script(str(folder)))
    environment = {"PATH": f"{folder}:/usr/bin:/bin"}
    return subprocess.run(["/bin/sh", str(program)], env=environment, capture_output=True, check=False).returncode


def test_the_unit_fails_where_ports_stay_open(tmp_path: Path):
    assert script_with(tmp_path, iptables=0, ip6tables=0) == 0
    assert script_with(tmp_path, iptables=1, ip6tables=0) == 1


def test_the_unit_filters_before_the_engine_and_without_it(host):
    unit = next(change.after for change in host().helper.files if change.path.endswith(".service"))
    assert "WantedBy=multi-user.target docker.service" in unit
    assert "Before=docker.service" in unit
    assert "Requires=docker" not in unit
    assert "BindsTo=docker" not in unit


def test_the_inventory_says_who_the_members_are():
    known = {"m1": ["10.0.0.11", "2001:db8::11"], "w1": ["10.0.0.9"]}
    found = members.expand_members(["192.0.2.0/24", "inventory"], known)
    assert found == ["192.0.2.0/24", "10.0.0.9", "10.0.0.11", "2001:db8::11"]
    assert members.expand_members(["192.0.2.0/24"], {"m1": []}) == ["192.0.2.0/24"]


def test_a_member_whose_addresses_are_not_known_is_not_locked_out():
    with pytest.raises(rules.FirewallError, match="those of w1 are not known"):
        members.expand_members(["inventory"], {"m1": ["10.0.0.11"], "w1": []})


def test_an_inventory_without_members_closes_nothing():
    with pytest.raises(rules.FirewallError, match="swarm_managers and swarm_workers"):
        members.expand_members(["inventory"], {})


def test_the_warning_says_how_to_close_the_ports():
    for word in ("2377", "4789", "docker_firewall_members: [inventory]", "docker_warn_open_swarm_ports"):
        assert word in OPEN_SWARM_PORTS
