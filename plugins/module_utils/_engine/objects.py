# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Fields that all swarm objects of the Engine API have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]


def version_of(item: Json) -> int:
    """The version that an update of the object must name."""
    return int(item["Version"]["Index"])


def named(items: Iterable[Json], name: str) -> Json | None:
    """The object with exactly this name; the Engine's filter also returns names that start with it."""
    return next((item for item in items if item["Spec"]["Name"] == name), None)


def with_id(items: Iterable[Json], item_id: str) -> Json | None:
    """The object with exactly this id; the Engine's filter also returns ids that start with it."""
    return next((item for item in items if item["ID"] == item_id), None)
