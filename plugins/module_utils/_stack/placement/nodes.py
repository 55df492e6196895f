# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Which nodes can run the tasks of a service, and why others cannot, as swarm's scheduler decides. No I/O.

Source: swarmkit, manager/scheduler/filter.go and manager/orchestrator/global.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.placement.constraints import (
    Constraint,
    never,
    parse,
)

Json = dict[str, Any]

CONSTRAINTS = "constraints"
PLATFORM = "platform"
RESOURCES = "resources"
PLUGINS = "plugins"

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_BUILT_IN_NETWORKS = ("overlay", "bridge", "host", "none", "null", "macvlan", "ipvlan")


def hostname(node: Json) -> str:
    """The node's hostname; its id if it has none."""
    return str((node.get("Description") or {}).get("Hostname") or node.get("ID") or "")


def is_available(node: Json) -> bool:
    """Whether swarm currently assigns tasks to the node."""
    return unavailability(node) == ""


def unavailability(node: Json) -> str:
    """`down`, `drain`, `pause` and the like; empty for a node that accepts tasks.

    A new leader does not know a node's state until it has heard from it: "unknown" does not mean "down".
    """
    state = str((node.get("Status") or {}).get("State") or "ready")
    availability = str((node.get("Spec") or {}).get("Availability") or "active")
    if state not in ("ready", "unknown"):
        return state
    return "" if availability == "active" else availability


def constraints_of(spec: Json) -> list[Constraint]:
    """The valid constraints of a service spec; invalid ones are reported elsewhere."""
    texts = (spec["TaskTemplate"].get("Placement") or {}).get("Constraints") or []
    return [item for item in map(_parsed, texts) if item is not None]


def _parsed(text: str) -> Constraint | None:
    try:
        return parse(text)
    except ValueError:
        return None


def satisfies_constraints(spec: Json, node: Json) -> bool:
    """Whether a node satisfies all constraints of a service. An unknown key matches no node."""
    return all(not never(item) and item.matches(node) for item in constraints_of(spec))


def unfitness(spec: Json, node: Json, network_drivers: Collection[str] = ()) -> dict[str, str]:
    """Why a node cannot run a task of a service, whether or not it is available: reasons by kind, empty if it can.

    Args:
        network_drivers: of the networks that the service uses.
    """
    found: dict[str, str] = {}
    missed = [item for item in constraints_of(spec) if never(item) or not item.matches(node)]
    if missed:
        found[CONSTRAINTS] = ", ".join(f"{item.key} {'==' if item.equal else '!='} {item.value}" for item in missed)
    if not _platform_fits(spec, node):
        found[PLATFORM] = platform_of(node)
    lacking = _lacking_resources(spec, node)
    if lacking:
        found[RESOURCES] = lacking
    plugins = missing_plugins(spec, node, network_drivers)
    if plugins:
        found[PLUGINS] = ", ".join(plugins)
    return found


# -- platform ------------------------------------------------------------------------------------


def platform_of(node: Json) -> str:
    """`linux/amd64`."""
    platform = (node.get("Description") or {}).get("Platform") or {}
    return f"{platform.get('OS') or 'any'}/{_architecture(platform.get('Architecture') or 'any')}"


def _platform_fits(spec: Json, node: Json) -> bool:
    wanted = (spec["TaskTemplate"].get("Placement") or {}).get("Platforms") or []
    platform = (node.get("Description") or {}).get("Platform")
    if not wanted or not platform:
        return True
    return any(
        _architecture(item.get("Architecture") or "") in ("", _architecture(platform.get("Architecture") or ""))
        and (item.get("OS") or "") in ("", platform.get("OS") or "")
        for item in wanted
    )


def _architecture(name: str) -> str:
    return _ARCHITECTURES.get(name, name)


# -- resources -----------------------------------------------------------------------------------


def _lacking_resources(spec: Json, node: Json) -> str:
    """Reserved resources that the node does not have at all."""
    reserved = (spec["TaskTemplate"].get("Resources") or {}).get("Reservations") or {}
    has = (node.get("Description") or {}).get("Resources")
    if not reserved or has is None:
        return ""
    lacking = []
    cpus, there = reserved.get("NanoCPUs") or 0, has.get("NanoCPUs") or 0
    if cpus > there:
        lacking.append(f"{there / 1e9:g} of {cpus / 1e9:g} CPUs")
    memory, there = reserved.get("MemoryBytes") or 0, has.get("MemoryBytes") or 0
    if memory > there:
        lacking.append(f"{there / 2**20:.0f} of {memory / 2**20:.0f} MiB of memory")
    generic = _generic(has.get("GenericResources") or [])
    for kind, count in _generic(reserved.get("GenericResources") or []).items():
        if count > generic.get(kind, 0):
            lacking.append(f"{generic.get(kind, 0)} of {count} {kind}")
    return ", ".join(lacking)


def _generic(resources: Iterable[Json]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in resources:
        named, discrete = item.get("NamedResourceSpec"), item.get("DiscreteResourceSpec")
        if named:
            counts[named.get("Kind", "")] = counts.get(named.get("Kind", ""), 0) + 1
        elif discrete:
            counts[discrete.get("Kind", "")] = counts.get(discrete.get("Kind", ""), 0) + int(discrete.get("Value") or 0)
    return counts


# -- plugins -------------------------------------------------------------------------------------


def missing_plugins(spec: Json, node: Json, network_drivers: Collection[str] = ()) -> list[str]:
    """Plugins that a service needs and a node does not have, such as `volume driver rexray`."""
    engine = (node.get("Description") or {}).get("Engine") or {}
    plugins = engine.get("Plugins")
    if not plugins:
        return []
    needed = [("Volume", name) for name in volume_drivers(spec)]
    needed += [("Network", name) for name in sorted(set(network_drivers) - set(_BUILT_IN_NETWORKS))]
    driver = (spec["TaskTemplate"].get("LogDriver") or {}).get("Name") or ""
    # An engine without any log drivers in its list does not report them.
    if driver not in ("", "none") and any(item.get("Type") == "Log" for item in plugins):
        needed.append(("Log", driver))
    there = {(item.get("Type"), item.get("Name")) for item in plugins}
    return [
        f"{kind.lower()} driver {name}"
        for kind, name in needed
        if (kind, name) not in there and (kind, f"{name}:latest") not in there
    ]


def volume_drivers(spec: Json) -> list[str]:
    """The drivers of a service's volumes, except the built-in one."""
    found = set()
    for mount in spec["TaskTemplate"]["ContainerSpec"].get("Mounts") or []:
        driver = ((mount.get("VolumeOptions") or {}).get("DriverConfig") or {}).get("Name") or ""
        if mount.get("Type") == "volume" and driver not in ("", "local"):
            found.add(driver)
    return sorted(found)
