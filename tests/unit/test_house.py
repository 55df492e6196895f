"""What stands in two places on purpose says the same in both."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
GROUPS: dict[str, list[str]] = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]
# Whose options make a module a member of which action group.
FRAGMENT_OF_GROUP = {"engine": "dockyard.swarm.engine", "gce": "dockyard.swarm.gce_module"}

sys.path.insert(0, str(ROOT / "tests"))

from run import SUITES  # noqa: E402


def documentation_of(module: str) -> dict[str, Any]:
    """A module's DOCUMENTATION, as it stands in its file."""
    text = (ROOT / "plugins" / "modules" / f"{module}.py").read_text(encoding="utf-8")
    _before, _marker, rest = text.partition('DOCUMENTATION = r"""')
    assert rest, f"{module} has no DOCUMENTATION"
    return yaml.safe_load(rest.partition('"""')[0])


def test_every_scenario_folder_is_run_by_a_suite() -> None:
    folders = {path.parent.name for path in (ROOT / "molecule").glob("*/molecule.yml")}
    suites = {suite.name.removeprefix("molecule-") for suite in SUITES if suite.name.startswith("molecule-")}
    assert folders == suites


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_action_group_has_the_modules_that_share_its_options(group: str) -> None:
    fragment = FRAGMENT_OF_GROUP[group]
    sharing = [m for m in MODULES if fragment in documentation_of(m).get("extends_documentation_fragment", [])]
    assert sorted(GROUPS[group]) == sharing


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_modules_of_an_action_group_say_so(group: str) -> None:
    fragment = f"{FRAGMENT_OF_GROUP[group]}.actiongroup"
    saying = [m for m in MODULES if fragment in documentation_of(m).get("extends_documentation_fragment", [])]
    assert sorted(GROUPS[group]) == saying


def test_every_module_has_an_honest_attributes_block() -> None:
    for module in MODULES:
        documentation = documentation_of(module)
        named = set(documentation.get("attributes", {}))
        if "dockyard.swarm.gce_module.attributes" in documentation.get("extends_documentation_fragment", []):
            named |= {"check_mode", "diff_mode"}  # said there, once for all of them
        assert {"check_mode", "diff_mode", "idempotent"} <= named, module


def test_every_role_declares_its_options_and_has_a_page() -> None:
    for role in sorted(path for path in (ROOT / "roles").iterdir() if path.is_dir()):
        assert (role / "meta" / "argument_specs.yml").is_file(), role.name
        assert (role / "README.md").is_file(), role.name


def test_variables_that_the_documentation_names_are_there() -> None:
    """Also names of metrics, folders and options that begin likewise: each stands in code, a role or a stack."""
    name = re.compile(r"(?<![\w./-])(?:docker|swarm|stack|gce_hosts|hosts|image|static_hosts|contexts)_[a-z0-9_]+\b")
    rooms = ("plugins", "roles", "playbooks", "stacks")
    sources = [path for room in rooms for path in (ROOT / room).rglob("*") if path.suffix in (".py", ".yml", ".j2")]
    known = {word for path in sources for word in name.findall(path.read_text(encoding="utf-8"))}
    known |= {path.stem for room in (*rooms, "molecule") for path in (ROOT / room).rglob("*")}
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "roles").glob("*/README.md")]
    unknown = {
        f"{page.relative_to(ROOT)}: {word}"
        for page in pages
        for code in re.findall(r"`[^`\n]+`", page.read_text(encoding="utf-8"))
        for word in name.findall(code)
        if word not in known
    }
    assert unknown == set()


def test_the_readme_names_the_files_of_stacks_as_the_example_inventory_does() -> None:
    path = re.compile(r"\{\{ inventory_dir \}\}/\S*compose\.yml")
    example = (ROOT / "inventory" / "example" / "group_vars" / "all.yml").read_text(encoding="utf-8")
    assert set(path.findall((ROOT / "README.md").read_text(encoding="utf-8"))) == set(path.findall(example))


def test_whoever_logs_in_with_a_password_can() -> None:
    """`-k` is ruled out where SSH is told to try keys only."""
    settings = re.findall(r"PreferredAuthentications=(\S+)", (ROOT / "ansible.cfg").read_text(encoding="utf-8"))
    assert all("password" in setting.split(",") for setting in settings)


def test_packers_plugin_that_drops_the_tunnel_of_iap_is_left_out() -> None:
    """https://github.com/hashicorp/packer-plugin-googlecompute/issues/347"""
    text = (ROOT / "packer" / "plugins.pkr.hcl").read_text(encoding="utf-8")
    assert re.search(r'googlecompute = \{[^}]*version = "[^"]*!= 1\.2\.6[^"]*"', text)


def test_no_argument_spec_holds_a_template() -> None:
    """Ansible renders all of a spec, descriptions too, before each role, and fails where a name in it is unknown."""
    for path in sorted((ROOT / "roles").glob("*/meta/argument_specs.yml")):
        text = path.read_text(encoding="utf-8")
        assert "{{" not in text, path
        assert "{%" not in text, path
