"""What a project is once loaded."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import Project

Load = Callable[..., Project]


def test_config_is_plain_json(compose: Load) -> None:
    project = compose("services:\n  web: {image: x, ports: ['80-82'], environment: {A: 1, B: }}\n")
    assert json.loads(json.dumps(project.config)) == project.config


def test_contents_are_read_from_beside_the_first_file(compose: Load, tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_bytes(b"\x00hello")
    (tmp_path / "token").write_bytes(b"hunter2")
    project = compose(
        "services:\n  web: {image: x}\n"
        "configs:\n  a: {file: ./a.conf}\n  out: {external: true}\n"
        "secrets:\n  t: {file: token}\n  d: {driver: vault}\n"
    )
    assert project.config_data == {"a": b"\x00hello"}
    assert project.secret_data == {"t": b"hunter2"}
    assert project.config["configs"]["a"]["file"] == str(tmp_path / "a.conf")


def test_units_become_numbers(compose: Load) -> None:
    service = compose(
        "services:\n  web:\n    image: x\n    stop_grace_period: 1m\n"
        "    deploy: {resources: {limits: {memory: 1k, cpus: '0.5'}}, update_config: {delay: 1ms}}\n"
    ).config["services"]["web"]
    assert service["stop_grace_period"] == 60 * 10**9
    assert service["deploy"]["resources"]["limits"] == {"memory": 1024, "cpus": "0.5"}
    assert service["deploy"]["update_config"] == {"delay": 10**6}


def test_environment_values_come_from_outside_when_empty(compose: Load) -> None:
    text = "services:\n  web: {image: x, environment: {A: , B: '', C: c, D: }}\n"
    project = compose(text, environment={"A": "1", "B": "2", "C": "3"})
    assert project.config["services"]["web"]["environment"] == {"A": "1", "B": "2", "C": "c", "D": None}


def test_env_files(compose: Load, tmp_path: Path) -> None:
    (tmp_path / "one.env").write_text("\ufeff# note\nA=1\nB='q' \nC\nD\n  E=x=y\n")
    (tmp_path / "two.env").write_text("A=2\r\n")
    text = "services:\n  web: {image: x, env_file: [one.env, two.env], environment: {E: mine}}\n"
    project = compose(text, environment={"C": "outside"})
    expected = {"A": "2", "B": "'q' ", "C": "outside", "E": "mine"}
    assert project.config["services"]["web"]["environment"] == expected


def test_what_has_no_effect_is_warned_about(compose: Load) -> None:
    project = compose(
        "services:\n  web:\n    image: x\n    privileged: true\n    container_name: web\n"
        "    restart: always\n    oom_score_adj: 5\n    ports: ['127.0.0.1:1:2']\n"
        "networks:\n  old: {external: {name: n}}\n---\nmore: documents\n"
    )
    text = "\n".join(project.warnings)
    for hint in (
        "stack.yml:4: service web: privileged: has no effect in a swarm: use cap_add",
        "stack.yml:5: service web: container_name: has no effect",
        "stack.yml:6: service web: restart: deploy.restart_policy is the swarm's word for it",
        "stack.yml:7: service web: oom_score_adj: has no effect",
        "stack.yml:8: service web: ports[0]: the address",
        "stack.yml:10: network old: external: external.name is deprecated",
        "only the first YAML document is read",
    ):
        assert hint in text


def test_nothing_is_warned_about_without_reason(compose: Load) -> None:
    text = "services:\n  web: {image: x, ports: ['80'], deploy: {replicas: 2}, networks: [n]}\nnetworks: {n: }\n"
    assert compose(text).warnings == []


def test_merging_changes_neither_order_nor_inputs(compose: Load) -> None:
    first = "services:\n  web: {image: x, labels: {a: one}, dns: [a]}\n  db: {image: y}\n"
    second = "services:\n  web: {labels: {a: '', b: two}, dns: [b], deploy: {replicas: 0}}\n"
    services = compose(first, second).config["services"]
    assert services["web"]["labels"] == {"a": "", "b": "two"}
    assert services["web"]["dns"] == ["a", "b"]
    assert services["web"]["deploy"]["replicas"] == 0
    assert services["db"] == {"image": "y"}
    assert compose(first).config["services"]["web"]["dns"] == ["a"]


def test_later_zeros_only_count_for_counts(compose: Load) -> None:
    first = (
        "services:\n  web: {image: x, init: true, tty: true, hostname: h, healthcheck: {retries: 3, interval: 1s}}\n"
    )
    second = "services:\n  web: {init: false, tty: false, hostname: '', healthcheck: {retries: 0, interval: 0s}}\n"
    assert compose(first, second).config["services"]["web"] == {
        "image": "x",
        "init": True,
        "tty": True,
        "hostname": "h",
        "healthcheck": {"retries": 0, "interval": 10**9},
    }


def test_ports_of_several_files_are_told_apart_by_what_they_publish(compose: Load) -> None:
    first = "services:\n  web: {image: x, ports: ['2:80', '1:80']}\n"
    second = "services:\n  web: {ports: ['1:81/udp']}\n"
    ports = compose(first, second).config["services"]["web"]["ports"]
    assert [(port["published"], port["target"]) for port in ports] == [(1, 81), (2, 80)]
