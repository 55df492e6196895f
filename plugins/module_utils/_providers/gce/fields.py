# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The properties of an instance that are needed, and the `fields` mask that requests only those.

An instance is about 6 KB; most inventories use a tenth of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

# Properties of `Instance` in Google's description of the API (compute.v1).
INSTANCE_FIELDS = frozenset(
    {
        "advancedMachineFeatures",
        "canIpForward",
        "confidentialInstanceConfig",
        "cpuPlatform",
        "creationTimestamp",
        "deletionProtection",
        "description",
        "disks",
        "displayDevice",
        "fingerprint",
        "guestAccelerators",
        "hostname",
        "id",
        "instanceEncryptionKey",
        "keyRevocationActionType",
        "kind",
        "labelFingerprint",
        "labels",
        "lastStartTimestamp",
        "lastStopTimestamp",
        "lastSuspendedTimestamp",
        "localSsdEncryptionMode",
        "machineType",
        "metadata",
        "minCpuPlatform",
        "name",
        "networkInterfaces",
        "networkPerformanceConfig",
        "params",
        "privateIpv6GoogleAccess",
        "reservationAffinity",
        "resourcePolicies",
        "resourceStatus",
        "satisfiesPzi",
        "satisfiesPzs",
        "scheduling",
        "selfLink",
        "serviceAccounts",
        "shieldedInstanceConfig",
        "shieldedInstanceIntegrityPolicy",
        "sourceMachineImage",
        "sourceMachineImageEncryptionKey",
        "startRestricted",
        "status",
        "statusMessage",
        "tags",
        "workloadIdentityConfig",
        "zone",
    }
)

# Host variables that are computed, and the property each is computed from.
DERIVED_FROM = {
    "external_ip": "networkInterfaces",
    "external_ipv6": "networkInterfaces",
    "image": "disks",
    "image_family": "disks",
    "internal_ip": "networkInterfaces",
    "internal_ipv6": "networkInterfaces",
    "machineType_selflink": "machineType",
    "network": "networkInterfaces",
    "project": "zone",
    "region": "zone",
    "subnetwork": "networkInterfaces",
    "zone_selflink": "zone",
}

# The parts of a property that are needed, where not all of it is.
_PARTS = {
    "disks": "disks(boot,source)",
    "networkInterfaces": (
        "networkInterfaces(name,network,subnetwork,networkIP,ipv6Address,accessConfigs/natIP,"
        "ipv6AccessConfigs/externalIpv6)"
    ),
    "tags": "tags/items",
}

# Always needed: for names, addresses, and the groups of the swarm.
_ALWAYS = ("name", "zone", "labels", "networkInterfaces")

EVERYTHING = "*"

_WORD = re.compile(r"[A-Za-z_]\w*")


def instance_mask(variables: Iterable[str], expressions: Iterable[str], image_info: bool = False) -> str | None:
    """The mask of one instance, such as `id,labels,name,zone`; None requests everything.

    Args:
        variables: names of the host variables to set, or EVERYTHING.
        expressions: the configured Jinja expressions. A property that one of them mentions is fetched completely.
        image_info: whether the image of the boot disk is looked up.
    """
    wanted = list(variables)
    if EVERYTHING in wanted:
        return None
    words = {word for expression in expressions for word in _WORD.findall(expression)}
    whole = (words | (set(wanted) - set(_PARTS))) & INSTANCE_FIELDS
    part = {DERIVED_FROM.get(name, name) for name in {*wanted, *(words & set(DERIVED_FROM)), *_ALWAYS}}
    if image_info:
        part.add("disks")
    fields = {name: name for name in whole}
    for name in part & INSTANCE_FIELDS:
        fields.setdefault(name, _PARTS.get(name, name))
    # Properties that are requested as variables are fetched completely.
    fields.update({name: name for name in set(wanted) & {"disks", "networkInterfaces"}})
    return ",".join(fields[name] for name in sorted(fields))


def expressions_in(value: Any) -> list[str]:
    """Every string in a nested configuration value: each may be a Jinja expression."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in [str(key), *expressions_in(item)]]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in expressions_in(item)]
    return []
