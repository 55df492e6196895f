"""Operations: zonal, regional, global; wait blocks for two minutes at most, as the real one."""

from __future__ import annotations

from typing import Any

from sandbox.compute_api.calls import Call, handles, resource_path
from sandbox.compute_api.errors import not_found
from sandbox.compute_api.lists import aggregated_page, list_page
from sandbox.compute_api.resources.collections import fetch

Json = dict[str, Any]

LONGEST_WAIT = 120.0


@handles("zoneOperations.get", "regionOperations.get", "globalOperations.get")
def _get(call: Call) -> Json:
    return fetch(call, "operations", call.path["operation"])


@handles("zoneOperations.list", "regionOperations.list", "globalOperations.list")
def _list(call: Call) -> Json:
    return list_page(call, "operations", "compute#operationList")


@handles("globalOperations.aggregatedList")
def _aggregated_list(call: Call) -> Json:
    kind = "compute#operationAggregatedList"
    return aggregated_page(call, "operations", kind, ("global", "regions", "zones"))


@handles("zoneOperations.wait", "regionOperations.wait", "globalOperations.wait")
def _wait(call: Call) -> Json:
    name = call.path["operation"]
    operation = call.operations.wait(call.project, call.scope, name, LONGEST_WAIT)
    if operation is None:
        raise not_found(resource_path(call.project, call.scope, "operations", name))
    return operation


@handles("zoneOperations.delete", "regionOperations.delete", "globalOperations.delete")
def _delete(call: Call) -> Json:
    fetch(call, "operations", call.path["operation"])
    call.store.remove("operations", call.project, call.scope, call.path["operation"])
    return {}
