"""Zones, regions, machine types and disk types: the same for every project, and unchangeable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.compute_api import catalogue, filters
from sandbox.compute_api.calls import LINK_BASE, Call, handles
from sandbox.compute_api.errors import not_found

Json = dict[str, Any]


def _listed(call: Call, kind: str, bodies: list[Json]) -> Json:
    if call.query.get("filter"):
        keep = filters.parse(call.query["filter"])
        bodies = [body for body in bodies if keep(body)]
    path = call.method.path.format(**call.path)
    return {"kind": kind, "id": path, "items": bodies, "selfLink": f"{LINK_BASE}{path}"}


def _one(call: Call, parameter: str, known: Any, make: Callable[[str], Json]) -> Json:
    name = call.path[parameter]
    if name not in known:
        raise not_found(call.method.path.format(**call.path))
    return make(name)


@handles("zones.list")
def _zones(call: Call) -> Json:
    return _listed(call, "compute#zoneList", [catalogue.zone(call.project, name) for name in catalogue.ZONES])


@handles("zones.get")
def _zone(call: Call) -> Json:
    return _one(call, "zone", catalogue.ZONES, lambda name: catalogue.zone(call.project, name))


@handles("regions.list")
def _regions(call: Call) -> Json:
    return _listed(call, "compute#regionList", [catalogue.region(call.project, name) for name in catalogue.REGIONS])


@handles("regions.get")
def _region(call: Call) -> Json:
    return _one(call, "region", catalogue.REGIONS, lambda name: catalogue.region(call.project, name))


def _types(call: Call, kind: str, names: Any, make: Callable[[str, str, str], Json]) -> Json:
    return _listed(call, kind, [make(call.project, call.path["zone"], name) for name in names])


def _aggregated(call: Call, collection: str, kind: str, names: Any, make: Callable[[str, str, str], Json]) -> Json:
    keep = filters.parse(call.query["filter"]) if call.query.get("filter") else lambda _body: True
    items = {}
    for zone in catalogue.ZONES:
        bodies = [body for name in names if keep(body := make(call.project, zone, name))]
        items[f"zones/{zone}"] = {collection: bodies}
    path = call.method.path.format(**call.path)
    return {"kind": kind, "id": path, "items": items, "selfLink": f"{LINK_BASE}{path}"}


@handles("machineTypes.list")
def _machine_types(call: Call) -> Json:
    return _types(call, "compute#machineTypeList", catalogue.MACHINE_TYPES, catalogue.machine_type)


@handles("machineTypes.aggregatedList")
def _machine_types_everywhere(call: Call) -> Json:
    kind = "compute#machineTypeAggregatedList"
    return _aggregated(call, "machineTypes", kind, catalogue.MACHINE_TYPES, catalogue.machine_type)


@handles("machineTypes.get")
def _machine_type(call: Call) -> Json:
    zone = call.path["zone"]
    return _one(
        call, "machineType", catalogue.MACHINE_TYPES, lambda name: catalogue.machine_type(call.project, zone, name)
    )


@handles("diskTypes.list")
def _disk_types(call: Call) -> Json:
    return _types(call, "compute#diskTypeList", catalogue.DISK_TYPES, catalogue.disk_type)


@handles("diskTypes.aggregatedList")
def _disk_types_everywhere(call: Call) -> Json:
    kind = "compute#diskTypeAggregatedList"
    return _aggregated(call, "diskTypes", kind, catalogue.DISK_TYPES, catalogue.disk_type)


@handles("diskTypes.get")
def _disk_type(call: Call) -> Json:
    zone = call.path["zone"]
    return _one(call, "diskType", catalogue.DISK_TYPES, lambda name: catalogue.disk_type(call.project, zone, name))
