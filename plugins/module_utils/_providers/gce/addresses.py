# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Plan the reserved addresses of a fleet: (declared, current) -> Plan. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.bodies import subnetwork_link
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import (
    DeclarationError,
    Owner,
    check_name,
    last_part,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.plan import Plan, Step

Json = dict[str, Any]


def decide_addresses(
    names: Sequence[str], current: Mapping[str, Json], owner: Owner, region: str, options: Json, present: bool = True
) -> Plan:
    """Plan to reserve, or release, the named addresses of a region. Raises DeclarationError.

    Args:
        current: Address bodies of the region, by name.
        options: `address_type`, `subnetwork` and `labels` of the module.
    """
    lanes: dict[str, tuple[Step, ...]] = {}
    for name in names:
        check_name("the address", name)
        body = current.get(name)
        if body is not None and not owner.owns(body):
            raise DeclarationError(
                f"an address named {name} is reserved in {region} and does not carry the label fleet={owner.fleet}; "
                "add this label to let the fleet manage it"
            )
        lanes[name] = tuple(_reserve(name, body, owner, region, options) if present else _release(name, body, region))
    return Plan(lanes)


def _reserve(name: str, body: Json | None, owner: Owner, region: str, options: Json) -> list[Step]:
    kind = options["address_type"].upper()
    labels = {**(options.get("labels") or {}), **owner.labels}
    if body is None:
        request: Json = {"name": name, "description": owner.description, "addressType": kind}
        if options.get("subnetwork"):
            request["subnetwork"] = subnetwork_link(options["subnetwork"], f"{region}-a")
        after = {"address": "(known after it is reserved)", "address_type": kind.lower(), "labels": labels}
        return [Step("reserve_address", "address", name, region, None, after, {"body": request, "labels": labels})]
    if body.get("addressType", "EXTERNAL") != kind:
        raise DeclarationError(
            f"the address {name} is {body['addressType'].lower()} and cannot become {kind.lower()}: choose another name"
        )
    before = body.get("labels") or {}
    after_labels = {**before, **labels}
    if before == after_labels:
        return []
    return [
        Step("label_address", "address", name, region, {"labels": before}, {"labels": after_labels}, {"labels": labels})
    ]


def _release(name: str, body: Json | None, region: str) -> list[Step]:
    if body is None:
        return []
    if body.get("users"):
        users = ", ".join(last_part(user) for user in body["users"])
        raise DeclarationError(f"the address {name} is in use by {users}: remove it there first")
    return [Step("release_address", "address", name, region, {"address": body.get("address", "")}, None)]
