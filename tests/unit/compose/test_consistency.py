"""Keys of one project that contradict each other are refused, as docker compose refuses them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import ComposeError, Project

Load = Callable[..., Project]

HEAD = "services:\n  web:\n    image: x\n"

CONTRADICTIONS = [
    ("network_mode: host\n    networks: [default]", "network_mode: excludes networks; keep one of them"),
    ("models: [llm]", 'models: the model "llm" is not defined under the top-level `models`'),
    ("scale: 3\n    deploy: {replicas: 2}", "scale: is 3, and deploy.replicas says 2; write it there alone"),
    ("scale: 0\n    deploy: {replicas: 2}", "scale: is 0, and deploy.replicas says 2; write it there alone"),
    ("scale: -1", "deploy.replicas: must be 0 or more, not -1"),
    (
        "cpus: 0.5\n    deploy: {resources: {limits: {memory: 1g}}}",
        "cpus: is 0.5, and deploy.resources.limits.cpus leaves it out; write it there alone",
    ),
    (
        "mem_limit: 1g\n    deploy: {resources: {limits: {memory: 1025m}}}",
        "mem_limit: is 1g, and deploy.resources.limits.memory says 1025m; write it there alone",
    ),
    (
        "pids_limit: 5\n    deploy: {resources: {limits: {pids: 6}}}",
        "pids_limit: is 5, and deploy.resources.limits.pids says 6; write it there alone",
    ),
    ("mem_limit: much", 'mem_limit: "much" is no value for it'),
    ("healthcheck: {test: [curl, localhost]}", "healthcheck.test: begins with curl; a list begins with one of CMD"),
    ("build: .", "build: a swarm builds no images; build and push it first, and name it in `image`"),
    ("pull_policy: sometimes", 'pull_policy: "sometimes" is no value for it'),
    ("mem_limit: ${UNSET}", 'mem_limit: "" is no value for it'),
    ("cpus: ${UNSET}", 'cpus: "" is no value for it'),
    ("cpu_shares: '1.5'", 'cpu_shares: "1.5" is no value for it'),
    ("pids_limit:", "pids_limit: null is no value for it"),
    ("shm_size: [1]", "shm_size: a list is no value for it"),
    ("cgroup: own", 'cgroup: "own" is no value for it'),
    ("container_name: ''", 'container_name: "" is no value for it'),
    ("privileged: 1", 'privileged: "1" is no value for it; write true or false'),
    ("cpu_rt_period: soon", 'cpu_rt_period: "soon" is no value for it; write a whole number'),
    ("security_opt: no-new-privileges", 'security_opt: "no-new-privileges" is no value for it; write a list of texts'),
    ("profiles: debug", 'profiles: "debug" is no value for it; write a list of texts'),
    ("links:", "links: null is no value for it; write a list of texts"),
    ("network_mode: []", "network_mode: a list is no value for it; write a text"),
    ("develop: true", "develop: true is no value for it; write a mapping or nothing"),
    ("provider: {}", "provider: needs type"),
    ("models: 5", 'models: "5" is no value for it; write a mapping or a list of texts'),
    ("extra_hosts: db", "extra_hosts: takes a mapping, or a list of NAME=ADDRESS"),
    ("ports: [{published: 80}]", "ports[0]: needs target"),
    ("ports: ['::1:80:80']", 'ports[0]: "::1:80:80" has the address ::1, which is none'),
    ("gpus: some", 'gpus: "some" is no value for it'),
    ("attach: ${UNSET}", 'attach: must be true or false, not the text ""'),
    ("develop: {watch: [{path: ., action: sync}]}", "develop.watch[0]: needs target for the action sync"),
    ("develop: {watch: [{path: '', action: rebuild}]}", "develop.watch[0]: needs path"),
    ("develop: {watch: [{path: .}]}", "develop.watch[0]: needs action"),
    ("post_start: [{user: root}]", "post_start[0]: needs command"),
    ("gpus: [{count: 1, device_ids: [a]}]", "gpus[0]: count and device_ids exclude each other"),
    (
        "deploy: {resources: {reservations: {devices: [{driver: nvidia}]}}}",
        "deploy.resources.reservations.devices[0]: needs capabilities",
    ),
    ("ports: [{target: 80, host_ip: localhost}]", 'ports[0].host_ip: "localhost" is no IP address'),
    ("extra_hosts: [db]", "extra_hosts[0]: needs an address; write NAME=ADDRESS"),
    ("extra_hosts: {'a:b': 10.0.0.1}", 'extra_hosts.a:b: "a:b" is no name of a host'),
    ("extra_hosts: {db: }", "extra_hosts.db: needs an address"),
    ("label_file: missing", "label_file"),
    ("env_file: {path: a}", "env_file: takes a path, or a list of paths or mappings"),
    ("depends_on: [web]", "depends_on.web: services wait for each other: web -> web"),
]


@pytest.mark.parametrize(("keys", "fault"), CONTRADICTIONS)
def test_a_contradiction_is_refused_with_its_place(compose: Load, tmp_path: Path, keys: str, fault: str) -> None:
    head = HEAD.replace("    image: x\n", "") if keys.startswith("build") else HEAD
    with pytest.raises(ComposeError) as refused:
        compose(f"{head}    {keys}\n", dialect="compose", unsupported="ignore")
    assert len(refused.value.problems) == 1
    assert f"service web: {fault}" in str(refused.value)
    assert f"{tmp_path}/stack.yml:" in str(refused.value)


@pytest.mark.parametrize(
    "keys",
    [
        "network_mode: host\n    networks: []",
        "scale: 2\n    deploy: {replicas: 2}",
        "cpus: 0.5\n    deploy: {resources: {limits: {cpus: '0.50'}}}",
        "cpus: 0.5\n    deploy: {replicas: 2}",
        "mem_limit: 1g\n    deploy: {resources: {limits: {memory: 1024m}}}",
        "mem_limit: 0\n    deploy: {resources: {limits: {memory: 1g}}}",
        "healthcheck: {test: []}",
        "pull_policy: every_2w",
        "gpus: all",
        "mem_limit: 1.5",
        "memswap_limit: -1",
        "mem_swappiness: 0",
        "cpu_shares: '73'",
        "shm_size: '64 MB'",
        "oom_kill_disable: 'on'",
        "develop: {watch: [{path: ., action: rebuild}]}",
    ],
)
def test_what_agrees_is_taken(compose: Load, keys: str) -> None:
    assert compose(f"{HEAD}    {keys}\n", dialect="compose", unsupported="ignore").config["services"]["web"]


@pytest.mark.parametrize(
    ("chosen", "variables", "active"),
    [
        ((), {}, ["off", "web"]),
        ((), {"COMPOSE_PROFILES": "a"}, ["web"]),
        ((), {"COMPOSE_PROFILES": "a,"}, ["off", "web"]),
        (("a",), {}, ["web"]),
    ],
)
def test_a_profile_from_an_unset_variable_is_the_empty_one(
    compose: Load, chosen: tuple[str, ...], variables: dict[str, str], active: list[str]
) -> None:
    text = "services:\n  web: {image: x}\n  off: {image: x, profiles: ['${UNSET}']}\n"
    project = compose(text, dialect="compose", profiles=chosen, environment=variables)
    assert sorted(project.config["services"]) == active


def test_a_circle_over_links_is_refused(compose: Load) -> None:
    text = "services:\n  a: {image: x, links: ['b:other']}\n  b: {image: x, depends_on: [a]}\n"
    with pytest.raises(ComposeError, match=r"services wait for each other: a -> b -> a"):
        compose(text, dialect="compose")


def test_scale_is_deploy_replicas(compose: Load) -> None:
    project = compose(f"{HEAD}    scale: '3'\n    deploy: {{labels: [a=b]}}\n", dialect="compose")
    assert project.config["services"]["web"]["deploy"] == {"labels": {"a": "b"}, "replicas": 3}
    assert project.warnings == []


def test_files_of_labels_join_the_labels(compose: Load, tmp_path: Path) -> None:
    (tmp_path / "first").write_text('A=1\nB="two words"\nC=$A\n# a comment\n')
    (tmp_path / "second").write_text("A=2\nD: 4\n")
    project = compose(f"{HEAD}    label_file: [first, ./second]\n    labels: {{B: own}}\n", dialect="compose")
    assert project.config["services"]["web"]["labels"] == {"A": "2", "B": "own", "C": "1", "D": "4"}


def test_a_file_of_labels_begins_where_the_extended_file_is(compose: Load, tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "labels").write_text("tier=back\n")
    (tmp_path / "base" / "base.yml").write_text("services:\n  base: {image: x, label_file: labels}\n")
    text = "services:\n  web: {extends: {file: base/base.yml, service: base}}\n"
    assert compose(text, dialect="compose").config["services"]["web"]["labels"] == {"tier": "back"}


def test_several_addresses_of_one_host(compose: Load) -> None:
    text = f"{HEAD}    extra_hosts: {{a: [10.0.0.1, 10.0.0.2], b: '[::1]'}}\n"
    assert compose(text, dialect="compose").config["services"]["web"]["extra_hosts"] == [
        "a:10.0.0.1",
        "a:10.0.0.2",
        "b:::1",
    ]
    text = f"{HEAD}    extra_hosts: ['a=10.0.0.1,10.0.0.2']\n"
    assert compose(text, dialect="compose").config["services"]["web"]["extra_hosts"] == ["a:10.0.0.1", "a:10.0.0.2"]


def test_targets_of_long_mounts_are_clean_paths(compose: Load) -> None:
    text = f"{HEAD}    volumes: [{{type: bind, source: /a, target: /b/c/}}, {{type: tmpfs, target: //d/../e}}]\n"
    mounts = compose(text, dialect="compose").config["services"]["web"]["volumes"]
    assert [mount["target"] for mount in mounts] == ["/b/c", "/e"]


def test_a_reset_key_that_a_merge_key_brings_back_has_the_merged_value(compose: Load) -> None:
    text = """
        x-web: &web {image: x, ports: ["80:80"], command: run}
        services:
          web: {<<: *web, ports: !reset [], command: !reset null, user: !reset root}
    """
    web = compose(text, dialect="compose").config["services"]["web"]
    assert [port["published"] for port in web["ports"]] == [80]
    assert web["command"] == ["run"]
    assert "user" not in web


def test_it_still_clears_what_an_earlier_file_says(compose: Load) -> None:
    first = "services:\n  web: {image: x, ports: ['443:443']}\n"
    second = "x-web: &web {ports: ['80:80']}\nservices:\n  web: {<<: *web, ports: !reset []}\n"
    ports = compose(first, second, dialect="compose").config["services"]["web"]["ports"]
    assert [port["published"] for port in ports] == [80]


@pytest.mark.parametrize("dialect", ["stack", "compose"])
def test_a_merge_key_may_have_its_tag(compose: Load, dialect: str) -> None:
    text = "version: '3.8'\nx-web: &web {image: x}\nservices:\n  web:\n    !!merge <<: *web\n    user: root\n"
    assert compose(text, dialect=dialect).config["services"]["web"] == {"image": "x", "user": "root"}
