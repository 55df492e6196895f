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
