"""Rules and addresses of a fleet: exactly those declared, and nobody else's."""

from __future__ import annotations

from typing import Any

from tests.integration.gce_hosts.conftest import Cloud


def rule(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "allowed": [{"protocol": "tcp", "ports": ["22"]}], "source_ranges": ["192.0.2.0/24"], **more}


def test_rules_check_apply_again_change_and_go(cloud: Cloud) -> None:
    rules = [rule("ssh"), rule("swarm", source_ranges=[], source_tags=["shop"], target_tags=["shop"])]
    assert cloud.module("gce_firewall", check=True, rules=rules).changed
    assert cloud.all("firewalls") == {}
    assert cloud.module("gce_firewall", rules=rules).changed
    assert sorted(cloud.all("firewalls")) == ["shop-ssh", "shop-swarm"]
    assert not cloud.module("gce_firewall", rules=rules).changed
    assert not cloud.module("gce_firewall", check=True, rules=rules).changed

    changed = cloud.module("gce_firewall", rules=[rule("ssh", source_ranges=["198.51.100.0/24"], target_tags=["shop"])])
    assert changed.changed
    there = cloud.all("firewalls")
    assert sorted(there) == ["shop-ssh"]
    assert (there["shop-ssh"]["sourceRanges"], there["shop-ssh"]["targetTags"]) == (["198.51.100.0/24"], ["shop"])
    assert cloud.module("gce_firewall", rules=[rule("ssh")]).changed
    assert "targetTags" not in cloud.all("firewalls")["shop-ssh"]
    assert cloud.module("gce_firewall", rules=[]).changed
    assert cloud.all("firewalls") == {}


def test_rules_of_others_are_neither_changed_nor_removed(cloud: Cloud) -> None:
    theirs = {"name": "shop-ssh", "allowed": [{"IPProtocol": "tcp"}], "sourceRanges": ["10.0.0.0/8"]}
    cloud.ask("global/firewalls", "POST", theirs)
    assert not cloud.module("gce_firewall", rules=[]).changed
    assert "shop-ssh exists" in cloud.module("gce_firewall", rules=[rule("ssh")]).msg
    assert cloud.all("firewalls")["shop-ssh"]["sourceRanges"] == ["10.0.0.0/8"]


def test_two_fleets_do_not_share_rules(cloud: Cloud) -> None:
    cloud.module("gce_firewall", rules=[rule("ssh")])
    cloud.module("gce_firewall", fleet="shop-two", rules=[rule("ssh")])
    assert sorted(cloud.all("firewalls")) == ["shop-ssh", "shop-two-ssh"]
    assert not cloud.module("gce_firewall", rules=[rule("ssh")]).changed
    cloud.module("gce_firewall", rules=[])
    assert sorted(cloud.all("firewalls")) == ["shop-two-ssh"]


def test_nothing_is_open_to_the_world_by_omission(cloud: Cloud) -> None:
    assert "has no source" in cloud.module("gce_firewall", rules=[rule("ssh", source_ranges=[])]).msg
    assert "192.0.2.1/24" in cloud.module("gce_firewall", rules=[rule("ssh", source_ranges=["192.0.2.1/24"])]).msg
    assert cloud.all("firewalls") == {}


def test_addresses_are_reserved_once_and_given_back(cloud: Cloud) -> None:
    options = {"names": ["shop-front", "shop-back"], "region": "europe-west1", "labels": {"tier": "web"}}
    assert cloud.module("gce_addresses", check=True, **options).changed
    assert cloud.all("addresses") == {}
    made = cloud.module("gce_addresses", **options)
    there = cloud.all("addresses")
    assert made["addresses"] == {name: body["address"] for name, body in there.items()}
    assert there["shop-front"]["labels"] == {"fleet": "shop", "tier": "web"}
    assert not cloud.module("gce_addresses", **options).changed
    assert cloud.module("gce_addresses", **options, state="absent").changed
    assert cloud.all("addresses") == {}
    assert not cloud.module("gce_addresses", **options, state="absent").changed


def test_an_address_in_use_or_of_others_is_refused(cloud: Cloud) -> None:
    cloud.hosts(count=1, external_address="reserved")
    options = {"names": ["shop-worker-1"], "region": "europe-west1", "state": "absent"}
    assert "in use by shop-worker-1" in cloud.module("gce_addresses", **options).msg
    cloud.ask("regions/europe-west1/addresses", "POST", {"name": "theirs"})
    assert "fleet=shop" in cloud.module("gce_addresses", names=["theirs"], region="europe-west1").msg
