"""The ordinary commands, as a new user types them in a fresh clone: they work, and they leave the clone as it was."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
LINK = ".collections/ansible_collections/dockyard/swarm"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone's files, with edits of the work tree, committed: `git status` then tells of any change."""
    target = tmp_path_factory.mktemp("clone") / "swarm"
    for name in git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if name and os.path.lexists(ROOT / name):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name, follow_symlinks=False)
    git(target, "init", "-q")
    git(target, "add", "--all")
    git(target, "-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "-q", "-m", "now")
    assert git(target, "status", "--porcelain") == ""
    return target


def git(folder: Path, *arguments: str) -> str:
    """Run git there. Returns what it printed."""
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def typed(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing set but PATH and HOME, as in a shell with the virtual environment active."""
    environment = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": os.environ["HOME"], "NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


@pytest.fixture(scope="module")
def artifact(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("artifact")
    done = typed(clone, "ansible-galaxy", "collection", "build", "--output-path", str(target))
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = target.glob("dockyard-swarm-*.tar.gz")
    return built


@pytest.mark.parametrize("how", [["--force"], ["--force-with-deps"], []])
def test_an_install_never_replaces_the_links(clone: Path, artifact: Path, how: list[str]) -> None:
    typed(clone, "ansible-galaxy", "collection", "install", "--offline", str(artifact), *how)

    assert (clone / LINK).is_symlink()
    assert (clone / LINK / "roles" / "swarm").samefile(clone / "roles" / "swarm")
    assert git(clone, "status", "--porcelain") == ""


def test_an_install_of_the_folder_itself_never_replaces_the_links(clone: Path) -> None:
    typed(clone, "ansible-galaxy", "collection", "install", "--offline", "--force", ".")

    assert (clone / LINK).is_symlink()
    assert git(clone, "status", "--porcelain") == ""


def test_another_collection_can_be_installed_and_git_does_not_see_it(clone: Path, tmp_path: Path) -> None:
    assert typed(tmp_path, "ansible-galaxy", "collection", "init", "other.thing").returncode == 0
    done = typed(clone, "ansible-galaxy", "collection", "install", "--offline", str(tmp_path / "other" / "thing"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert git(clone, "status", "--porcelain") == ""


def test_molecule_lists_every_scenario(clone: Path) -> None:
    done = typed(clone, "molecule", "list", "--format", "plain")

    assert done.returncode == 0, done.stdout + done.stderr
    for folder in (clone / "molecule").glob("*/molecule.yml"):
        assert folder.parent.name in done.stdout
    assert git(clone, "status", "--porcelain") == ""


def test_molecule_reads_the_shared_configuration_by_itself(clone: Path) -> None:
    """`syntax` runs the scenario's own playbook, with hosts neither there nor needed."""
    done = typed(clone, "molecule", "syntax", "--scenario-name", "swarm")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Missing playbook" not in done.stdout + done.stderr
    assert (clone / LINK).is_symlink()
    assert git(clone, "status", "--porcelain") == ""


def test_an_edit_of_a_role_takes_effect_at_once(clone: Path) -> None:
    tasks = clone / "roles" / "docker" / "tasks" / "main.yml"
    before = tasks.read_text()
    try:
        tasks.write_text("---\n- name: Edited\n  ansible.builtin.debug:\n    msg: edited\n")
        done = typed(clone, "ansible", "localhost", "-m", "include_role", "-a", "name=dockyard.swarm.docker")
    finally:
        tasks.write_text(before)

    assert '"msg": "edited"' in done.stdout or "msg: edited" in done.stdout, done.stdout + done.stderr


def test_documentation_is_found(clone: Path) -> None:
    for arguments in (["dockyard.swarm.stack"], ["-t", "role", "dockyard.swarm.swarm"]):
        done = typed(clone, "ansible-doc", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
