# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Convert a compose project to Engine API specs. Pure; the same for every engine, except for gated fields.

The input is `Project.config` of plugin_utils/_compose (canonical form), the output are request bodies of the API:
https://docs.docker.com/reference/api/engine/ (ServiceCreate, NetworkCreate, ConfigCreate, SecretCreate).
Objects refer to each other **by full name**; ids are filled in when a service is sent: `TaskTemplate.Networks[].Target`
has a network's name, `ContainerSpec.Configs[].ConfigName` and `.Secrets[].SecretName` have no `ConfigID`/`SecretID`
beside them, and `ContainerSpec.Privileges.CredentialSpec.Config` has a config's name. Images are kept as written.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.context import Stack
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.gates import gate
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.problems import (
    ConvertError,
    Json,
    Path,
    Problems,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.service import service_spec

__all__ = ["ConvertError", "Desired", "convert", "service_networks"]

NEWEST_API = "1.99"

_POOL = {"subnet": "Subnet", "ip_range": "IPRange", "gateway": "Gateway", "aux_addresses": "AuxiliaryAddresses"}


@dataclass
class Desired:
    """What should exist in the swarm, by full name.

    Attributes:
        networks: NetworkCreate bodies without `Name`; only networks that a service uses.
        configs: ConfigSpec with Name, Labels, Data (base64) and perhaps Templating.
        secrets: SecretSpec likewise; with a Driver, Data is empty.
        services: ServiceSpec.
        external_networks: names of networks that must already exist.
        external_configs: names of configs that services use and that must already exist.
        external_secrets: likewise, of secrets.
        warnings: sentences about what was left out.
        keys: the key of an object in the project, by section (`services`, `networks`, ...) and full name.
    """

    networks: dict[str, Json] = field(default_factory=dict)
    configs: dict[str, Json] = field(default_factory=dict)
    secrets: dict[str, Json] = field(default_factory=dict)
    services: dict[str, Json] = field(default_factory=dict)
    external_networks: set[str] = field(default_factory=set)
    external_configs: set[str] = field(default_factory=set)
    external_secrets: set[str] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)


def convert(
    config: Json,
    namespace: str,
    api_version: str = NEWEST_API,
    config_data: Mapping[str, bytes] | None = None,
    secret_data: Mapping[str, bytes] | None = None,
    newer_fields: str = "error",
) -> Desired:
    """Convert a project for an engine.

    Args:
        config: `Project.config`.
        namespace: the stack's name.
        api_version: the engine's, such as `1.41`.
        config_data: content of each config, by its key in the project.
        secret_data: content of each secret, by its key in the project.
        newer_fields: `error`, or `warn` to leave out fields that the engine does not know, with a warning.

    Raises:
        ConvertError: every reason why the engine would not accept the project.
    """
    problems = Problems()
    stack = Stack(config, namespace, problems)
    desired = Desired()
    for name, service in config.get("services", {}).items():
        path: Path = ("services", name)
        spec = service_spec(name, service, stack)
        gate(spec, api_version, path, problems, newer_fields)
        desired.services[stack.scope(name)] = spec
    _add_networks(desired, stack)
    desired.configs = _file_objects("configs", stack, config_data or {})
    desired.secrets = _file_objects("secrets", stack, secret_data or {})
    desired.external_configs = {name for name in stack.used["configs"] if name not in desired.configs}
    desired.external_secrets = {name for name in stack.used["secrets"] if name not in desired.secrets}
    desired.warnings = problems.warnings
    problems.raise_any()
    desired.keys = {
        (section, stack.scope(key) if section == "services" else stack.full_name(section, key)): key
        for section in ("services", "networks", "volumes", "configs", "secrets")
        for key in {**config.get(section, {}), **({"default": {}} if section == "networks" else {})}
    }
    return desired


def service_networks(service: Json) -> list[str]:
    """Keys of the networks of a service."""
    return list(service.get("networks") or ["default"])


def _add_networks(desired: Desired, stack: Stack) -> None:
    used = {key for service in stack.config.get("services", {}).values() for key in service_networks(service)}
    for key in sorted(used):
        network = stack.config.get("networks", {}).get(key) or {}
        name = stack.full_name("networks", key)
        if network.get("external"):
            desired.external_networks.add(name)
        else:
            desired.networks[name] = _network(network, stack)


def _network(network: Json, stack: Stack) -> Json:
    body: Json = {
        "Driver": network.get("driver", "overlay"),
        "Labels": stack.labels(network.get("labels")),
        "Options": network.get("driver_opts"),
        "Internal": network.get("internal"),
        "Attachable": network.get("attachable"),
        "EnableIPv6": network.get("enable_ipv6"),
        "IPAM": _ipam(network.get("ipam")),
    }
    return {key: value for key, value in body.items() if value}


def _ipam(ipam: Json | None) -> Json | None:
    if not ipam:
        return None
    result: Json = {"Driver": ipam["driver"]} if ipam.get("driver") else {}
    pools = [{name: pool[key] for key, name in _POOL.items() if pool.get(key)} for pool in ipam.get("config", [])]
    return {**result, "Config": pools} if pools else result


def _file_objects(section: str, stack: Stack, data: Mapping[str, bytes]) -> dict[str, Json]:
    result: dict[str, Json] = {}
    for key, value in stack.config.get(section, {}).items():
        if value.get("external"):
            continue
        name = stack.full_name(section, key)
        if name in result:
            stack.problems.add((section, key, "name"), f'another one already has the name "{name}"')
        spec: dict[str, Any] = {"Name": name, "Labels": stack.labels(value.get("labels"))}
        if section == "secrets" and value.get("driver"):
            spec["Driver"] = {"Name": value["driver"], "Options": value.get("driver_opts", {})}
        else:
            spec["Data"] = base64.b64encode(data.get(key, b"")).decode()
        if value.get("template_driver"):
            spec["Templating"] = {"Name": value["template_driver"]}
        result[name] = spec
    return result
