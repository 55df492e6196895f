# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Drivers and plugins that a service needs and that no node has."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.placement.nodes import (
    missing_plugins,
    satisfies_constraints,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import (
    Cluster,
    Finding,
    Json,
    Subject,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.settings import ERROR, WARN
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.tasks import network_drivers


def secret_drivers(plugins: Iterable[Json]) -> frozenset[str]:
    """The plugins that can provide secrets, of those that `GET /plugins` lists."""
    return frozenset(
        str(plugin.get("Name"))
        for plugin in plugins
        if plugin.get("Enabled")
        and any(
            "secretprovider" in str(item)
            for item in ((plugin.get("Config") or {}).get("Interface") or {}).get("Types") or []
        )
    )


def check_against(subject: Subject, cluster: Cluster) -> list[Finding]:
    """Volume, network, log and secret drivers."""
    found = []
    for name, spec in sorted(subject.desired.services.items()):
        drivers = network_drivers(spec, subject, cluster)
        nodes = [node for node in cluster.nodes if satisfies_constraints(spec, node)]
        lacking = [set(missing_plugins(spec, node, drivers)) for node in nodes]
        for plugin in sorted(set.intersection(*lacking)) if lacking else []:
            key = {"volume": "volumes", "network": "networks", "log": "logging"}[plugin.partition(" ")[0]]
            text = f"no node that could run it has the {plugin}; install its plugin, or name a driver that nodes have"
            found.append(Finding(subject.path("services", name, key), text, ERROR if subject.waits else WARN))
    there = cluster.secret_drivers
    for name, spec in sorted(subject.desired.secrets.items()):
        driver = (spec.get("Driver") or {}).get("Name")
        if there is not None and driver and driver not in there and f"{driver}:latest" not in there:
            text = f'the manager has no plugin "{driver}" for secrets; install it, or give the secret a file'
            found.append(Finding(subject.path("secrets", name, "driver"), text))
    return found
