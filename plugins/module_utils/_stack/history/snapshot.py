# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The state of a stack at one moment, independent of the ids of its objects. No I/O."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.canonical import (
    Names,
    canonical_network,
    spec_at,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.revisions import revision_number
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import REVISION, REVISION_OF, labels_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.current import Current
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import Desired

Json = dict[str, Any]

_REFERENCES = (("Config", "configs"), ("Secret", "secrets"))


def desired_from_current(current: Current) -> Desired:
    """The stack as a Desired, for use while its configs and secrets still exist.

    Services refer to the exact objects by name; configs and secrets are given as external, because they exist.
    """
    services = {name: _by_names(spec, current.names) for name, spec in current.specs.items()}
    networks = {item["Name"]: network_body(item, subnets=True) for item in current.own(current.networks)}
    return Desired(networks=networks, services=services)


def content_ids(current: Current) -> frozenset[str]:
    """Ids of the stack's own configs and secrets."""
    return frozenset(item["ID"] for item in [*current.own(current.configs), *current.own(current.secrets)])


def snapshot_of(
    current: Current, wanted_networks: Mapping[str, Json], depends_on: Mapping[str, Mapping[str, str]]
) -> Json:
    """The stack as plain data from which it can be deployed again after its objects were removed.

    Contents of configs are included, contents of secrets are not: the ids in `serving` tell which objects were used.

    Args:
        wanted_networks: bodies of networks from the files; for others, the engine chooses the subnet.
        depends_on: see `Order`.
    """
    names = current.names
    services = {name: _by_names(spec, names, names.base) for name, spec in current.specs.items()}
    networks = {
        item["Name"]: wanted_networks.get(item["Name"]) or network_body(item, subnets=False)
        for item in current.own(current.networks)
    }
    kept: Json = {"services": services, "networks": networks, "serving": [], "order": depends_on}
    for kind, section in _REFERENCES:
        kept[section] = {}
        for base, item in _serving(current, kind, getattr(current, section)).items():
            kept[section][base] = _as_asked_for(item["Spec"], base)
            kept["serving"].append(item["ID"])
    return kept


def desired_from_snapshot(kept: Json) -> Desired:
    """A Desired from a snapshot."""
    desired = Desired(
        networks=kept["networks"], configs=kept["configs"], secrets=kept["secrets"], services=kept["services"]
    )
    for spec in desired.services.values():
        attachments = spec["TaskTemplate"].get("Networks") or []
        desired.external_networks |= {item["Target"] for item in attachments} - set(desired.networks)
        container = spec["TaskTemplate"]["ContainerSpec"]
        desired.external_configs |= {item["ConfigName"] for item in container.get("Configs") or []}
        desired.external_secrets |= {item["SecretName"] for item in container.get("Secrets") or []}
    desired.external_configs -= set(desired.configs)
    desired.external_secrets -= set(desired.secrets)
    return desired


def network_body(network: Json, subnets: bool) -> Json:
    """The create request for a network from the engine's list."""
    canonical = canonical_network(network)
    ipam: Json = {"Driver": canonical["IpamDriver"]} if canonical["IpamDriver"] != "default" else {}
    if subnets and canonical["Subnets"]:
        ipam["Config"] = [{"Subnet": subnet} for subnet in canonical["Subnets"]]
    body = {key: canonical[key] for key in ("Driver", "Options", "Labels", "Internal", "Attachable", "EnableIPv6")}
    return {key: value for key, value in {**body, "IPAM": ipam}.items() if value}


def _by_names(spec: Json, names: Names, base: Mapping[str, str] | None = None) -> Json:
    """A service's spec with names instead of ids; with `base`, the names in the file."""
    result = copy.deepcopy(spec)
    task = result["TaskTemplate"]
    for attachment in task.get("Networks") or result.get("Networks") or []:
        attachment["Target"] = names.networks.get(attachment["Target"], attachment["Target"])
    for kind, section in _REFERENCES:
        for item in task["ContainerSpec"].get(f"{kind}s") or []:
            name = getattr(names, section).get(item.pop(f"{kind}ID", ""), item[f"{kind}Name"])
            item[f"{kind}Name"] = (base or {}).get(name, name)
    credential = spec_at(task, ("ContainerSpec", "Privileges", "CredentialSpec")) or {}
    if credential.get("Config"):
        credential["Config"] = names.configs.get(credential["Config"], credential["Config"])
    return result


def _serving(current: Current, kind: str, items: list[Json]) -> dict[str, Json]:
    """The stack's own configs or secrets by their name in the file: the revision that services use, or else the
    newest."""
    used = {
        reference.get(f"{kind}ID")
        for spec in current.specs.values()
        for reference in spec["TaskTemplate"]["ContainerSpec"].get(f"{kind}s") or []
    }
    found: dict[str, tuple[tuple[bool, int], Json]] = {}
    for item in current.own(items):
        base = labels_of(item["Spec"]).get(REVISION_OF, item["Spec"]["Name"])
        rank = (item["ID"] in used, revision_number(item, base) or 0)
        if base not in found or rank > found[base][0]:
            found[base] = (rank, item)
    return {base: item for base, (_rank, item) in sorted(found.items())}


def _as_asked_for(spec: Json, base: str) -> Json:
    labels = {key: value for key, value in labels_of(spec).items() if key not in (REVISION_OF, REVISION)}
    return {**spec, "Name": base, "Labels": labels}
