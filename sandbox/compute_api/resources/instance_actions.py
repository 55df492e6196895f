"""What makes an instance's machine do something: start, stop, reset, suspend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.compute_api.backend import Backend
from sandbox.compute_api.calls import Call, handles
from sandbox.compute_api.catalogue import ZONES
from sandbox.compute_api.operations import effect, now, patch
from sandbox.compute_api.resources import addresses
from sandbox.compute_api.resources.collections import fetch
from sandbox.compute_api.store import Store

Json = dict[str, Any]

# Action: (state on the way, state in the end).
_STATES = {
    "start": ("STAGING", "RUNNING"),
    "stop": ("STOPPING", "TERMINATED"),
    "reset": ("RUNNING", "RUNNING"),
}


@handles("instances.start", "instances.stop", "instances.reset")
def _act(call: Call) -> Json:
    action = call.method.id.rsplit(".", 1)[1]
    instance = fetch(call, "instances", call.path["instance"])
    meanwhile = [("instances", {**instance, "status": _STATES[action][0]})]
    arguments = {"name": instance["name"], "action": action}
    return call.operations.start(call, action, instance, "act_on_instance", arguments, meanwhile)


@effect("act_on_instance")
def _act_on_instance(store: Store, backend: Backend, arguments: Json) -> None:
    project, scope, name, action = (arguments[key] for key in ("project", "scope", "name", "action"))
    instance = store.get("instances", project, scope, name)
    if instance is None:
        return
    if action == "start":
        instance = {**instance, "networkInterfaces": _with_addresses(store, instance)}
    known = {"networkInterfaces": instance["networkInterfaces"], **getattr(backend, action)(project, instance)}
    if action == "stop":
        known["networkInterfaces"] = _without_ephemeral(store, project, scope, known["networkInterfaces"])
    stamp = "lastStopTimestamp" if action == "stop" else "lastStartTimestamp"
    patch(store, "instances", project, scope, name, {**known, "status": _STATES[action][1], stamp: now()})


def _with_addresses(store: Store, instance: Json) -> list[Json]:
    """Whoever starts without a reserved address gets another ephemeral one."""
    return _changed(instance["networkInterfaces"], lambda ip: ip or addresses.next_external(store))


def _without_ephemeral(store: Store, project: str, scope: str, interfaces: list[Json]) -> list[Json]:
    """A stopped instance keeps only addresses that are reserved."""
    region = f"regions/{ZONES[scope.removeprefix('zones/')]}"
    reserved = {address["address"] for address in store.all("addresses", project, region)}
    return _changed(interfaces, lambda ip: ip if ip in reserved else None)


def _changed(interfaces: list[Json], choose: Callable[[str | None], str | None]) -> list[Json]:
    changed = []
    for interface in interfaces:
        if interface.get("accessConfigs"):
            configs = [{**config, "natIP": choose(config.get("natIP"))} for config in interface["accessConfigs"]]
            kept = [{key: value for key, value in config.items() if value is not None} for config in configs]
            changed.append({**interface, "accessConfigs": kept})
        else:
            changed.append(interface)
    return changed


@handles("instances.getSerialPortOutput")
def _serial_port(call: Call) -> Json:
    instance = fetch(call, "instances", call.path["instance"])
    return {
        "kind": "compute#serialPortOutput",
        "selfLink": f"{instance['selfLink']}/serialPort",
        "contents": "",
        "start": "0",
        "next": "0",
    }
