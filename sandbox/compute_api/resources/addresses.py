"""Reserved addresses, regional and global, and the numbers that instances get."""

from __future__ import annotations

import ipaddress
from typing import Any

from sandbox.compute_api.calls import Call, handles, scope_link
from sandbox.compute_api.catalogue import ZONES
from sandbox.compute_api.errors import in_use, invalid
from sandbox.compute_api.operations import patch
from sandbox.compute_api.resources.collections import (
    change,
    check_fingerprint,
    delete,
    fetch,
    fingerprint,
    insert,
    new,
    register,
    require,
)
from sandbox.compute_api.store import Store
from sandbox.external import EXTERNAL_RANGE

Json = dict[str, Any]

register("addresses", "address", ("regions", "global"), aggregated="compute#addressAggregatedList")
register("addresses", "address", ("global",), resource="globalAddresses")

EXTERNAL_COUNTER = "external address"


def next_external(store: Store) -> str:
    """An external address nobody has had."""
    return str(EXTERNAL_RANGE[256 + store.next_number(EXTERNAL_COUNTER)])


def next_internal(store: Store, subnetwork: Json) -> str:
    """An internal address of a subnetwork nobody has had."""
    network = ipaddress.ip_network(subnetwork["ipCidrRange"])
    return str(network[1 + store.next_number(f"address in {subnetwork['selfLink']}")])


def check_internal(address: str | None, subnetwork: Json, field: str) -> None:
    """Raises ApiError for an address that is none of the subnetwork's."""
    if address and not _within(address, subnetwork["ipCidrRange"]):
        raise invalid(
            f"Invalid value for field '{field}': '{address}'. IP address is outside of the range of the subnetwork "
            f"'{subnetwork['name']}'."
        )


def check_external(store: Store, project: str, zone: str, address: str | None) -> None:
    """Raises ApiError for an address that the project has not reserved in the zone's region."""
    reserved = {item["address"] for item in store.all("addresses", project, f"regions/{ZONES[zone]}")}
    if address and address not in reserved:
        raise invalid(
            f"Invalid value for field 'resource.networkInterfaces[0].accessConfigs[0].natIP': '{address}'. The "
            f"specified external IP address '{address}' was not found in region '{ZONES[zone]}'."
        )


def _within(address: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network)
    except ValueError:
        return False


def attach(store: Store, project: str, zone: str, ip: str, instance_link: str | None) -> None:
    """Mark the reserved address with this number as in use by an instance, or as free again (None)."""
    scope = f"regions/{ZONES[zone]}"
    for address in store.all("addresses", project, scope):
        if address["address"] == ip:
            users = [instance_link] if instance_link else None
            state = {"status": "IN_USE" if users else "RESERVED", "users": users}
            patch(store, "addresses", project, scope, address["name"], state)


@handles("addresses.insert", "globalAddresses.insert")
def _insert(call: Call) -> Json:
    body = new(call, "addresses", "compute#address")
    defaults: Json = {
        "addressType": "EXTERNAL",
        "networkTier": "PREMIUM",
        "ipVersion": "IPV4",
        "labelFingerprint": fingerprint(body.get("labels", {})),
    }
    if body.get("addressType") == "INTERNAL":
        subnetwork = require(call, body.get("subnetwork", "default"), "subnetworks", call.scope)
        check_internal(body.get("address"), subnetwork, "resource.address")
        body["subnetwork"] = subnetwork["selfLink"]
        defaults["address"] = body.get("address") or next_internal(call.store, subnetwork)
        defaults["purpose"] = "GCE_ENDPOINT"
        del defaults["networkTier"]
    else:
        defaults["address"] = body.get("address") or next_external(call.store)
    if call.scope != "global":
        defaults["region"] = scope_link(call.project, call.scope)
    state: Json = {"status": "RESERVED"}
    chosen = body.get("address") if body.get("addressType") != "INTERNAL" else None
    for instance in call.store.all("instances", call.project):
        # An ephemeral address in use may be reserved as it stands.
        nics = instance["networkInterfaces"]
        if any(config.get("natIP") == body.get("address") for nic in nics for config in nic.get("accessConfigs", [])):
            state = {"status": "IN_USE", "users": [instance["selfLink"]]}
    if chosen and not state.get("users"):
        raise invalid(
            f"Invalid value for field 'resource.address': '{chosen}'. Specified IP address is not allocated to the "
            "project or does not belong to the specified scope."
        )
    return insert(call, "addresses", {**defaults, **body, **state})


@handles("addresses.delete", "globalAddresses.delete")
def _delete(call: Call) -> Json:
    body = fetch(call, "addresses", call.path["address"])
    if body.get("users"):
        raise in_use(body["selfLink"], body["users"][0])
    return delete(call, "addresses", body)


@handles("addresses.setLabels", "globalAddresses.setLabels")
def _set_labels(call: Call) -> Json:
    body = fetch(call, "addresses", call.path["resource"])
    check_fingerprint("Labels", body["labelFingerprint"], call.body.get("labelFingerprint"))
    labels = call.body.get("labels", {})
    changes = {"labels": labels, "labelFingerprint": fingerprint(labels)}
    return change(call, "addresses", body, "setLabels", changes)
