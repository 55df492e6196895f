# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Convert an instance to an Ansible host: its variables, its name, the address to connect to. No I/O."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.images import disk_key

Json = dict[str, Any]

# Label keys may contain dashes, which a Jinja expression would read as a minus.
_LABEL = re.compile(r"labels\.([\w-]+)")

ADDRESSES = {
    "public_ip": "external_ip",
    "private_ip": "internal_ip",
    "public_ipv6": "external_ipv6",
    "private_ipv6": "internal_ipv6",
}


@dataclass
class Host:
    """One instance on its way into the inventory.

    Attributes:
        facts: the API's properties in the form of google.cloud.gcp_compute, and values computed from them.
        name: its inventory name, once it is known.
    """

    facts: Json
    name: str = ""

    @property
    def where(self) -> str:
        """For messages: project, zone and name of the instance."""
        return f"{self.facts['project']}/{self.facts['zone']}/{self.facts['name']}"


def facts_of(instance: Json, project: str, interface: str | None = None, images: Json | None = None) -> Json:
    """The variables of an instance that expressions can use. Modifies and returns the given dict.

    Args:
        interface: use addresses only of this interface (`nic1`) or network; None: the first one that has any.
        images: disk key to (image name, family).
    """
    facts = instance
    if "zone" in facts:
        facts["zone_selflink"] = sys.intern(facts["zone"])
        facts["zone"] = _last(facts["zone"])
        facts["region"] = sys.intern(facts["zone"].rsplit("-", 1)[0])
    if "machineType" in facts:
        facts["machineType_selflink"] = sys.intern(facts["machineType"])
        facts["machineType"] = _last(facts["machineType"])
    facts["project"] = project
    facts["labels"] = {sys.intern(key): sys.intern(value) for key, value in facts.get("labels", {}).items()}
    facts["tags"] = {
        **facts.get("tags", {}),
        "items": [sys.intern(tag) for tag in facts.get("tags", {}).get("items", [])],
    }
    if "status" in facts:
        facts["status"] = sys.intern(facts["status"])
    if "metadata" in facts:
        facts["metadata"] = {item["key"]: item.get("value", "") for item in facts["metadata"].get("items", [])}
    interfaces = facts.get("networkInterfaces", [])
    for item in interfaces:
        for key in ("network", "subnetwork"):
            if key in item:
                item[key] = _network(item[key])
    facts.update(_addresses(interfaces, interface))
    if images is not None:
        facts["image"], facts["image_family"] = _image(facts, images)
    return facts


def _addresses(interfaces: list[Json], wanted: str | None) -> Json:
    chosen = [item for item in interfaces if wanted in (None, item.get("name"), item.get("network", {}).get("name"))]
    first = chosen[0] if chosen else {}
    return {
        "network": first.get("network", {}).get("name"),
        "subnetwork": first.get("subnetwork", {}).get("name"),
        "internal_ip": _first(item.get("networkIP") for item in chosen),
        "internal_ipv6": _first(item.get("ipv6Address") for item in chosen),
        "external_ip": _first(access.get("natIP") for item in chosen for access in item.get("accessConfigs", [])),
        "external_ipv6": _first(
            access.get("externalIpv6") for item in chosen for access in item.get("ipv6AccessConfigs", [])
        ),
    }


def _image(facts: Json, images: Json) -> tuple[str | None, str | None]:
    for disk in facts.get("disks", []):
        if disk.get("boot") and disk.get("source"):
            found: tuple[str | None, str | None] = images.get(disk_key(disk["source"]), (None, None))
            return found
    return None, None


def plain_name(facts: Json, wanted: str, suffix: str) -> tuple[bool, str | None]:
    """A host name by one of the predefined kinds (`name`, `hostname`, addresses, `labels.KEY`).

    Returns:
        (whether `wanted` is a predefined kind, the name or None if the instance has none of that kind).
    """
    if wanted == "name":
        return True, f"{facts['name']}{suffix}"
    if wanted == "hostname":
        return True, facts.get("hostname") or f"{facts['name']}{suffix}"
    if wanted in ADDRESSES:
        return True, facts[ADDRESSES[wanted]]
    label = _LABEL.fullmatch(wanted)
    if label:
        return True, facts["labels"].get(label[1])
    return False, None


def address_to_connect(facts: Json, preference: Iterable[str]) -> str | None:
    """The first existing address, in the order of preference."""
    return _first(facts[ADDRESSES[kind]] for kind in preference)


def resolve_duplicates(hosts: list[Host], policy: str) -> tuple[list[Host], list[str]]:
    """Resolve duplicate host names. Returns the hosts to keep, and notes about duplicates.

    Args:
        policy: `fail`, `first` (keep the first one by project and zone) or `qualify` (rename all of them to
            `name.zone.project`).

    Raises:
        ValueError: with the policy `fail`, naming the instances.
    """
    by_name: dict[str, list[Host]] = {}
    for host in hosts:
        by_name.setdefault(host.name, []).append(host)
    if len(by_name) == len(hosts):
        return hosts, []
    shared = {name: members for name, members in by_name.items() if len(members) > 1}
    notes = [f"{name} ({', '.join(host.where for host in members)})" for name, members in sorted(shared.items())]
    if policy == "fail":
        raise ValueError("; ".join(notes))
    if policy == "first":
        return [members[0] for members in by_name.values()], notes
    for members in shared.values():
        for host in members:
            host.name = f"{host.name}.{host.facts['zone']}.{host.facts['project']}"
    return hosts, []


def _network(link: str) -> Json:
    parts = link.split("/")
    region = "global" if "global" in parts else parts[-3]
    return {"region": sys.intern(region), "name": sys.intern(parts[-1]), "selfLink": sys.intern(link)}


def _last(link: str) -> str:
    return sys.intern(link.rsplit("/", 1)[-1])


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value), None)
