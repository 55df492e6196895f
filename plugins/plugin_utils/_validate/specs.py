# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""What the roles say of their variables: their argument specs, read from the collection."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

Spec = Mapping[str, Any]

_WORD = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")


def role_specs(collection: Path) -> dict[str, dict[str, Spec]]:
    """The options of all entry points of all roles: `{role: {entry point: {variable: spec}}}`."""
    found = {}
    for path in sorted((collection / "roles").glob("*/meta/argument_specs.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        entries = document["argument_specs"]
        found[path.parent.parent.name] = {name: entry.get("options") or {} for name, entry in entries.items()}
    return found


def known_variables(specs: Mapping[str, Mapping[str, Spec]]) -> set[str]:
    """Names that the roles' specs declare."""
    return {name for entries in specs.values() for options in entries.values() for name in options}


def words_of_the_collection(collection: Path) -> set[str]:
    """Words in the YAML of roles and playbooks: a variable that is among them is read or set by one of them."""
    found: set[str] = set()
    for room in ("roles", "playbooks"):
        for path in (collection / room).rglob("*.yml"):
            found.update(_WORD.findall(path.read_text(encoding="utf-8")))
    return found


def for_validator(options: Spec) -> dict[str, Any]:
    """A spec as Ansible's validator takes it, about what is given only: without defaults, which may be templates."""
    return {name: _option(dict(option)) for name, option in options.items()}


def _option(option: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in option.items() if key not in ("default", "description", "version_added")}
    if "options" in kept:
        kept["options"] = for_validator(kept["options"])
    return kept


def defaults_files(collection: Path) -> Iterator[Path]:
    """Files with the roles' defaults, which templates of the inventory may name."""
    yield from sorted((collection / "roles").glob("*/defaults/main.yml"))
