"""Reserved addresses, regional and global, and the numbers that instances get."""

from __future__ import annotations

import ipaddress
from typing import Any

from sandbox.compute_api.calls import Call, handles, scope_link
from sandbox.compute_api.catalogue import ZONES
from sandbox.compute_api.errors import in_use
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

Json = dict[str, Any]

register("addresses", "address", ("regions", "global"), aggregated="compute#addressAggregatedList")
register("addresses", "address", ("global",), resource="globalAddresses")

# RFC 2544's range for tests: external addresses here lead nowhere outside this machine.
EXTERNAL_COUNTER = "external address"
_EXTERNAL_RANGE = ipaddress.ip_network("198.18.0.0/15")


def next_external(store: Store) -> str:
    """An external address nobody has had."""
    return str(_EXTERNAL_RANGE[256 + store.next_number(EXTERNAL_COUNTER)])


def next_internal(store: Store, subnetwork: Json) -> str:
    """An internal address of a subnetwork nobody has had."""
    network = ipaddress.ip_network(subnetwork["ipCidrRange"])
    return str(network[1 + store.next_number(f"address in {subnetwork['selfLink']}")])


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
        body["subnetwork"] = subnetwork["selfLink"]
        defaults["address"] = body.get("address") or next_internal(call.store, subnetwork)
        defaults["purpose"] = "GCE_ENDPOINT"
        del defaults["networkTier"]
    else:
        defaults["address"] = body.get("address") or next_external(call.store)
    if call.scope != "global":
        defaults["region"] = scope_link(call.project, call.scope)
    state: Json = {"status": "RESERVED"}
    for instance in call.store.all("instances", call.project):
        # An ephemeral address in use may be reserved as it stands.
        nics = instance["networkInterfaces"]
        if any(config.get("natIP") == body.get("address") for nic in nics for config in nic.get("accessConfigs", [])):
            state = {"status": "IN_USE", "users": [instance["selfLink"]]}
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
