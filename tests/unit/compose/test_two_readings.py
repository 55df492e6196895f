"""The dialect `auto` says where docker compose reads something else in a file that `docker stack deploy` takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import ComposeError, Project, load

Load = Callable[..., Project]
ADVICE = "; set dialect to stack or compose to say which is meant"


@pytest.fixture
def read(tmp_path: Path) -> Load:
    def loaded(*texts: str, dialect: str = "auto", **environment: str) -> Project:
        names = []
        for number, text in enumerate(texts):
            names.append(str(tmp_path / f"{number}.yml"))
            (tmp_path / f"{number}.yml").write_text(text)
        return load(names, environment, dialect=dialect)

    return loaded


def told(project: Project, folder: Path) -> list[str]:
    assert project.dialect == "stack"
    return [warning.replace(f"{folder}/", "") for warning in project.warnings]


def test_a_variable_in_a_default(read: Load, tmp_path: Path) -> None:
    project = read("services:\n  web:\n    image: i:${A:-${B:-c}}\n", B="q")
    assert project.config["services"]["web"]["image"] == "i:${B:-c}"
    assert told(project, tmp_path) == [
        '0.yml:3: service web: image: is "i:${B:-c}", as with docker stack deploy; docker compose makes "i:q" of it'
        + ADVICE
    ]


def test_quotes_in_an_env_file_without_showing_what_is_in_it(read: Load, tmp_path: Path) -> None:
    (tmp_path / "x.env").write_text('PASSWORD="hunter2"\nNOTE=a b # hunter3\nSAME=1\n')
    project = read("services:\n  web:\n    image: i\n    env_file: x.env\n")
    assert told(project, tmp_path) == [
        "0.yml:4: service web: env_file: the variable PASSWORD keeps its quotes, as with docker stack deploy; "
        "docker compose takes them away" + ADVICE,
        "0.yml:4: service web: env_file: the variable NOTE is a text of 13 characters, as with docker stack deploy; "
        "docker compose makes a text of 3 characters of it" + ADVICE,
    ]
    assert "hunter" not in str(project.warnings)


def test_a_tmpfs_is_told_once(read: Load, tmp_path: Path) -> None:
    project = read("services:\n  web:\n    image: i\n    tmpfs: /run\n    volumes: ['v:/v']\nvolumes: {v: }\n")
    assert told(project, tmp_path) == [
        "0.yml:4: service web: tmpfs: has no effect, as in the docker CLI; the dialect compose mounts it"
    ]


def test_an_empty_variable_that_the_environment_has(read: Load, tmp_path: Path) -> None:
    project = read("services:\n  web:\n    image: i\n    environment:\n      - A=\n", A="hunter2")
    assert told(project, tmp_path) == [
        "0.yml:4: service web: environment.A: is a text of 7 characters, as with docker stack deploy; "
        "docker compose makes an empty text of it" + ADVICE
    ]


def test_what_two_files_say_of_one_key(read: Load, tmp_path: Path) -> None:
    first = "services:\n  web:\n    image: i\n    command: [a]\n    dns: [1.1.1.1]\n"
    project = read(first, "services:\n  web:\n    dns: [1.1.1.1]\n")
    other = read(first, "services:\n  web:\n    dns: [1.1.1.1]\n", dialect="compose")
    differs = project.config["services"]["web"]["dns"] != other.config["services"]["web"]["dns"]
    assert any("service web: dns: " in text for text in told(project, tmp_path)) == differs


def test_files_that_both_read_alike_are_told_nothing(read: Load) -> None:
    text = (
        "services:\n  web:\n    image: i:${TAG:-1}\n    command: sh -c 'a b'\n    environment: {A: '1', B: }\n"
        "    build: .\n    depends_on: [db]\n    ports: ['80:80']\n    networks: {n: {ipv4_address: 10.0.0.2}}\n"
        "    deploy: {replicas: 2, resources: {limits: {memory: 64m}}}\n  db: {image: j}\nnetworks: {n: }\n"
    )
    project = read(text, B="2")
    assert not [warning for warning in project.warnings if "dialect" in warning and "set " in warning]


@pytest.mark.parametrize("dialect", ["stack", "compose"])
def test_who_has_chosen_is_told_nothing(read: Load, dialect: str) -> None:
    assert not read("services:\n  web:\n    image: i:${A:-${B:-c}}\n", dialect=dialect).warnings


def test_what_docker_compose_refuses_is_meant_for_a_stack(read: Load) -> None:
    project = read("services:\n  web:\n    image: i\n    configs: [{Source: c}]\nconfigs: {c: {external: true}}\n")
    assert project.dialect == "stack"
    assert not project.warnings


@pytest.mark.parametrize(
    "keys",
    [
        "configs: [{source: c, bogus: 1}]",
        "secrets: [{source: c, bogus: 1}]",
        "volumes: [{type: bind, source: /a, target: /b, bind: {bogus: 1}}]",
        "volumes: [{type: tmpfs, target: /b, tmpfs: {bogus: 1}}]",
        "volumes: [{type: volume, source: v, target: /b, volume: {bogus: 1}}]",
        "depends_on: {db: {condition: service_started, bogus: 1}}",
    ],
)
def test_the_compose_specification_refuses_unknown_keys_everywhere(read: Load, keys: str) -> None:
    text = (
        f"services:\n  db: {{image: j}}\n  web:\n    image: i\n    {keys}\n"
        "volumes: {v: }\nconfigs: {c: {external: true}}\nsecrets: {c: {external: true}}\n"
    )
    with pytest.raises(ComposeError, match=r"0.yml:5: service web: .*bogus: unknown key"):
        read(text, dialect="compose")
    read(text.replace("bogus: 1", "x-bogus: 1"), dialect="compose")
