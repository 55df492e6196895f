"""Stacks of their own for tests, from copies of the shop's files."""

from __future__ import annotations

import os
import shutil
import sys
import uuid
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from stack_runs import Engine, Stack

FILES = Path(os.environ["MOLECULE_SCENARIO_DIRECTORY"]) / "files"


@pytest.fixture
def engine(host):
    return Engine(host)


@pytest.fixture
def files(tmp_path):
    """The shop's files under a name that nothing has been deployed as."""
    shutil.copytree(FILES / "shop", tmp_path / "shop")
    return Stack(f"t{uuid.uuid4().hex[:8]}", tmp_path / "shop")


@pytest.fixture
def stack(files):
    """A stack of its own, gone after the test."""
    yield files
    files.deploy(state="absent", wait_timeout=60)


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """One stack that the tests of a module change one after another."""
    folder = tmp_path_factory.mktemp("story") / "shop"
    shutil.copytree(FILES / "shop", folder)
    stack = Stack(f"s{uuid.uuid4().hex[:8]}", folder)
    yield stack
    stack.deploy(state="absent", wait_timeout=60)
