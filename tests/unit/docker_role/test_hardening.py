"""The preset does what its table says, and the table has every item of the benchmark that concerns a host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.dockyard.swarm.plugins.module_utils._host.config import daemon_json, hardening, schema

TABLE = Path(__file__).parents[3] / "docs" / "hardening.md"
ROW = re.compile(r"^\| ([\d.]+) \| ([^|]+) \| ([^|]+) \| ([^|]*) \|$", re.MULTILINE)
#: Each item that concerns hosts, engines and swarms, with the words that say what it is about.
ITEMS = yaml.safe_load((Path(__file__).parent / "cis_docker_1.6.0.yml").read_text(encoding="utf-8"))


def rows() -> dict[str, tuple[str, str, str]]:
    return {item: (what, holds, how) for item, what, holds, how in ROW.findall(TABLE.read_text(encoding="utf-8"))}


def test_every_item_is_listed_once_in_order():
    assert [row[0] for row in ROW.findall(TABLE.read_text(encoding="utf-8"))] == list(ITEMS)


@pytest.mark.parametrize("item", ITEMS)
def test_an_items_number_belongs_to_what_the_benchmark_says(item: str):
    what = rows()[item][0].lower()
    subjects = ITEMS[item] if isinstance(ITEMS[item], list) else [ITEMS[item]]
    assert not [subject for subject in subjects if subject.lower() not in what]


def test_every_item_holds_somehow_and_says_how():
    for item, (_what, holds, how) in rows().items():
        assert holds in ("default", "preset `cis`", "own choice"), item
        assert how.strip(), item


def test_the_items_of_the_preset_are_those_it_sets():
    by_preset = {item for item, (_what, holds, _how) in rows().items() if holds == "preset `cis`"}
    # The socket lies in the folder that is watched.
    assert by_preset == {*hardening.KEYS, *hardening.KEYS_OUTSIDE_OF_SWARMS, *hardening.WATCHED, "1.1.8"}


@pytest.mark.parametrize("member", [True, False])
def test_the_preset_is_a_configuration_that_an_engine_takes(member: bool):
    keys = hardening.hardened("cis", member)
    assert schema.type_problems(keys) == []
    assert schema.unknown_problems(keys, (20, 10)) == []
    assert daemon_json.member_problems(keys, member) == []
    assert keys["icc"] is False
    assert keys["no-new-privileges"] is True
    assert keys["userland-proxy"] is False
    assert ("live-restore" in keys) is not member
    assert hardening.hardened("none", member) == {}


def test_what_is_declared_wins():
    defaults = {**daemon_json.safe_defaults(1500, None), **hardening.hardened("cis", member=True)}
    assert daemon_json.merge(defaults, {"userland-proxy": True}, {})["userland-proxy"] is True


def test_auditd_watches_what_can_be_watched():
    rules = hardening.audit_rules("cis", True, lambda folder: folder != "/etc/sysconfig")
    assert rules is not None
    lines = [line for line in rules.splitlines() if not line.startswith("#")]
    assert "-w /usr/bin/dockerd -p wa -k docker" in lines
    assert not [line for line in lines if "/etc/sysconfig" in line]
    assert hardening.audit_rules("cis", False, lambda _folder: True) is None
    assert hardening.audit_rules("none", True, lambda _folder: True) is None


def test_auditd_watches_the_root_that_the_engine_uses():
    rules = hardening.audit_rules("cis", True, lambda _folder: True, "/data/docker")
    assert "-w /data/docker -p wa" in rules
    assert "-w /var/lib/docker " not in rules
