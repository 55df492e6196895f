"""The dialect `compose`: files as people write them today."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import convert
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import ComposeError, Project, load

Modern = Callable[..., Project]


@pytest.fixture
def modern(tmp_path: Path) -> Modern:
    def load_texts(*texts: str, environment: dict[str, str] | None = None, **choices: Any) -> Project:
        files = [tmp_path / f"{number}.yml" for number in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text)
        return load([str(file) for file in files], environment or {}, dialect="compose", **choices)

    return load_texts


def test_what_docker_refuses_is_refused_without_the_dialect(tmp_path: Path) -> None:
    file = tmp_path / "stack.yml"
    file.write_text("name: shop\nservices:\n  web: {image: x, environment: {A: true}}\n")
    with pytest.raises(ComposeError) as fault:
        load([str(file)], {})
    assert len(fault.value.problems) == 2
    assert load([str(file)], {}, dialect="compose").name == "shop"


def test_auto_reads_as_the_cli_does_what_the_cli_takes(tmp_path: Path) -> None:
    file = tmp_path / "stack.yml"
    file.write_text("services:\n  web: {image: x, environment: {A: '${N:-${M}}'}}\n")
    project = load([str(file)], {"M": "3"}, dialect="auto")
    assert project.dialect == "stack"
    assert project.config["services"]["web"]["environment"] == {"A": "${M}"}


def test_auto_reads_as_compose_does_what_the_cli_refuses(tmp_path: Path) -> None:
    file = tmp_path / "stack.yml"
    file.write_text("name: shop\nservices:\n  web: {image: x, environment: {A: '${N:-${M}}'}}\n")
    project = load([str(file)], {"M": "3"}, dialect="auto")
    assert (project.dialect, project.name) == ("compose", "shop")
    assert project.config["services"]["web"]["environment"] == {"A": "3"}


@pytest.mark.parametrize("dialect", ["stack", "auto"])
def test_unsupported_keys_of_the_old_format_follow_the_choice_too(tmp_path: Path, dialect: str) -> None:
    file = tmp_path / "stack.yml"
    file.write_text("services:\n  web: {image: x, privileged: true, container_name: y, restart: always}\n")
    assert len(load([str(file)], {}, dialect=dialect).warnings) == 3
    assert load([str(file)], {}, dialect=dialect, unsupported="ignore").warnings == []
    with pytest.raises(ComposeError) as fault:
        load([str(file)], {}, dialect=dialect, unsupported="error")
    assert len(fault.value.problems) == 2


def test_version_does_not_matter(modern: Modern) -> None:
    text = "version: 2.4\nservices:\n  web: {image: x, init: true}\n"
    assert modern(text).config["services"]["web"] == {"image": "x", "init": True}


def test_unquoted_scalars(modern: Modern) -> None:
    service = modern(
        "services:\n  web:\n    image: x\n    environment: {A: true, B: 5}\n    labels: {c: false}\n"
        "    deploy:\n      labels: {d: true}\n      resources: {limits: {cpus: 0.5}, reservations: {cpus: 1}}\n"
        "    ports: [{target: 80, published: '8080'}]\n"
        "    configs: [{source: c, mode: '0440'}]\nconfigs: {c: {external: true}}\n"
    ).config["services"]["web"]
    assert service["environment"] == {"A": "true", "B": "5"}
    assert service["labels"] == {"c": "false"}
    assert service["deploy"]["labels"] == {"d": "true"}
    assert service["deploy"]["resources"] == {"limits": {"cpus": "0.5"}, "reservations": {"cpus": "1"}}
    assert service["ports"] == [{"target": 80, "published": 8080}]
    assert service["configs"] == [{"source": "c", "mode": 0o440}]


def test_profiles(modern: Modern) -> None:
    text = "services:\n  web: {image: x}\n  tools: {image: x, profiles: [debug, all]}\n"
    assert list(modern(text).config["services"]) == ["web"]
    assert list(modern(text, profiles=["debug"]).config["services"]) == ["web", "tools"]
    assert list(modern(text, profiles=["*"]).config["services"]) == ["web", "tools"]


def test_order(modern: Modern) -> None:
    text = (
        "services:\n  web: {image: x, depends_on: {db: {condition: service_healthy}, migrate: }}\n"
        "  db: {image: x}\n  migrate: {image: x, depends_on: [db]}\n"
    )
    assert modern(text).depends_on == {
        "web": {"db": "service_healthy", "migrate": "service_started"},
        "migrate": {"db": "service_started"},
    }


def test_order_of_the_old_form(compose: Callable[..., Project]) -> None:
    project = compose("services:\n  web: {image: x, depends_on: [db]}\n  db: {image: x}\n")
    assert project.depends_on == {"web": {"db": "service_started"}}


def test_what_a_service_waits_for_has_to_be_there(modern: Modern) -> None:
    text = "services:\n  web: {image: x, depends_on: {db: {condition: service_started%s}}}\n"
    with pytest.raises(ComposeError) as fault:
        modern(text % "")
    assert 'service web: depends_on.db: there is no service "db" to wait for; define it, activate its profile' in str(
        fault.value
    )
    assert modern(text % ", required: false").depends_on == {}


def test_the_old_form_only_tells_of_a_service_that_is_not_there(compose: Callable[..., Project]) -> None:
    project = compose("services:\n  web: {image: x, depends_on: [db]}\n")
    assert project.depends_on == {}
    assert 'there is no service "db"' in project.warnings[0]


def test_env_file_objects(modern: Modern, tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text("A='1' # one\nB=${WHO}-$A\n")
    (tmp_path / "raw.env").write_text("R='1' # one\n")
    text = (
        "services:\n  web:\n    image: x\n    env_file: [{path: a.env}, {path: gone.env, required: false},"
        " {path: raw.env, format: raw}]\n"
    )
    environment = modern(text, environment={"WHO": "you"}).config["services"]["web"]["environment"]
    assert environment == {"A": "1", "B": "you-1", "R": "'1' # one"}


def test_environment_wins_over_an_env_file_of_a_later_file(modern: Modern, tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text("A=file\nB=file\n")
    first = "services: {web: {image: x, environment: {A: own, C: }}}\n"
    service = modern(first, "services: {web: {env_file: a.env}}\n").config["services"]["web"]
    assert service == {"image": "x", "environment": {"A": "own", "B": "file", "C": None}}


def test_a_missing_env_file_names_its_line(modern: Modern) -> None:
    with pytest.raises(ComposeError) as fault:
        modern("services:\n  web:\n    image: x\n    env_file: gone.env\n")
    assert "0.yml:4: service web: env_file" in str(fault.value)
    assert "gone.env: the env_file cannot be read: No such file or directory" in str(fault.value)


def test_given_content_takes_the_place_of_the_files(modern: Modern, compose: Callable[..., Project]) -> None:
    text = "services: {web: {image: x}}\nsecrets: {s: {file: ./gone}, t: {}}\nconfigs: {c: {content: theirs}}\n"
    given = {("secrets", "s"): b"one", ("secrets", "t"): b"two", ("configs", "c"): b"mine"}
    project = modern(text, contents=given)
    assert project.secret_data == {"s": b"one", "t": b"two"}
    assert project.config_data == {"c": b"mine"}
    assert project.config["secrets"] == {"s": {}, "t": {}}
    old = compose("services: {web: {image: x}}\nsecrets: {s: {file: ./gone}}\n", contents={("secrets", "s"): b"one"})
    assert old.secret_data == {"s": b"one"}


@pytest.mark.parametrize("text", ["services: {}", "secrets: {s: {external: true}}", "secrets: {s: {driver: d}}"])
def test_content_is_given_for_what_needs_some(modern: Modern, text: str) -> None:
    with pytest.raises(ComposeError, match="content is given for secret s"):
        modern(text, contents={("secrets", "s"): b"one"})


def test_all_files_are_read_as_the_caller_says(modern: Modern, tmp_path: Path) -> None:
    asked = []

    def read(path: str) -> bytes:
        asked.append(Path(path).name)
        return Path(path).read_bytes()

    for name in ("a.env", "secret", "conf", "base.yml", "other.yml", ".env"):
        (tmp_path / name).write_text("services: {base: {image: x}}" if name.endswith(".yml") else "")
    modern(
        "include: [other.yml]\nservices: {web: {extends: {file: base.yml, service: base}, env_file: a.env}}\n"
        "secrets: {s: {file: secret}}\nconfigs: {c: {file: conf}}\n",
        read=read,
    )
    assert sorted(asked) == [".env", "0.yml", "a.env", "base.yml", "conf", "other.yml", "secret"]


def test_tmpfs_is_a_mount(modern: Modern) -> None:
    project = modern("services: {web: {image: x, tmpfs: ['/run:size=64m,mode=1777', /tmp]}}\n")
    assert project.config["services"]["web"]["volumes"] == [
        {"type": "tmpfs", "target": "/run", "tmpfs": {"size": 64 << 20}},
        {"type": "tmpfs", "target": "/tmp"},
    ]
    assert "the option mode of a tmpfs" in project.warnings[0]


def test_content_and_environment(modern: Modern) -> None:
    text = (
        "services:\n  web: {image: x, configs: [c], secrets: [s]}\n"
        "configs:\n  c: {content: 'hello ${WHO}', labels: {a: true}}\nsecrets:\n  s: {environment: TOKEN}\n"
    )
    project = modern(text, environment={"WHO": "you", "TOKEN": "hunter2"})
    assert project.config_data == {"c": b"hello you"}
    assert project.secret_data == {"s": b"hunter2"}
    assert project.config["configs"] == {"c": {"labels": {"a": "true"}}}
    assert "hunter2" not in str(project.config)


def test_deeper_keys_that_swarm_has_nothing_for(modern: Modern) -> None:
    project = modern(
        "services:\n  web:\n    image: x\n    ports: [{target: 80, host_ip: 127.0.0.1, name: web}]\n"
        "    networks: {n: {ipv4_address: 10.0.0.2, priority: 5}}\n"
        "    volumes: [{type: bind, source: /a, target: /b, bind: {create_host_path: false, selinux: z}}]\n"
        "    deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}\n"
        "    privileged: false\n"
        "networks: {n: {enable_ipv4: true, ipam: {config: [{subnet: 10.0.0.0/24}], options: {a: b}}}}\n"
    )
    service = project.config["services"]["web"]
    assert service == {
        "image": "x",
        "ports": [{"target": 80}],
        "networks": {"n": {}},
        "volumes": [{"type": "bind", "source": "/a", "target": "/b", "bind": {}}],
        "deploy": {"resources": {"reservations": {}}},
    }
    assert project.config["networks"] == {"n": {"ipam": {"config": [{"subnet": "10.0.0.0/24"}]}}}
    told = "\n".join(project.warnings)
    for key in ("ports[0].host_ip", "ports[0].name", "networks.n.ipv4_address", "networks.n.priority"):
        assert f"service web: {key}: has no effect in a swarm: " in told
    for key in ("volumes[0].bind.selinux", "deploy.resources.reservations.devices"):
        assert f"service web: {key}: has no effect in a swarm: " in told
    for key in ("enable_ipv4", "ipam.options"):
        assert f"network n: {key}: has no effect in a swarm: " in told
    assert len(project.warnings) == 8


def test_what_swarm_can_and_the_cli_has_no_word_for(modern: Modern) -> None:
    project = modern(
        "services:\n  web:\n    image: x\n    group_add: [docker, 999]\n    dns_opt: ['ndots:2']\n    networks: [n]\n"
        "    volumes: [{type: volume, source: v, target: /v, volume: {subpath: a/b}}]\n"
        "networks: {n: {enable_ipv6: true, ipam: {config: [{subnet: 10.0.0.0/24, gateway: 10.0.0.9}]}}}\n"
        "volumes: {v: }\n"
    )
    assert project.warnings == []
    desired = convert(project.config, "s", "1.45")
    container = desired.services["s_web"]["TaskTemplate"]["ContainerSpec"]
    assert container["Groups"] == ["docker", "999"]
    assert container["DNSConfig"] == {"Options": ["ndots:2"]}
    assert container["Mounts"][0]["VolumeOptions"]["Subpath"] == "a/b"
    assert desired.networks["s_n"]["EnableIPv6"] is True
    assert desired.networks["s_n"]["IPAM"] == {"Config": [{"Subnet": "10.0.0.0/24", "Gateway": "10.0.0.9"}]}


def test_the_old_dialect_names_the_new_one(compose: Callable[..., Project]) -> None:
    with pytest.raises(ComposeError) as fault:
        compose("services: {web: {image: x, group_add: [a]}}\nnetworks: {n: {enable_ipv6: true}}\n")
    assert [problem.split(": ", 1)[1] for problem in fault.value.problems] == [
        "service web: group_add: unknown key; it is not part of the 3.x format, but the dialect compose has it",
        "network n: enable_ipv6: unknown key; it is not part of the 3.x format, but the dialect compose has it",
    ]


UNSUPPORTED = "services:\n  web:\n    image: x\n    privileged: true\n    mem_limit: 1g\n    gpus: all\n"


def test_what_swarm_has_nothing_for(modern: Modern) -> None:
    project = modern(UNSUPPORTED)
    assert project.config["services"]["web"] == {"image": "x"}
    assert len(project.warnings) == 3
    assert "0.yml:5: service web: mem_limit: has no effect in a swarm: use deploy.resources.limits.memory" in str(
        project.warnings
    )
    assert modern(UNSUPPORTED, unsupported="ignore").warnings == []
    with pytest.raises(ComposeError) as fault:
        modern(UNSUPPORTED, unsupported="error")
    assert len(fault.value.problems) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("services: {web: {image: x, imgae: y}}", 'did you mean "image"'),
        ("services: {web: {image: x, depends_on: {db: {condition: ready}}}}", "needs a condition, one of"),
        ("services: {web: {image: x, ports: [{target: 80, published: 1-2}]}}", "is not one port"),
        ("services: {web: {image: x, env_file: [{path: a, format: fancy}]}}", 'only "raw" is known'),
        ("services: {web: {image: x, env_file: [{file: a}]}}", "takes a path, or the keys path"),
        ("configs: {c: {content: 5}}", "must be a string"),
        ("configs: {c: {content: a, file: b}}", "exclude each other"),
        ("secrets: {s: {environment: UNSET}}", "the variable UNSET is not set"),
        ("name: 5", "must be a string"),
    ],
)
def test_faults(modern: Modern, text: str, message: str) -> None:
    with pytest.raises(ComposeError) as fault:
        modern(text)
    assert message in str(fault.value)


def test_later_files(modern: Modern) -> None:
    first = "name: one\nservices: {web: {image: x, labels: {a: true}}}\nconfigs: {c: {content: one}}\n"
    second = "name: two\nservices: {web: {labels: {b: false}}}\nconfigs: {c: {content: two}}\n"
    project = modern(first, second)
    assert project.name == "two"
    assert project.config["services"]["web"]["labels"] == {"a": "true", "b": "false"}
    assert project.config_data == {"c": b"two"}


def test_reset_and_override(modern: Modern) -> None:
    first = (
        "services:\n  web: {image: x, ports: ['1:80'], dns: [a], environment: {A: '1', B: '2'}, command: run}\n"
        "  gone: {image: x}\n"
    )
    second = (
        "services:\n  web:\n    ports: !override ['2:80']\n    dns: !reset []\n"
        "    environment: {A: !reset null}\n    command: !reset null\n  gone: !reset null\n"
    )
    services = modern(first, second).config["services"]
    assert list(services) == ["web"]
    assert [port["published"] for port in services["web"].pop("ports")] == [2]
    assert services["web"] == {"image": "x", "environment": {"B": "2"}}


def test_reset_has_no_effect_without_the_dialect(compose: Callable[..., Project]) -> None:
    project = compose("services: {web: {image: x, dns: [a]}}\n", "services: {web: {dns: !reset []}}\n")
    assert project.config["services"]["web"]["dns"] == ["a"]
    assert "the tag !reset has no effect" in project.warnings[0]


def test_extends(modern: Modern, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "base.yml").write_text(
        "services:\n  first: {image: one, volumes: ['./here:/there'], labels: {a: 1}}\n"
        "  second: {extends: first, labels: {b: 2}}\n"
    )
    services = modern(
        "services:\n  web: {extends: {file: sub/base.yml, service: second}, image: two, labels: {b: 3}}\n"
        "  own: {extends: web, command: run}\n"
    ).config["services"]
    assert services["own"] == {**services["web"], "command": ["run"]}
    assert services["web"]["image"] == "two"
    assert services["web"]["labels"] == {"a": "1", "b": "3"}
    assert services["web"]["volumes"][0]["source"] == str(tmp_path / "sub" / "here")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("services: {a: {image: x, extends: b}}", 'this file has no service "b"'),
        ("services: {a: {extends: b}, b: {extends: c}, c: {extends: b}}", "based on each other: b -> c -> b"),
        ("services: {a: {extends: {service: a, file: 0.yml}}}", "based on each other: a -> a"),
        ("services: {a: {extends: {service: a, file: gone.yml}}}", "cannot be read"),
        ("services: {a: {extends: [a]}}", "takes a service's name"),
    ],
)
def test_extends_faults(modern: Modern, text: str, message: str) -> None:
    with pytest.raises(ComposeError) as fault:
        modern(text)
    assert message in str(fault.value)


def test_files_that_extend_each_other(modern: Modern, tmp_path: Path) -> None:
    (tmp_path / "other.yml").write_text("services: {b: {extends: {service: a, file: 0.yml}}}\n")
    with pytest.raises(ComposeError, match="based on each other: a -> b of other.yml -> a"):
        modern("services: {a: {extends: {service: b, file: other.yml}}}\n")
