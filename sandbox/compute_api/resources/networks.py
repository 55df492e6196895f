"""Networks and subnetworks. A new project has the network `default` with a subnetwork in each region."""

from __future__ import annotations

import ipaddress
from typing import Any

from sandbox.compute_api.calls import Call, handles, link, scope_link
from sandbox.compute_api.catalogue import CREATED, REGIONS
from sandbox.compute_api.errors import in_use, invalid
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

register("networks", "network", ("global",))
register("subnetworks", "subnetwork", ("regions",), aggregated="compute#subnetworkAggregatedList")

# Automatic subnetworks are /20s of this range.
AUTOMATIC_RANGE = ipaddress.ip_network("10.128.0.0/9")


def make_default_network(store: Store, project: str) -> None:
    """What the API finds in every new project."""
    network: Json = {
        "kind": "compute#network",
        "id": store.next_id(),
        "creationTimestamp": CREATED,
        "name": "default",
        "description": "Default network for the project",
        "autoCreateSubnetworks": True,
        "mtu": 1460,
        "routingConfig": {"routingMode": "REGIONAL"},
        "selfLink": link(project, "global", "networks", "default"),
    }
    store.put("networks", project, "global", network)
    for region, cidr in zip(REGIONS, AUTOMATIC_RANGE.subnets(new_prefix=20)):
        scope = f"regions/{region}"
        subnetwork = {
            "kind": "compute#subnetwork",
            "id": store.next_id(),
            "creationTimestamp": CREATED,
            "name": "default",
            **_subnetwork_defaults(project, scope, str(cidr)),
            "network": network["selfLink"],
            "selfLink": link(project, scope, "subnetworks", "default"),
        }
        store.put("subnetworks", project, scope, subnetwork)


def _subnetwork_defaults(project: str, scope: str, cidr: str) -> Json:
    network = ipaddress.ip_network(cidr)
    return {
        "ipCidrRange": cidr,
        "gatewayAddress": str(next(network.hosts())),
        "region": scope_link(project, scope),
        "purpose": "PRIVATE",
        "stackType": "IPV4_ONLY",
        "privateIpGoogleAccess": False,
        "fingerprint": fingerprint(cidr),
    }


@handles("networks.insert")
def _insert_network(call: Call) -> Json:
    body = {"autoCreateSubnetworks": True, "mtu": 1460, "routingConfig": {"routingMode": "REGIONAL"}}
    return insert(call, "networks", {**body, **new(call, "networks", "compute#network")})


@handles("networks.patch")
def _patch_network(call: Call) -> Json:
    return change(call, "networks", fetch(call, "networks", call.path["network"]), "patch", call.body)


@handles("networks.delete")
def _delete_network(call: Call) -> Json:
    body = fetch(call, "networks", call.path["network"])
    for collection in ("subnetworks", "firewalls"):
        for user in call.store.all(collection, call.project):
            if user["network"] == body["selfLink"]:
                raise in_use(body["selfLink"], user["selfLink"])
    return delete(call, "networks", body)


@handles("subnetworks.insert")
def _insert_subnetwork(call: Call) -> Json:
    try:
        defaults = _subnetwork_defaults(call.project, call.scope, call.body.get("ipCidrRange", ""))
    except ValueError as error:
        raise invalid(f"Invalid value for field 'resource.ipCidrRange': {error}.") from error
    network = require(call, call.body.get("network", ""), "networks", "global")
    body = {**defaults, **new(call, "subnetworks", "compute#subnetwork"), "network": network["selfLink"]}
    return insert(call, "subnetworks", body)


@handles("subnetworks.patch")
def _patch_subnetwork(call: Call) -> Json:
    body = fetch(call, "subnetworks", call.path["subnetwork"])
    check_fingerprint("Subnetwork", body["fingerprint"], call.body.get("fingerprint"))
    changes = {**call.body, "fingerprint": fingerprint(call.body)}
    return change(call, "subnetworks", body, "patch", changes)


@handles("subnetworks.delete")
def _delete_subnetwork(call: Call) -> Json:
    body = fetch(call, "subnetworks", call.path["subnetwork"])
    for instance in call.store.all("instances", call.project):
        for interface in instance["networkInterfaces"]:
            if interface.get("subnetwork") == body["selfLink"]:
                raise in_use(body["selfLink"], instance["selfLink"])
    return delete(call, "subnetworks", body)
