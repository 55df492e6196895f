# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Configs and secrets are immutable: changed content needs a new object with a derived name.

The object with the declared content is found by exact names, and by the label that every later revision has; never by a
name prefix.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import REVISION, REVISION_OF, labels_of

Json = dict[str, Any]

_LONGEST_NAME = 64


@dataclass(frozen=True)
class Choice:
    """The object that a name in the file currently refers to.

    `name` is the object's own name; `existing` is the object as the engine lists it, or None if it must be created.
    `replaces` is the object that was used until now, if it is replaced.
    """

    name: str
    revision: int
    existing: Json | None
    replaces: str | None


def revision_number(item: Json, base: str) -> int | None:
    """The revision number of an object of `base`; None if it is not one of its revisions."""
    spec = item["Spec"]
    if labels_of(spec).get(REVISION_OF) == base:
        number = labels_of(spec).get(REVISION, "")
        return int(number) if number.isdigit() else None
    return 1 if spec["Name"] == base else None


def choose(base: str, items: Iterable[Json], same_content: Collection[str]) -> Choice:
    """Choose the object with the desired content, or the name of a new one.

    Args:
        base: the full name of the config or secret in the file.
        items: the cluster's configs or secrets, as the engine lists them.
        same_content: ids of those whose content equals the desired one.
    """
    numbered = [(number, item) for item in items if (number := revision_number(item, base)) is not None]
    numbered.sort(key=lambda pair: pair[0])
    if not numbered:
        return Choice(base, 1, None, None)
    newest_number, newest = numbered[-1]
    for number, item in reversed(numbered):
        if item["ID"] in same_content:
            replaced = newest["Spec"]["Name"] if item is not newest else None
            return Choice(item["Spec"]["Name"], number, item, replaced)
    number = newest_number + 1
    return Choice(revision_name(base, number), number, None, newest["Spec"]["Name"])


def revision_name(base: str, number: int) -> str:
    """`shop_api_key`, 2 -> `shop_api_key.2`, within the 64 characters swarm allows."""
    ending = f".{number}"
    return base[: _LONGEST_NAME - len(ending)] + ending


def revision_labels(base: str, number: int) -> dict[str, str]:
    """The labels that connect a later revision with its name in the file."""
    return {} if number == 1 else {REVISION_OF: base, REVISION: str(number)}
