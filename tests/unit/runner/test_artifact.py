"""What users install is what git knows of, and nothing that a work tree has beside."""

from __future__ import annotations

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
