"""Names that nothing reads are told with what was probably meant, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils._validate import names, specs
from ansible_collections.dockyard.swarm.plugins.plugin_utils._validate.findings import Findings

COLLECTION = Path(__file__).parents[3]
KNOWN = specs.known_variables(specs.role_specs(COLLECTION)) | specs.words_of_the_collection(COLLECTION)


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("docker_deamon", "docker_daemon"),
        ("docker_verison", "docker_version"),
        ("stack_project", "stack_projects"),
        ("swarm_lables", "swarm_labels"),
        ("swarm_setings", "swarm_settings"),
        ("gce_host_groups", "gce_hosts_groups"),
        ("dockerversion", "docker_version"),
        ("image_preloads", "image_preload"),
    ],
)
def test_a_near_miss_is_told_with_what_was_meant(misspelt: str, meant: str) -> None:
    told = names.unknown_variables([misspelt], KNOWN, set())
    assert told == {misspelt: f"nothing reads the variable {misspelt}; did you mean {meant}?"}


def test_a_name_that_begins_like_ours_is_told_though_nothing_is_near() -> None:
    told = names.unknown_variables(["docker_zzzzzz_qqqq"], KNOWN, set())
    assert told == {
        "docker_zzzzzz_qqqq": (
            "nothing reads the variable docker_zzzzzz_qqqq, and begins as the roles' own variables do"
        )
    }


@pytest.mark.parametrize("own", ["app_version", "services", "target", "registry", "http_port", "shop_images", "nodes"])
def test_a_user_s_own_variables_are_left_alone(own: str) -> None:
    assert names.unknown_variables([own], KNOWN, set()) == {}


def test_what_another_variable_s_template_names_is_read() -> None:
    used = names.words_in({"environment": {"TAG": "{{ stack_version }}"}})
    assert names.unknown_variables(["stack_version"], KNOWN, used) == {}


def test_a_word_outside_of_a_template_reads_nothing() -> None:
    assert names.words_in(["about stack_version", {"a": 1}]) == set()


def test_every_variable_of_the_roles_is_known() -> None:
    for path in specs.defaults_files(COLLECTION):
        declared = [line.split(":")[0] for line in path.read_text().splitlines() if line[:1].isalpha()]
        assert names.unknown_variables(declared, KNOWN, set()) == {}


@pytest.mark.parametrize(("group", "meant"), [("swarm_worker", "swarm_workers"), ("docker_host", "docker_hosts")])
def test_a_group_that_is_almost_ours(group: str, meant: str) -> None:
    (sentence,) = names.unknown_groups([group, "all", "ungrouped", "web", *names.GROUPS]).values()
    assert sentence == f"the group {group} is not one of the playbooks' groups; did you mean {meant}?"


def test_a_suboption_that_does_not_exist() -> None:
    spec = {"swarm_settings": {"options": {"autolock": {}, "labels": {}}}}
    assert names.unknown_suboptions(["swarm_settings.auto_lock", ("swarm_settings", "zzz")], spec) == [
        "swarm_settings has no option auto_lock; did you mean autolock?",
        "swarm_settings has no option zzz; it has autolock, labels",
    ]


def test_a_fault_of_many_hosts_is_one_sentence() -> None:
    findings = Findings()
    for host in ("a", "b", "c", "d", "e"):
        findings.add("docker_source is wrong", host)
        findings.add("everywhere", host)
    findings.add("everywhere", "f")
    findings.add("of nobody")
    assert findings.told(["a", "b", "c", "d", "e", "f"]) == [
        "docker_source is wrong (of a, b, c and 2 more)",
        "everywhere",
        "of nobody",
    ]
