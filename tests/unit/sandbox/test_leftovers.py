"""README lists what the demo installs or switches on; this holds it against what the sandbox's code does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from sandbox.machine import PACKAGE_OF

ROOT = Path(__file__).resolve().parents[3]
LISTED = (ROOT / "README.md").read_text().partition("after <code>make demo-down</code>")[2].partition("</details>")[0]


def installed() -> set[str]:
    """Programs that the sandbox has installed where they are missing, from its calls of `install`."""
    found: set[str] = set()
    for file in (ROOT / "sandbox").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "install" and node.args:
                found |= {item.value for item in ast.walk(node.args[0]) if isinstance(item, ast.Constant)}
    return found


def test_every_package_that_the_sandbox_installs_is_listed() -> None:
    programs = installed()
    assert programs >= {"dockerd", "ip", "iptables", "ssh-keygen", "mmdebstrap"}
    assert {PACKAGE_OF[name] for name in programs if f"`{PACKAGE_OF[name]}`" not in LISTED} == set()


def test_every_package_that_the_makefile_installs_is_listed() -> None:
    demo = (ROOT / "Makefile").read_text().partition("# -- tests")[0]
    packages = re.findall(r"--no-install-recommends ([\w.-]+)", demo)
    assert packages
    assert [name for name in packages if f"`{name}`" not in LISTED] == []


@pytest.mark.parametrize("file", sorted((ROOT / "sandbox").rglob("*.py")), ids=lambda file: file.name)
def test_every_kernel_setting_that_the_sandbox_writes_is_listed(file: Path) -> None:
    for path in re.findall(r'"/proc/sys/([\w/]+)"', file.read_text()):
        assert f"`{path.replace('/', '.')}=" in LISTED


def test_what_contexts_writes_is_listed() -> None:
    for words in ("~/.ssh/dockyard/demo.conf", "~/.ssh/config", "Docker contexts", "contexts_state=absent"):
        assert words in LISTED
