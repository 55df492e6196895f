from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.declared import merged, names_of
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import (
    DeclarationError,
    Owner,
    check_name,
)

from tests.unit.gce_hosts.fleet import declared


def test_a_count_numbers_the_group() -> None:
    assert names_of("web", 3, None) == ["web-1", "web-2", "web-3"]
    assert names_of("web", 0, None) == []


def test_names_are_taken_as_given() -> None:
    assert names_of("web", None, ["b", "a"]) == ["b", "a"]


@pytest.mark.parametrize(
    ("group", "count", "names", "words"),
    [
        ("web", None, None, "one of count and names"),
        ("web", -1, None, "fewer than 0"),
        ("web", None, ["a", "a"], "a more than once"),
        ("web", None, ["Web"], "'Web'"),
        ("w" * 62, 10, None, "63"),
    ],
)
def test_impossible_names(group: str, count: int | None, names: list[str] | None, words: str) -> None:
    with pytest.raises(DeclarationError, match=words):
        names_of(group, count, names)


@pytest.mark.parametrize("name", ["", "-a", "a-", "1a", "a_b", "a" * 64])
def test_names_that_compute_engine_refuses(name: str) -> None:
    with pytest.raises(DeclarationError):
        check_name("the host", name)


def test_hosts_are_spread_over_the_zones_and_stay_when_the_group_grows() -> None:
    few = declared(count=2, zones=["z-b", "z-c"])
    many = declared(count=5, zones=["z-b", "z-c"])
    assert [host.zone for host in many] == ["z-b", "z-c", "z-b", "z-c", "z-b"]
    assert [host.zone for host in few] == [host.zone for host in many[:2]]


def test_every_host_carries_the_fleet() -> None:
    (host,) = declared(labels={"tier": 1})
    assert host.labels == {"tier": "1", "fleet": "shop", "fleet-group": "web"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"labels": {"fleet": "other"}}, "labels must not set fleet"),
        ({"metadata": {"startup-script": "x"}, "startup_script": "y"}, "startup_script"),
        ({"metadata": {"ssh-keys": "x"}, "ssh_keys": ["ann:ssh-ed25519 AAAA"]}, "ssh_keys"),
        ({"ssh_keys": ["ssh-ed25519 AAAA"]}, "not USER:TYPE KEY"),
        ({"ssh_keys": ["ann:-----BEGIN OPENSSH PRIVATE KEY-----"]}, "not USER:TYPE KEY"),
        ({"zones": []}, "zones is empty"),
    ],
)
def test_contradictions(options: dict[str, Any], words: str) -> None:
    with pytest.raises(DeclarationError, match=words):
        declared(**options)


def test_truth_values_of_metadata_are_what_guests_understand() -> None:
    (host,) = declared(metadata={"enable-oslogin": True, "port": 22, "gone": None}, startup_script="#!/bin/sh")
    assert host.metadata == {"enable-oslogin": "TRUE", "port": "22", "gone": None, "startup-script": "#!/bin/sh"}


def test_metadata_of_others_stays() -> None:
    there = {"theirs": "1", "old": "x", "ssh-keys": "bob:ssh-rsa B"}
    after = merged(there, {"old": None, "new": "y"}, ("ann:ssh-ed25519 A", "bob:ssh-rsa B"))
    assert after == {"theirs": "1", "new": "y", "ssh-keys": "bob:ssh-rsa B\nann:ssh-ed25519 A"}
    assert merged(after, {"old": None, "new": "y"}, ("ann:ssh-ed25519 A",)) == after


@pytest.mark.parametrize(
    ("resource", "owned"),
    [
        ({"labels": {"fleet": "shop", "fleet-group": "web"}}, True),
        ({"labels": {"fleet": "shop"}}, True),
        ({"labels": {"fleet": "shop", "fleet-group": "db"}}, False),
        ({"labels": {"fleet": "other"}, "description": "Fleet shop, group web"}, False),
        ({"description": "Fleet shop, group web"}, True),
        ({"description": "Fleet shop-two"}, False),
        ({}, False),
    ],
)
def test_whose_something_is(resource: dict[str, Any], owned: bool) -> None:
    assert Owner("shop", "web").owns(resource) is owned


def test_a_fleet_without_a_group_owns_those_of_its_groups() -> None:
    fleet = Owner("shop")
    assert fleet.owns({"description": "Fleet shop, group web"})
    assert fleet.owns({"labels": {"fleet": "shop", "fleet-group": "web"}})
    assert not fleet.owns({"description": "Fleet shop-two, group web"})
