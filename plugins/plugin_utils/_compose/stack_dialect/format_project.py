# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The top level of a compose file and its networks, volumes, configs and secrets, by version of the format."""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.schema import (
    TODAY,
    Either,
    Keys,
    ListOf,
    MapOf,
    Null,
    Since,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.format_service import (
    FLAG,
    OBJECT_NAME,
    OPTIONS,
    PAIRS,
    SERVICE,
    TEXT,
)

NEWEST = 13

_EXTERNAL = Either(FLAG, Keys({"name": TEXT}))
_OPEN_EXTERNAL = Either(FLAG, Keys({"name": TEXT}, closed_until=0))

_POOL = Keys(
    {
        "subnet": TEXT,
        "ip_range": Since(TODAY, TEXT),
        "gateway": Since(TODAY, TEXT),
        "aux_addresses": Since(TODAY, MapOf(TEXT)),
    }
)

_NETWORK = Either(
    Keys(
        {
            "name": Since(5, TEXT),
            "driver": TEXT,
            "driver_opts": OPTIONS,
            "ipam": Keys(
                {"driver": TEXT, "config": ListOf(_POOL)},
                advice={"options": "IPAM options are not part of the 3.x format"},
            ),
            "external": _EXTERNAL,
            "internal": FLAG,
            "attachable": Since(2, FLAG),
            "enable_ipv6": Since(TODAY, FLAG),
            "labels": PAIRS,
        },
        extensions=7,
    ),
    Null(),
)

_CLUSTER_VOLUME = Keys({}, closed_until=0)

_VOLUME = Either(
    Keys(
        {
            "name": Since(4, TEXT),
            "driver": TEXT,
            "driver_opts": OPTIONS,
            "external": _EXTERNAL,
            "labels": PAIRS,
            "x-cluster-spec": Since(7, _CLUSTER_VOLUME),
        },
        extensions=7,
    ),
    Null(),
)

_CONTENT_ADVICE = {
    "content": "it is not part of the 3.x format; put the text into a file and use `file`",
    "environment": "it is not part of the 3.x format; put the text into a file and use `file`",
}

_SECRET = Keys(
    {
        "name": Since(5, TEXT),
        "file": TEXT,
        "external": _OPEN_EXTERNAL,
        "labels": PAIRS,
        "driver": Since(8, TEXT),
        "driver_opts": Since(8, OPTIONS),
        "template_driver": Since(8, TEXT),
    },
    extensions=7,
    advice=_CONTENT_ADVICE,
)

_CONFIG = Keys(
    {
        "name": Since(5, TEXT),
        "file": TEXT,
        "external": _OPEN_EXTERNAL,
        "labels": PAIRS,
        "template_driver": Since(8, TEXT),
    },
    extensions=7,
    advice=_CONTENT_ADVICE,
)

PROJECT = Keys(
    {
        "version": TEXT,
        "services": MapOf(SERVICE, OBJECT_NAME, "service's name"),
        "networks": MapOf(_NETWORK, what="network's name"),
        "volumes": MapOf(_VOLUME, OBJECT_NAME, "volume's name"),
        "secrets": Since(1, MapOf(_SECRET, OBJECT_NAME, "secret's name")),
        "configs": Since(3, MapOf(_CONFIG, OBJECT_NAME, "config's name")),
    },
    extensions=4,
    advice={
        "name": "it is not part of the 3.x format; the stack's name is given with the deploy",
        "include": "it is not part of the 3.x format; list several files instead",
    },
)
