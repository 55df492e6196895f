# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The owner of hosts, disks, addresses and rules: a fleet, or a group of it. No I/O.

Resources that can have labels are marked with the fleet's labels. Firewall rules have no labels in Compute v1, and
addresses get theirs in a second request; these are marked by their description.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

Json = dict[str, Any]
# Zone, region or `global`, and a name: names of disks and addresses are unique only within their scope.
Place = tuple[str, str]

FLEET = "fleet"
GROUP = "fleet-group"
SWARM_ROLE = "swarm-role"

_NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
LONGEST_NAME = 63


class DeclarationError(UserError):
    """The declaration is invalid or conflicts with existing resources; nothing has been changed."""


@dataclass(frozen=True)
class Owner:
    """A fleet, and optionally a group in it, that resources belong to."""

    fleet: str
    group: str | None = None

    @property
    def labels(self) -> dict[str, str]:
        """The labels that mark a resource."""
        return {FLEET: self.fleet, **({GROUP: self.group} if self.group else {})}

    @property
    def description(self) -> str:
        """The description that marks a resource without labels."""
        return f"Fleet {self.fleet}" + (f", group {self.group}" if self.group else "")

    def owns(self, resource: Mapping[str, Any]) -> bool:
        """Whether a resource is marked as this fleet's; one of another group of the fleet does not belong to this
        group."""
        labels = resource.get("labels") or {}
        if FLEET in labels:
            same_group = self.group is None or labels.get(GROUP) in (None, self.group)
            return bool(labels[FLEET] == self.fleet and same_group)
        described = str(resource.get("description", ""))
        return described == self.description or (self.group is None and described.startswith(self.description + ","))

    def marks(self, resource: Mapping[str, Any]) -> bool:
        """Whether a resource was created for exactly this fleet and group."""
        labels = resource.get("labels") or {}
        return labels.items() >= self.labels.items() or resource.get("description") == self.description


def check_name(what: str, name: str) -> str:
    """Check a name against the API's rules (RFC 1035), and return it. Raises DeclarationError."""
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise DeclarationError(
            f"{what} '{name}' is not a valid name for Compute Engine: use up to {LONGEST_NAME} lower-case letters, "
            "digits "
            "and hyphens, beginning with a letter and not ending with a hyphen"
        )
    return name


def last_part(link: str | None) -> str:
    """The name at the end of a resource's link; "" for an empty link."""
    return (link or "").rstrip("/").rsplit("/", 1)[-1]


def region_of(zone: str) -> str:
    """`europe-west1` of `europe-west1-b`."""
    return zone.rsplit("-", 1)[0]


def place_of(link: str | None) -> Place:
    """Scope and name at the end of a link, such as `("europe-west1-b", "data")` for
    `.../zones/europe-west1-b/disks/data`."""
    parts = (link or "").rstrip("/").split("/")
    scope = parts[-3] if len(parts) > 2 else ""
    return ("global" if scope in ("", "projects") or "global" in parts else scope, parts[-1])
