"""`-e docker_prune_enabled=false` gives a text, which is true in a template: decisions about switches convert it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILES = sorted(
    [
        *(ROOT / "roles").glob("*/tasks/**/*.yml"),
        *(ROOT / "roles").glob("*/vars/*.yml"),
        *(ROOT / "roles").glob("*/defaults/*.yml"),
        *(ROOT / "playbooks").glob("*.yml"),
    ]
)
_CONVERTED = r"(?!\s*(?:\|\s*default\((?:[^()]|\([^()]*\))*\)\s*)?\|\s*bool)"
# A whole value is converted by whoever gets it, such as a module or another variable; texts only name the variable.
_PASSED_ON = re.compile(r"^\s*(?:- )?[\w.-]+: [\"']?\{\{ \w+ (?:\| default\(.*\) )?\}\}[\"']?$")
_TEXT = re.compile(r"^\s*(?:#|- name:)|-e \w+=|\w+=true")


def switches() -> set[str]:
    """Boolean options of all roles and their entry points."""
    return {
        name
        for path in (ROOT / "roles").glob("*/meta/argument_specs.yml")
        for entry in yaml.safe_load(path.read_text())["argument_specs"].values()
        for name, option in (entry.get("options") or {}).items()
        if option.get("type") == "bool"
    }


def unconverted(line: str, names: set[str]) -> list[str]:
    """Switches that a line decides by as they stand."""
    if _TEXT.search(line) or _PASSED_ON.match(line):
        return []
    pattern = rf"(?<![\w.'\"(])(?<!\w \()({'|'.join(sorted(names))})\b(?!\s*:|=){_CONVERTED}"
    found = re.findall(pattern, line) + re.findall(rf"\(({'|'.join(sorted(names))})\b{_CONVERTED} (?:and|or)\b", line)
    # `A if B else C` passes A on.
    passed = re.findall(r"(?:\{\{|\()\s*(\w+) if ", line)
    for name in passed:
        if name in found:
            found.remove(name)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_decisions_convert_switches(path: Path) -> None:
    names = switches()
    lines = path.read_text().splitlines()
    assert [(number, line) for number, line in enumerate(lines, 1) if unconverted(line, names)] == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("  when: docker_remove_data", True),
        ("  when: docker_remove_data | bool", False),
        ("  when: not docker_remove_data", True),
        ("  when: a or docker_remove_data | default(false) | bool", False),
        ("  x: \"{{ 'present' if docker_remove_data else 'absent' }}\"", True),
        ("     and not (docker_remove_data and docker_version)", True),
        ('  remove: "{{ docker_remove_data }}"', False),
        ('  remove: "{{ docker_remove_data if docker_remove_data | bool else omit }}"', False),
        ("# docker_remove_data says so", False),
        ("  fail_msg: set docker_remove_data=true", False),
        ("docker_remove_data: false", False),
    ],
)
def test_what_counts(line: str, wrong: bool) -> None:
    assert bool(unconverted(line, {"docker_remove_data"})) is wrong


def test_there_are_switches() -> None:
    assert len(switches()) > 25
