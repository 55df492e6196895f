"""Projects that include others."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import ComposeError, Project, load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "db").mkdir()
    return tmp_path


def loaded(folder: Path, text: str, **environment: str) -> Project:
    (folder / "compose.yml").write_text(text)
    return load([str(folder / "compose.yml")], environment, dialect="auto")


DB = """
services:
  db:
    image: db:${TAG:-none}
    env_file: [db.env]
    volumes: ["./data:/data"]
    secrets: [password]
secrets:
  password: {file: password}
"""


def test_an_included_project_is_read_from_its_own_directory(folder: Path) -> None:
    (folder / "db" / "compose.yml").write_text(DB)
    (folder / "db" / ".env").write_text("TAG=16\n")
    (folder / "db" / "db.env").write_text("USER=me\n")
    (folder / "db" / "password").write_text("hunter2")
    project = loaded(
        folder,
        "include: [db/compose.yml]\nservices: {web: {image: web, depends_on: {db: {condition: service_healthy}}}}",
    )
    db = project.config["services"]["db"]
    assert db["image"] == "db:16"
    assert db["environment"] == {"USER": "me"}
    assert db["volumes"][0]["source"] == str(folder / "db" / "data")
    assert project.secret_data == {"password": b"hunter2"}
    assert project.depends_on == {"web": {"db": "service_healthy"}}
    assert sorted(project.config["services"]) == ["db", "web"]


def test_the_including_projects_variables_win(folder: Path) -> None:
    (folder / "db" / "compose.yml").write_text("services: {db: {image: 'db:${TAG}'}}")
    (folder / "db" / ".env").write_text("TAG=16\n")
    assert loaded(folder, "include: [db/compose.yml]\n", TAG="17").config["services"]["db"]["image"] == "db:17"


def test_the_long_form(folder: Path) -> None:
    (folder / "db" / "compose.yml").write_text("services: {db: {image: 'db:${TAG}', volumes: ['./d:/d']}}")
    (folder / "db" / "more.yml").write_text("services: {db: {labels: {a: b}}}")
    (folder / "db.env").write_text("TAG=18\n")
    project = loaded(
        folder,
        "include:\n  - path: [db/compose.yml, '${DB}/more.yml']\n    project_directory: .\n    env_file: db.env\n",
        DB="db",
    )
    assert project.config["services"]["db"] == {
        "image": "db:18",
        "labels": {"a": "b"},
        "volumes": [{"type": "bind", "source": str(folder / "d"), "target": "/d"}],
    }


def test_inclusion_goes_on_and_the_same_object_may_come_twice(folder: Path) -> None:
    (folder / "net.yml").write_text("networks: {front: {driver: overlay}}")
    (folder / "db" / "compose.yml").write_text("include: [../net.yml]\nservices: {db: {image: x, networks: [front]}}")
    project = loaded(folder, "include: [net.yml, db/compose.yml]\nservices: {web: {image: x, networks: [front]}}\n")
    assert sorted(project.config["services"]) == ["db", "web"]
    assert project.config["networks"] == {"front": {"driver": "overlay"}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("include: db/compose.yml", "compose.yml:1: include: must be a list of paths"),
        ("include: [5]", "include[0]: must be a path, or a mapping with path"),
        ("include: [{project_directory: db}]", "include[0]: must be a path, or a mapping with path"),
        ("include: [{path: a, env: b}]", "include[0].env: unknown key; known here: path, project_directory, env_file"),
        ("include: [{path: a, env_file: 5}]", "include[0].env_file: must be a path or a list of paths"),
        ("include: ['https://example.com/a.yml']", "fetch it there first"),
        ("include: [gone.yml]", "gone.yml: the compose file cannot be read: No such file or directory"),
        ("include: [{path: db/compose.yml, env_file: gone}]", "gone: the env file cannot be read"),
        ("include: [compose.yml]", "files include each other: "),
        (
            "include: [db/compose.yml]\nservices: {db: {image: other}}",
            "is defined here, too, and differently; rename one of them",
        ),
    ],
)
def test_faults(folder: Path, text: str, message: str) -> None:
    (folder / "db" / "compose.yml").write_text("services: {db: {image: x}}")
    with pytest.raises(ComposeError) as fault:
        loaded(folder, text)
    assert message in str(fault.value)


def test_a_fault_in_an_included_file_names_its_own_line(folder: Path) -> None:
    (folder / "db" / "compose.yml").write_text("services:\n  db:\n    image: x\n    imgae: y\n")
    with pytest.raises(ComposeError, match=r"db/compose.yml:4: service db: imgae: unknown key; did you mean"):
        loaded(folder, "include: [db/compose.yml]\n")


def test_order_across_files_is_kept(folder: Path) -> None:
    (folder / "db" / "compose.yml").write_text("services: {db: {image: x, depends_on: [init]}, init: {image: x}}")
    project = loaded(folder, "include: [db/compose.yml]\n")
    assert project.depends_on == {"db": {"init": "service_started"}}


@pytest.mark.parametrize(
    ("include", "last"),
    [
        ("{path: db/inc.yml, project_directory: .}", "two"),
        ("{path: db/inc.yml}", "one"),
        ("db/outer.yml", "two"),
    ],
)
def test_a_path_that_both_name_alike_is_one_file(folder: Path, include: str, last: str) -> None:
    """A later file's env_file keeps the place that the included project gave it."""
    services = "services: {db: {image: x, env_file: one.env}}"
    (folder / "db" / "inc.yml").write_text(services)
    (folder / "db" / "outer.yml").write_text("include: [{path: ../inc.yml}]")
    (folder / "inc.yml").write_text(services)
    for file in ("one.env", "db/one.env"):
        (folder / file).write_text("ONE=1\nLAST=one\n")
    (folder / "two.env").write_text("TWO=2\nLAST=two\n")
    (folder / "a.yml").write_text(f"include: [{include}]\n")
    (folder / "b.yml").write_text("services: {db: {env_file: [two.env, one.env]}}")
    project = load([str(folder / "a.yml"), str(folder / "b.yml")], {}, dialect="compose")
    assert project.config["services"]["db"]["environment"]["LAST"] == last


def test_a_base_in_another_file_of_the_folder_names_the_same_files(folder: Path) -> None:
    (folder / "base.yml").write_text("services: {base: {image: x, env_file: one.env, volumes: ['./d:/d']}}")
    (folder / "one.env").write_text("LAST=one\n")
    (folder / "two.env").write_text("LAST=two\n")
    project = loaded(
        folder,
        "services: {web: {extends: {file: db/../base.yml, service: base}, env_file: [two.env, one.env]}}",
    )
    service = project.config["services"]["web"]
    assert service["environment"] == {"LAST": "two"}
    assert service["volumes"][0]["source"] == str(folder / "d")
    assert project.relative_sources == {str(folder / "d"): "./d"}


def test_a_tilde_is_the_home_wherever_a_path_stands(folder: Path) -> None:
    for file in ("x.env", "c.conf", "s.txt"):
        (folder / "db" / file).write_text("A=1\n")
    project = loaded(
        folder,
        "services: {web: {image: x, env_file: ~/x.env, configs: [c], secrets: [s], volumes: ['~/d:/d']}}\n"
        "configs: {c: {file: ~/c.conf}}\nsecrets: {s: {file: ~/s.txt}}\nname: uses-compose\n",
        HOME=str(folder / "db"),
    )
    service = project.config["services"]["web"]
    assert service["environment"] == {"A": "1"}
    assert service["volumes"][0]["source"] == str(folder / "db" / "d")
    assert project.config_data["c"] == project.secret_data["s"] == b"A=1\n"
