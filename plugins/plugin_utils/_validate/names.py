# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Variables and groups that nothing reads, with what was probably meant. No I/O."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

GROUPS = ("docker_hosts", "swarm_managers", "swarm_workers")
"""Groups of the inventory that the playbooks are about."""

PREFIXES = ("docker_", "swarm_", "stack_", "gce_hosts_", "image_")
"""How names of the roles' variables begin. A user's own variables should not."""

# How alike two names must be: of a name with one of our prefixes, and of any other.
_NEAR, _VERY_NEAR = 0.7, 0.9
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def unknown_variables(given: Iterable[str], known: Collection[str], used: Collection[str]) -> dict[str, str]:
    """Variables that nothing reads, each with the sentence that says so.

    Args:
        given: names of variables of the inventory.
        known: names that the roles and playbooks read or set.
        used: words in the templates of other variables: what a template names is read.
    """
    found = {}
    for name in sorted(set(given) - set(known)):
        if name in used:
            continue
        ours = name.startswith(PREFIXES)
        near = difflib.get_close_matches(name, known, 1, _NEAR if ours else _VERY_NEAR)
        if near or ours:
            hint = f"; did you mean {near[0]}?" if near else ", and begins as the roles' own variables do"
            found[name] = f"nothing reads the variable {name}{hint}"
    return found


def unknown_groups(given: Iterable[str]) -> dict[str, str]:
    """Groups whose names are almost those of the playbooks' groups."""
    found = {}
    for name in sorted(set(given) - set(GROUPS)):
        near = difflib.get_close_matches(name, GROUPS, 1, _VERY_NEAR)
        if near:
            found[name] = f"the group {name} is not one of the playbooks' groups; did you mean {near[0]}?"
    return found


def unknown_suboptions(paths: Iterable[Any], spec: Mapping[str, Any]) -> list[str]:
    """Keys of a variable's mappings that its spec does not have.

    Args:
        paths: of each key, as Ansible's validator tells it: dotted text, or a tuple.
        spec: the variable's spec, by its name.
    """
    found = []
    for path in sorted(".".join(path) if isinstance(path, tuple) else str(path) for path in paths):
        above, _dot, name = path.rpartition(".")
        options: Mapping[str, Any] = spec
        for part in above.split(".") if above else []:
            options = (options.get(part) or {}).get("options") or {}
        near = difflib.get_close_matches(name, options, 1, _NEAR)
        hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(sorted(options))}"
        found.append(f"{above} has no option {name}; {hint}")
    return found


def words_in(value: Any) -> set[str]:
    """Words in templates anywhere in a value."""
    if isinstance(value, str):
        return set(_WORD.findall(value)) if "{{" in value or "{%" in value else set()
    if isinstance(value, Mapping):
        return set().union(*map(words_in, value.values())) if value else set()
    if isinstance(value, (list, tuple)):
        return set().union(*map(words_in, value)) if value else set()
    return set()
