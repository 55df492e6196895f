"""Service specs and tasks for the tests of this folder, in the shapes the engines send."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

STACK = "shop"


def service_spec(name: str = "ui", **container: Any) -> Json:
    """What the conversion of a small compose service gives."""
    return {
        "Name": f"{STACK}_{name}",
        "Labels": {"com.docker.stack.namespace": STACK, "com.docker.stack.image": "registry:5000/ui:1"},
        "TaskTemplate": {
            "ContainerSpec": {
                "Image": "registry:5000/ui:1",
                "Labels": {"com.docker.stack.namespace": STACK},
                "Privileges": {"CredentialSpec": None, "SELinuxContext": None},
                **container,
            },
            "Resources": {},
            "Placement": {},
            "Networks": [{"Target": f"{STACK}_front", "Aliases": [name]}],
        },
        "Mode": {"Replicated": {"Replicas": 2}},
        "EndpointSpec": {},
    }


def service(spec: Json | None = None, **more: Any) -> Json:
    """A service as `GET /services` tells it."""
    spec = spec or service_spec()
    return {"ID": f"id-of-{spec['Name']}", "Version": {"Index": 7}, "Spec": spec, **more}


def content(name: str, item_id: str | None = None, **labels: str) -> Json:
    """A config or secret of the stack as the engine lists it."""
    labels = {"com.docker.stack.namespace": STACK, **labels}
    return {"ID": item_id or f"id-of-{name}", "Version": {"Index": 3}, "Spec": {"Name": name, "Labels": labels}}


def network(name: str, **more: Any) -> Json:
    """An overlay network of the stack as the engine lists it."""
    return {
        "Name": name,
        "Id": f"id-of-{name}",
        "Scope": "swarm",
        "Driver": "overlay",
        "Labels": {"com.docker.stack.namespace": STACK},
        "Options": {"com.docker.network.driver.overlay.vxlanid_list": "4097"},
        "IPAM": {"Driver": "default", "Config": [{"Subnet": "10.0.1.0/24"}]},
        **more,
    }


def task(state: str, number: int = 1, slot: int = 1, **more: Any) -> Json:
    """A task as `GET /tasks` tells it, marked up to date."""
    desired = more.pop("desired", "shutdown" if state in ("failed", "rejected", "shutdown", "orphaned") else "running")
    return {
        "ID": f"task{number}",
        "CreatedAt": f"2026-11-20T22:00:{number:02}.123456789Z",
        "Slot": slot,
        "NodeID": "n1",
        "DesiredState": desired,
        "Status": {"State": state, "Timestamp": "2026-11-20T22:01:00.5Z", "Err": more.pop("err", "")},
        "Spec": {"RestartPolicy": more.pop("policy", {})},
        "UpToDate": True,
        **more,
    }


NODES = {
    "n1": {"ID": "n1", "Status": {"State": "ready"}, "Description": {"Hostname": "w1"}},
    "n2": {"ID": "n2", "Status": {"State": "ready"}, "Description": {"Hostname": "w2"}},
    "gone": {"ID": "gone", "Status": {"State": "down"}, "Description": {"Hostname": "w3"}},
}
