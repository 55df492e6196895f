"""Application files in the manner of projects that people host themselves are read as docker compose 2.40 does.

Each is a folder `apps/NAME` with all files it needs. Lines of `#:` at the head of its `compose.yml` are YAML: `files`
(more than that one, in their order), `profiles`, `env` (variables of the process).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_form import ours, theirs
from compose_oracle import Answer, Question, compose_oracle

APPS = Path(__file__).parent / "apps"
NAMES = sorted(path.name for path in APPS.iterdir() if path.is_dir())

# The dialect auto reads what the docker CLI takes as the CLI does: the place where that differs, and how.
READ_AS_STACK = (
    ("bookmarks", "/services/bookmarks/environment/LD_OIDC", "the CLI keeps quotes in files of variables"),
    ("ci", "/services/ci-server/environment/CI_AGENT_SECRET", "the CLI knows no variables in defaults"),
    ("ci", "/services/ci-server/volumes", "the CLI keeps the slash at the end of a target"),
    ("dashboards", "/services/dashboards/volumes", "the CLI keeps the slash at the end of a target"),
    ("directory", "/order", "links give the CLI no order"),
    ("directory", "/services/openldap/volumes", "the CLI keeps the slash at the end of a target"),
    ("notebook", "/services/notebook/volumes", "tmpfs has no effect at the CLI"),
)

Asked = dict[str, tuple[Question, Path, Answer]]


def question(name: str) -> Question:
    """An application as a project to ask about."""
    folder = APPS / name
    files = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
    head = [line[2:].removeprefix(" ") for line in files["compose.yml"].splitlines() if line.startswith("#:")]
    about: dict[str, Any] = yaml.safe_load("\n".join(head)) or {}
    assert set(about) <= {"files", "profiles", "env"}, name
    main = tuple(about.get("files", ["compose.yml"]))
    return Question(files, main, about.get("env", {}), tuple(about.get("profiles", [])), name)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """What docker compose says of each application, asked at once."""
    with compose_oracle(tmp_path_factory.mktemp("apps")) as oracle:
        answers = oracle.ask(question(name) for name in NAMES)
        yield {question.about: (question, place, answer) for question, place, answer in answers}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dialect", ["compose", "auto"])
def test_an_application_is_read_as_docker_compose_does(name: str, dialect: str, asked: Asked) -> None:
    project, place, answer = asked[name]
    expected = theirs(project, place, answer)
    assert expected is not None, answer.complaint
    reading, refusal = ours(project, place, dialect)
    assert not refusal
    rows = {place for app, place, _reason in READ_AS_STACK if app == name and dialect == "auto"}
    found = {text.partition(":")[0]: text for text in differences(reading, expected)}
    assert rows <= found.keys(), "a row is not needed any more"
    assert [text for place, text in found.items() if place not in rows] == []


def differences(reading: Any, expected: Any, place: str = "") -> list[str]:
    """Where two readings in the common form differ."""
    if isinstance(reading, dict) and isinstance(expected, dict):
        keys = sorted({*reading, *expected})
        return [text for key in keys for text in differences(reading.get(key), expected.get(key), f"{place}/{key}")]
    return [] if reading == expected else [f"{place}: ours {reading}, theirs {expected}"]


def test_there_are_many_applications() -> None:
    assert len(NAMES) >= 71
