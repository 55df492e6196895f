# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The canonical form of specs, both from an engine and from a compose file.

An engine returns what it stored: with defaults filled in, zero values and empty lists present or absent depending on
the field, and ids instead of names. The canonical form removes values without meaning, adds the same defaults to both
sides, and refers to other objects by name. Two specs that differ in canonical form differ for the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import REVISION_OF, labels_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.keys import IN_ENGINE, SERVICE_KEYS, place

Json = dict[str, Any]
Path = tuple[str, ...]

_CONTAINER: Path = ("TaskTemplate", "ContainerSpec")

# Maps whose values are user strings, where an empty string has a meaning.
_MAPS = frozenset({"Labels", "Sysctls", "Options", "DriverOpts"})

# Go pointers: zero and absent mean different things to the engine.
_ZERO_COUNTS = frozenset(place(key) for key in SERVICE_KEYS.values() if key.zero == IN_ENGINE)

_DEFAULTS: dict[Path, Any] = {
    (*_CONTAINER, "Isolation"): "default",
    ("TaskTemplate", "Runtime"): "container",
    ("EndpointSpec", "Mode"): "vip",
}
_DEFAULTS_OF_PRESENT: dict[Path, dict[str, Any]] = {
    ("TaskTemplate", "RestartPolicy"): {"Condition": "any"},
    ("UpdateConfig",): {"FailureAction": "pause", "Order": "stop-first"},
    ("RollbackConfig",): {"FailureAction": "pause", "Order": "stop-first"},
}
# Accepted by the API, but not stored by engines.
_NOT_KEPT = frozenset({(*_CONTAINER, "Mounts", "Consistency")})
_PORT_DEFAULTS = {"Protocol": "tcp", "PublishMode": "ingress"}

# Lists whose order has no meaning, and the keys to sort their items by.
_UNORDERED: dict[Path, tuple[str, ...]] = {
    **{place(key): key.unordered for key in SERVICE_KEYS.values() if key.unordered is not None},
    ("TaskTemplate", "Placement", "Platforms"): ("OS", "Architecture"),
}


@dataclass(frozen=True)
class Names:
    """The names of networks, configs and secrets in one cluster, by id.

    `base`: for a config or secret that is a later revision, its name in the compose file.
    """

    networks: Mapping[str, str] = field(default_factory=dict)
    configs: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    base: Mapping[str, str] = field(default_factory=dict)


def names_of(networks: list[Json], configs: list[Json], secrets: list[Json]) -> Names:
    """Build Names from the engine's lists (`GET /networks`, `/configs`, `/secrets`)."""
    base = {
        item["Spec"]["Name"]: labels_of(item["Spec"])[REVISION_OF]
        for item in [*configs, *secrets]
        if REVISION_OF in labels_of(item["Spec"])
    }
    return Names(
        networks={item["Id"]: item["Name"] for item in networks},
        configs={item["ID"]: item["Spec"]["Name"] for item in configs},
        secrets={item["ID"]: item["Spec"]["Name"] for item in secrets},
        base=base,
    )


def canonical_service(spec: Json, names: Names) -> Json:
    """The canonical form of a ServiceSpec, from the engine or from a compose file."""
    named = _with_names(spec, names)
    pruned: Json = _pruned(named, ())
    pruned["Mode"] = _canonical_mode(spec.get("Mode") or {})
    for path, default in _DEFAULTS.items():
        _fill(pruned, path, default)
    for path, defaults in _DEFAULTS_OF_PRESENT.items():
        if spec_at(spec, path) is not None:
            for key, value in defaults.items():
                _fill(pruned, (*path, key), value)
    for port in spec_at(pruned, ("EndpointSpec", "Ports")) or []:
        for key, value in _PORT_DEFAULTS.items():
            port.setdefault(key, value)
    _sort(pruned, ())
    return pruned


def canonical_network(body: Json) -> Json:
    """The canonical form of a network, from a create request's body or from `GET /networks`.

    Subnets that an engine has chosen are in its answer but not in the file, so the caller compares `Subnets` only if
    the file sets some.
    """
    ipam = body.get("IPAM") or {}
    options = {key: value for key, value in (body.get("Options") or {}).items() if key not in _ENGINE_NETWORK_OPTIONS}
    return {
        "Driver": body.get("Driver") or "overlay",
        "Options": options,
        "Internal": bool(body.get("Internal")),
        "Attachable": bool(body.get("Attachable")),
        "EnableIPv6": bool(body.get("EnableIPv6")),
        "Labels": labels_of(body),
        "IpamDriver": ipam.get("Driver") or "default",
        "Subnets": sorted(pool["Subnet"] for pool in ipam.get("Config") or [] if pool.get("Subnet")),
    }


# Written by the overlay driver itself when the network is allocated.
_ENGINE_NETWORK_OPTIONS = frozenset({"com.docker.network.driver.overlay.vxlanid_list"})


def spec_at(spec: Json, path: Path) -> Any:
    """The value at a path of keys; None if any key is missing."""
    value: Any = spec
    for key in path:
        if not isinstance(value, dict) or value.get(key) is None:
            return None
        value = value[key]
    return value


def _with_names(spec: Json, names: Names) -> Json:
    """Replace ids by names, and remove fields that only the engine writes or that are not compared."""
    task = dict(spec.get("TaskTemplate") or {})
    container = dict(task.get("ContainerSpec") or {})
    attachments = task.get("Networks") or spec.get("Networks") or []
    task["Networks"] = [
        {**attachment, "Target": names.networks.get(attachment.get("Target", ""), attachment.get("Target", ""))}
        for attachment in attachments
    ]
    container["Configs"] = [_reference(item, "Config", names.configs, names) for item in container.get("Configs") or []]
    container["Secrets"] = [_reference(item, "Secret", names.secrets, names) for item in container.get("Secrets") or []]
    credential = spec_at(container, ("Privileges", "CredentialSpec"))
    if credential and credential.get("Config"):
        config = names.configs.get(credential["Config"], credential["Config"])
        container["Privileges"] = {**container["Privileges"], "CredentialSpec": {**credential, "Config": config}}
    # Incremented by forced updates; a deploy keeps the value and never requests one.
    task.pop("ForceUpdate", None)
    task["ContainerSpec"] = container
    return {**{key: value for key, value in spec.items() if key != "Networks"}, "TaskTemplate": task}


def _reference(item: Json, kind: str, ids: Mapping[str, str], names: Names) -> Json:
    named = {key: value for key, value in item.items() if key != f"{kind}ID"}
    name = ids.get(item.get(f"{kind}ID") or "", item.get(f"{kind}Name") or "")
    named[f"{kind}Name"] = name
    named["Base"] = names.base.get(name, name)
    return named


def _canonical_mode(mode: Json) -> Json:
    for kind in ("Global", "GlobalJob"):
        if mode.get(kind) is not None:
            return {kind: {}}
    job = mode.get("ReplicatedJob")
    if job is not None:
        concurrent = _or_default(job.get("MaxConcurrent"), 1)
        return {
            "ReplicatedJob": {
                "MaxConcurrent": concurrent,
                "TotalCompletions": _or_default(job.get("TotalCompletions"), concurrent),
            }
        }
    return {"Replicated": {"Replicas": _or_default((mode.get("Replicated") or {}).get("Replicas"), 1)}}


def _or_default(value: int | None, default: int) -> int:
    return default if value is None else value


def _pruned(value: Any, path: Path) -> Any:
    """Remove values that Go's JSON omits or fills with zeroes: false, 0, "", null, and objects that become empty."""
    if isinstance(value, dict):
        if path and path[-1] in _MAPS:
            return dict(value)
        kept = {}
        for key, inner in value.items():
            inner_path = (*path, key)
            if inner_path in _NOT_KEPT:
                continue
            inner_value = _pruned(inner, inner_path)
            # `Runtime` of a config reference is an empty object whose presence has a meaning.
            if inner_value or (inner_path in _ZERO_COUNTS and inner is not None) or _is_runtime(key, path, inner):
                kept[key] = inner_value
        return kept
    if isinstance(value, list):
        return [_pruned(item, path) for item in value]
    return value


def _is_runtime(key: str, path: Path, value: Any) -> bool:
    return key == "Runtime" and path == (*_CONTAINER, "Configs") and value is not None


def _fill(spec: Json, path: Path, default: Any) -> None:
    target = spec
    for key in path[:-1]:
        target = target.setdefault(key, {})
    target.setdefault(path[-1], default)


def _sort(value: Any, path: Path) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            inner_path = (*path, key)
            if inner_path in _UNORDERED and isinstance(inner, list):
                inner.sort(key=_sorting_by(_UNORDERED[inner_path]))
            _sort(inner, inner_path)
    elif isinstance(value, list):
        for item in value:
            _sort(item, path)


def _sorting_by(keys: tuple[str, ...]) -> Callable[[Any], tuple[str, ...]]:
    def sort_key(item: Any) -> tuple[str, ...]:
        # Numbers, such as ports, are padded so that they sort numerically.
        return (*(f"{item.get(key, ''):>20}" for key in keys if isinstance(item, dict)), str(item))

    return sort_key
