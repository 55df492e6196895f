"""What users install is what git knows of, and nothing that a work tree has beside."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
IGNORED_BY_GIT = [line.strip("/") for line in (ROOT / ".gitignore").read_text().split()]


@pytest.mark.parametrize("path", IGNORED_BY_GIT)
def test_what_git_ignores_is_not_shipped(path):
    unshipped = yaml.safe_load((ROOT / "galaxy.yml").read_text())["build_ignore"]
    places = [str(place) for place in (PurePosixPath(path), *PurePosixPath(path).parents)]
    assert any(fnmatchcase(place, pattern) for place in places for pattern in unshipped)


UNSHIPPED_FILE = re.compile(r"(?:\.\./|\}\}/|^|[\s'\"])(?:tests|molecule)/\w+")


def test_roles_and_playbooks_need_no_file_that_is_not_shipped():
    for room in ("roles", "playbooks"):
        for path in (ROOT / room).rglob("*.yml"):
            code = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
            assert [line for line in code if UNSHIPPED_FILE.search(line)] == [], path


@pytest.mark.parametrize("line", ["  script: ../tests/packer/check.py", 'src: "{{ playbook_dir }}/tests/check.py"'])
def test_such_a_file_is_found(line):
    assert UNSHIPPED_FILE.search(line)
