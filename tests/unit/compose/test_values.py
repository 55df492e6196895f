"""Values of the dialect compose that were once read otherwise, or refused; each is as docker compose 2.40 reads it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import ComposeError, load

Read = Callable[..., Any]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def service(body: str, dialect: str = "compose", **files: str) -> Any:
        for name, text in files.items():
            (tmp_path / f"{name}.env").write_text(text)
        (tmp_path / "compose.yml").write_text(f"services:\n  a: {{image: i, {body}}}\n")
        project = load([str(tmp_path / "compose.yml")], {}, dialect=dialect, unsupported="ignore")
        return project.config["services"]["a"]

    return service


def test_braces_in_defaults(read: Read) -> None:
    found = read("""environment: {J: '${JSON:-{"a":1}}', K: '${NONE:-{a:{b}}}x'}""")
    assert found["environment"] == {"J": '{"a":1}', "K": "{a:{b}}x"}


def test_a_dollar_that_begins_no_variable(read: Read) -> None:
    assert read("labels: {x: cost 5$ now, y: $ z}")["labels"] == {"x": "cost 5$ now", "y": "$ z"}


def test_backslashes_of_env_files(read: Read) -> None:
    text = 'A="C:\\dir\\sub"\nB=a\\b\n'
    assert read("env_file: [x.env]", x=text)["environment"] == {"A": "C:\\dir\\sub", "B": "a\\b"}


@pytest.mark.parametrize("dialect", ["compose", "stack"])
def test_an_env_file_whose_variable_is_not_set(read: Read, dialect: str) -> None:
    with pytest.raises(ComposeError, match="names no file; a variable in it is perhaps not set"):
        read("env_file: ['${UNSET}']", dialect)


def test_a_mount_of_an_image(read: Read) -> None:
    mount = {"type": "image", "source": "x", "target": "/y"}
    assert read("volumes: [{type: image, source: x, target: /y}]")["volumes"] == [mount]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("['h=192.0.2.1', 'g:192.0.2.2']", ["h:192.0.2.1", "g:192.0.2.2"]),
        ("{h: [192.0.2.1, 192.0.2.2], g: 192.0.2.3}", ["g:192.0.2.3", "h:192.0.2.1", "h:192.0.2.2"]),
        ("{h: ['::1']}", ["h:::1"]),
    ],
)
def test_extra_hosts(read: Read, written: str, expected: list[str]) -> None:
    assert read(f"extra_hosts: {written}")["extra_hosts"] == expected


def test_a_check_that_is_disabled_over_a_test(read: Read) -> None:
    assert read("healthcheck: {disable: true, test: x}")["healthcheck"] == {"disable": True}


def test_repeated_items_of_an_environment(read: Read) -> None:
    assert read("environment: [A=1, A=2]")["environment"] == {"A": "2"}
