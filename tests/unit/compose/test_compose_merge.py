"""Files merged by the rules of docker compose 2.40: each expectation was seen from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import ComposeError, Project, load

Load = Callable[..., Project]

_OBJECTS = """
networks: {n: , m: }
volumes: {vol: , wol: }
secrets: {s: {external: true}, r: {external: true}}
configs: {c: {external: true}, d: {external: true}}
"""


@pytest.fixture
def read(tmp_path: Path) -> Load:
    def load_texts(*texts: str, environment: dict[str, str] | None = None, **choices: Any) -> Project:
        files = [tmp_path / f"{number}.yml" for number in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text)
        choices.setdefault("unsupported", "ignore")
        return load([str(file) for file in files], environment or {}, dialect="compose", **choices)

    return load_texts


MERGED: list[tuple[str, str, str, Any]] = [
    ("command: [a]", "command: b c", "command", ["b", "c"]),
    ("command: [a]", "command: ", "command", None),
    ("entrypoint: a b", "entrypoint: ''", "entrypoint", None),
    ("user: x", "user: ''", "user", None),
    ("user: x", "user: ", "user", "x"),
    ("read_only: true", "read_only: false", "read_only", None),
    ("cap_add: [A, B]", "cap_add: [B, C]", "cap_add", ["A", "B", "C"]),
    ("dns: 1.1.1.1", "dns: [1.1.1.1, 2.2.2.2]", "dns", ["1.1.1.1", "2.2.2.2"]),
    ("labels: {a: 1, c: }", "labels: [a=2, b]", "labels", {"a": "2", "b": "", "c": ""}),
    ("environment: {A: 1, B: }", "environment: [A, B=2]", "environment", {"A": None, "B": "2"}),
    ("environment: [A=1, A=2]", "user: x", "environment", {"A": "2"}),
    ("sysctls: {a: 1}", "sysctls: [a=2, b=3]", "sysctls", {"a": "2", "b": "3"}),
    (
        "healthcheck: {test: [CMD, a], retries: 3}",
        "healthcheck: {test: b}",
        "healthcheck",
        {"test": ["CMD-SHELL", "b"], "retries": 3},
    ),
    ("healthcheck: {test: [CMD, a]}", "healthcheck: {disable: 'true'}", "healthcheck", {"disable": True}),
    (
        "logging: {driver: j, options: {a: x}}",
        "logging: {options: {b: y}}",
        "logging",
        {"driver": "j", "options": {"a": "x", "b": "y"}},
    ),
    ("logging: {driver: j, options: {a: x}}", "logging: {driver: s}", "logging", {"driver": "s"}),
    ("logging: {driver: j}", "logging: {options: {a: x}}", "logging", {"driver": "j", "options": {"a": "x"}}),
    (
        "ulimits: {f: {soft: 1, hard: 2}}",
        "ulimits: {f: '7'}",
        "ulimits",
        {"f": {"soft": 7, "hard": 7}},
    ),
    (
        "ports: ['80:80']",
        "ports: ['80:80/udp', '80:80/tcp']",
        "ports",
        [
            {"mode": "ingress", "protocol": "tcp", "target": 80, "published": 80},
            {"mode": "ingress", "protocol": "udp", "target": 80, "published": 80},
        ],
    ),
    (
        "ports: ['80:80']",
        "ports: [{target: 80, published: '80', mode: host}]",
        "ports",
        [{"mode": "host", "target": 80, "published": 80}],
    ),
    ("volumes: [vol:/x]", "volumes: [wol:/x/]", "volumes", [{"type": "volume", "source": "wol", "target": "/x"}]),
    ("networks: [n]", "networks: {m: {aliases: [q]}}", "networks", {"n": None, "m": {"aliases": ["q"]}}),
    ("networks: {n: {aliases: [q]}}", "networks: {n: {aliases: [q, r]}}", "networks", {"n": {"aliases": ["q", "r"]}}),
    ("networks: {n: {aliases: [q]}}", "networks: [n]", "networks", {"n": {"aliases": ["q"]}}),
    (
        "secrets: [{source: s, target: t}]",
        "secrets: [{source: r, target: t}]",
        "secrets",
        [{"source": "r", "target": "t"}],
    ),
    ("configs: [c]", "configs: [{source: d, target: /c}]", "configs", [{"source": "d", "target": "/c"}]),
    ("extra_hosts: ['h:1']", "extra_hosts: {h: 2}", "extra_hosts", ["h:1", "h:2"]),
    ("ports: ['80:80']", "ports: !reset []", "ports", None),
    ("ports: ['80']", "ports: !override ['81']", "ports", [{"mode": "ingress", "protocol": "tcp", "target": 81}]),
    ("environment: {A: 1, B: 2}", "environment: {A: !reset null}", "environment", {"B": "2"}),
    ("environment: {A: 1}", "environment: !override {C: 3}", "environment", {"C": "3"}),
    ("networks: {n: {aliases: [q]}}", "networks: !override [m]", "networks", {"m": None}),
]


@pytest.mark.parametrize(("base", "override", "key", "expected"), MERGED, ids=lambda value: str(value)[:40])
def test_two_files(read: Load, base: str, override: str, key: str, expected: Any) -> None:
    project = read(f"services:\n  a: {{image: i, {base}}}\n{_OBJECTS}", f"services:\n  a: {{{override}}}\n")
    assert project.config["services"]["a"].get(key) == expected


@pytest.mark.parametrize(("base", "override", "key", "expected"), MERGED, ids=lambda value: str(value)[:40])
def test_a_service_and_its_base(read: Load, base: str, override: str, key: str, expected: Any) -> None:
    services = f"services:\n  b: {{image: i, {base}}}\n  a: {{extends: b, {override}}}\n"
    assert read(services + _OBJECTS).config["services"]["a"].get(key) == expected


@pytest.mark.parametrize(
    ("base", "override", "expected"),
    [
        ("[b]", "{b: {condition: service_healthy}}", {"b": "service_healthy"}),
        ("{b: {condition: service_healthy}}", "[b]", {"b": "service_started"}),
        ("[b]", "[c]", {"b": "service_started", "c": "service_started"}),
        ("[b]", "!reset []", None),
        ("[b]", "!override {c: {condition: service_healthy}}", {"c": "service_healthy"}),
    ],
)
def test_depends_on_survives_files_and_bases(read: Load, base: str, override: str, expected: Any) -> None:
    others = "  b: {image: i}\n  c: {image: i}\n"
    first = f"services:\n  a: {{image: i, depends_on: {base}}}\n{others}"
    merged = read(first, f"services:\n  a: {{depends_on: {override}}}\n")
    assert merged.depends_on.get("a") == expected
    extended = read(
        f"services:\n  z: {{image: i, depends_on: {base}}}\n  a: {{extends: z, depends_on: {override}}}\n{others}"
    )
    assert extended.depends_on.get("a") == expected


def test_documents_of_a_file_are_merged_like_files(read: Load) -> None:
    text = "services:\n  a: {image: i, user: x, ports: ['80']}\n---\nservices:\n  a: {image: j, user: !reset null}\n"
    assert read(text).config["services"]["a"] == {
        "image": "j",
        "ports": [{"mode": "ingress", "protocol": "tcp", "target": 80}],
    }


def test_a_mapping_is_not_merged_with_a_text(read: Load) -> None:
    with pytest.raises(ComposeError, match=r"1\.yml:2: service a: deploy: it is a mapping in what this changes"):
        read("services:\n  a: {image: i, deploy: {replicas: 1}}\n", "services:\n  a: {deploy: x}\n")


def test_faults_name_the_file_in_which_the_value_stands(read: Load, tmp_path: Path) -> None:
    (tmp_path / "base.yml").write_text("services:\n  b:\n    image: i\n    stop_grace_period: soon\n")
    with pytest.raises(ComposeError, match=r"base\.yml:4: service a: stop_grace_period"):
        read("services:\n  a: {extends: {file: base.yml, service: b}}\n")
    with pytest.raises(ComposeError, match=r"1\.yml:3: service a: stop_grace_period"):
        read("services:\n  a: {image: i}\n", "services:\n  a:\n    stop_grace_period: soon\n")


def test_profiles_are_chosen_after_merging(read: Load) -> None:
    texts = ("services:\n  a: {image: i}\n  b: {image: i, profiles: [p]}\n", "services:\n  a: {profiles: [q]}\n")
    assert list(read(*texts).config["services"]) == []
    assert list(read(*texts, profiles=["q"]).config["services"]) == ["a"]
    assert list(read(*texts, environment={"COMPOSE_PROFILES": "p,q"}).config["services"]) == ["a", "b"]


def test_what_is_inactive_needs_no_files_and_no_objects(read: Load) -> None:
    project = read(
        "services:\n  a: {image: i}\n"
        "  b: {profiles: [p], env_file: gone, configs: [c], depends_on: [gone], networks: [gone]}\n"
        "configs: {c: {file: ./gone}}\n"
    )
    assert project.config == {"services": {"a": {"image": "i"}}}


def test_bases_may_be_inactive(read: Load) -> None:
    text = "services:\n  b: {image: i, user: u, profiles: [p]}\n  a: {extends: b, profiles: !reset []}\n"
    assert read(text).config["services"] == {"a": {"image": "i", "user": "u"}}


def test_links_and_shared_namespaces_are_waited_for(read: Load) -> None:
    text = "services:\n  a: {image: i, links: ['b:x']}\n  b: {image: i, network_mode: 'service:c'}\n  c: {image: i}\n"
    assert read(text).depends_on == {"a": {"b": "service_started"}, "b": {"c": "service_started"}}


@pytest.mark.parametrize(
    ("written", "key", "expected"),
    [
        ("deploy: {replicas: '2'}", "deploy", {"replicas": 2}),
        ("read_only: 'yes'", "read_only", True),
        ("stop_grace_period: 1w2d12h", "stop_grace_period", 228 * 3600 * 10**9),
        ("stop_grace_period: 1.5d", "stop_grace_period", 36 * 3600 * 10**9),
        (
            "deploy: {x-a: 1, update_config: {x-b: 1, parallelism: '2'}}",
            "deploy",
            {"update_config": {"parallelism": 2}},
        ),
        ("logging: {x-a: 1, driver: q}", "logging", {"driver": "q"}),
        ("healthcheck: {x-a: 1, test: q}", "healthcheck", {"test": ["CMD-SHELL", "q"]}),
        ("labels: {x-a: 1}", "labels", {"x-a": "1"}),
        ("command: ", "command", None),
        ("command: 'a #b \"c d\" $$x'", "command", ["a", "#b", "c d", "$x"]),
        (
            "volumes: [{type: tmpfs, target: /x, tmpfs: {size: 10m}}]",
            "volumes",
            [{"type": "tmpfs", "target": "/x", "tmpfs": {"size": 10 * 1024**2}}],
        ),
    ],
)
def test_texts_where_a_type_belongs(read: Load, written: str, key: str, expected: Any) -> None:
    assert read(f"services:\n  a: {{image: i, {written}}}\n").config["services"]["a"].get(key) == expected


def test_a_variable_may_be_a_flag_of_a_network(read: Load) -> None:
    project = read("services:\n  a: {image: i, networks: [n]}\nnetworks: {n: {enable_ipv6: '${V6:-true}'}}\n")
    assert project.config["networks"]["n"] == {"enable_ipv6": True}


def test_what_follows_a_semicolon_is_told(read: Load) -> None:
    project = read("services:\n  a: {image: i, command: 'a b; c'}\n", unsupported="warn")
    assert project.config["services"]["a"]["command"] == ["a", "b"]
    assert any("`; c` is left out, as by docker compose" in warning for warning in project.warnings)


def test_the_stack_s_name_is_a_variable(read: Load) -> None:
    text = "services:\n  a: {image: '${COMPOSE_PROJECT_NAME}'}\n"
    assert read(text, name="shop").config["services"]["a"]["image"] == "shop"


def test_env_files_refer_to_the_service_s_environment(read: Load, tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text("A=1\nB=${A}-$C\n")
    (tmp_path / "b.env").write_text("A=2\nD=$A$B\n")
    project = read("services:\n  a: {image: i, env_file: [a.env, b.env], environment: {C: c, A: }}\n")
    assert project.config["services"]["a"]["environment"] == {"A": None, "B": "1-c", "C": "c", "D": "21-c"}


def test_a_long_text_is_not_repeated_without_bounds(read: Load) -> None:
    long = "x" * 1_000_000
    aliases = "\n".join(f"  k{number}: *a" for number in range(20_000))
    with pytest.raises(ComposeError, match="aliases expand to more than 32000000 characters"):
        read(f"x-a: &a {long}\nx-b:\n{aliases}\nservices: {{a: {{image: i}}}}\n")


@pytest.mark.parametrize("dialect", ["stack", "compose"])
def test_an_empty_key_below_a_typed_one(tmp_path: Path, dialect: str) -> None:
    file = tmp_path / "stack.yml"
    file.write_text("services:\n  a: {image: i, ulimits: {f: {'': '$N', soft: 1, hard: 2}}}\n")
    with pytest.raises(ComposeError, match="unknown key"):
        load([str(file)], {"N": "1"}, dialect=dialect)


def test_tmpfs_beside_volumes_that_are_no_list(read: Load) -> None:
    with pytest.raises(ComposeError, match="volumes: must be a list"):
        read("services:\n  a: {image: i, tmpfs: /x, volumes: 5}\n")
