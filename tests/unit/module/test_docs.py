"""What a module's documentation says of its options is what its argument specification has."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

PACKAGE = "ansible_collections.dockyard.swarm.plugins"
FOLDER = Path(__file__).parents[3] / "plugins"
MODULES = [path.stem for path in sorted((FOLDER / "modules").glob("*.py")) if "def main" in path.read_text()]
#: Said of an option in either place, with what holds where nothing is said.
FACTS = {"type": "str", "required": False, "choices": None, "elements": None}
#: Defaults where nothing is said: none at all.
NOTHING = object()


def documented(name: str) -> dict[str, Any]:
    """The options of a module, those of its documentation fragments included."""
    document = yaml.safe_load(import_module(f"{PACKAGE}.modules.{name}").DOCUMENTATION)
    options = dict(document.get("options") or {})
    for fragment in document.get("extends_documentation_fragment") or []:
        parts = fragment.removeprefix("dockyard.swarm.").split(".")
        holder = import_module(f"{PACKAGE}.doc_fragments.{parts[0]}").ModuleDocFragment
        text = getattr(holder, parts[1].upper() if len(parts) > 1 else "DOCUMENTATION")
        options = {**(yaml.safe_load(text).get("options") or {}), **options}
    return options


def differences(spec: dict[str, Any], options: dict[str, Any], path: str = "") -> list[str]:
    found = [f"{path}{name} is in one place only" for name in sorted(set(spec) ^ set(options))]
    for name in sorted(set(spec) & set(options)):
        one, other = spec[name], options[name]
        for fact, otherwise in FACTS.items():
            if one.get(fact, otherwise) != other.get(fact, otherwise):
                found.append(f"{path}{name}: {fact}")
        if one.get("default", NOTHING) != other.get("default", NOTHING):
            found.append(f"{path}{name}: default")
        found += differences(one.get("options") or {}, other.get("suboptions") or {}, f"{path}{name}.")
    return found


@pytest.mark.parametrize("name", MODULES)
def test_options_are_documented_as_they_are(name: str):
    spec = import_module(f"{PACKAGE}.modules.{name}").argument_spec()
    assert differences(spec, documented(name)) == []


def test_a_difference_is_found():
    spec = {"a": {"type": "int", "default": 1}, "b": {"type": "dict", "options": {"c": {"type": "str"}}}, "d": {}}
    options = {"a": {"type": "int", "default": 2}, "b": {"type": "dict", "suboptions": {"c": {"type": "int"}}}}
    assert differences(spec, options) == ["d is in one place only", "a: default", "b.c: type"]
