# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""What all objects of a swarm have in common, read in one way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]


def version_of(item: Json) -> int:
    """The version that an update of the object has to name."""
    return int(item["Version"]["Index"])


def named(items: Iterable[Json], name: str) -> Json | None:
    """The one of that very name; the engine's filter also finds names that merely begin so."""
    return next((item for item in items if item["Spec"]["Name"] == name), None)


def with_id(items: Iterable[Json], item_id: str) -> Json | None:
    """The one of that very id; the engine's filter also finds ids that merely begin so."""
    return next((item for item in items if item["ID"] == item_id), None)
