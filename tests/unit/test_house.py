"""What stands in two places on purpose says the same in both."""

from __future__ import annotations

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


def test_no_argument_spec_holds_a_template() -> None:
    """Ansible renders all of a spec, descriptions too, before each role, and fails where a name in it is unknown."""
    for path in sorted((ROOT / "roles").glob("*/meta/argument_specs.yml")):
        text = path.read_text(encoding="utf-8")
        assert "{{" not in text, path
        assert "{%" not in text, path
