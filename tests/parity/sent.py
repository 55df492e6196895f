"""What a CLI sent and what we would send, in one form: what an engine cannot tell apart is the same there.

Written independently of our own canonical form: it only knows Go's zero values and which of them the API tells from
no value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.images import tagged
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import Desired

Json = dict[str, Any]

# Pointers: zero and absent are two orders.
_POINTERS = {"Init", "StopGracePeriod", "Replicas", "MaxConcurrent", "TotalCompletions"}
# Objects that say something by being there.
_PRESENT = {"UpdateConfig", "RollbackConfig", "RestartPolicy", "LogDriver", "Healthcheck", "Limits", "Reservations"}
_PRESENT |= {"Global", "GlobalJob", "Replicated", "ReplicatedJob", "Runtime", "ClusterOptions", "ImageOptions"}
_PRESENT |= {"BindOptions", "VolumeOptions", "TmpfsOptions"}
# Mappings of the user's own texts.
_TEXTS = {"Labels", "Sysctls", "Options", "DriverOpts"}


def sent_by_cli(sent: Mapping[str, Mapping[str, Json]]) -> Json:
    """The bodies that the fake engine got."""
    return {kind: {name: _body(kind, spec) for name, spec in specs.items()} for kind, specs in sent.items()}


def sent_by_us(desired: Desired) -> Json:
    """The bodies that a deploy of ours begins with, ids not yet filled in; images get their tag on the way."""
    for spec in desired.services.values():
        container = spec["TaskTemplate"]["ContainerSpec"]
        container["Image"] = tagged(container["Image"])
    return {
        "networks": {name: _body("networks", {**body, "Name": name}) for name, body in desired.networks.items()},
        "configs": {name: _body("configs", spec) for name, spec in desired.configs.items()},
        "secrets": {name: _body("secrets", spec) for name, spec in desired.secrets.items()},
        "services": {name: _body("services", spec) for name, spec in desired.services.items()},
    }


def _body(kind: str, spec: Json) -> Json:
    body: Json = _pruned(spec, "")
    if kind == "services":
        container = body["TaskTemplate"].get("ContainerSpec", {})
        for references, name in (("Configs", "ConfigName"), ("Secrets", "SecretName")):
            for reference in container.get(references, []):
                reference.pop(name.replace("Name", "ID"), None)
            # The CLI takes references to one object out of a map, in any order.
            if references in container:
                container[references].sort(key=lambda item, by=name: (item[by], str(item)))
        # What the engine takes where there is no number.
        for mode, counts in (("Replicated", ("Replicas",)), ("ReplicatedJob", ("MaxConcurrent", "TotalCompletions"))):
            for count in counts if mode in body["Mode"] else ():
                body["Mode"][mode].setdefault(count, 1)
    return body


def _pruned(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return [_pruned(item, "") for item in value]
    if not isinstance(value, dict):
        return value
    if name in _TEXTS:
        return dict(value)
    pruned = {key: _pruned(item, key) for key, item in value.items() if item is not None}
    delays = {"Delay"} if name == "RestartPolicy" else set()
    return {
        key: item
        for key, item in pruned.items()
        if item not in (0, "", [], {}) or (key in _POINTERS | delays and item != {}) or (key in _PRESENT and item == {})
    }
