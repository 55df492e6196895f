# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Services in canonical form: every value long, typed, without what means nothing.

The form is that of `docker stack config`, but durations are nanoseconds and sizes bytes, both integers.
A key whose value is the zero of its type is left out, except where the CLI tells "zero" from "unset".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.env_files import read_env_file
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path, Source
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.mounts import (
    absolute,
    absolute_source,
    short_mount,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.ports import short_port
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.schema import Flag
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.sources import Reader, from_disk
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.units import (
    byte_count,
    nanoseconds,
    number_text,
    shell_words,
    single_precision,
)

Json = dict[str, Any]


@dataclass
class Context:
    """What a file's values mean depends on.

    Attributes:
        directory: where relative paths begin: that of the first file.
        environment: variables for `environment` entries without a value.
        warnings: collects sentences.
        inline: section and key of configs and secrets whose content is known already.
        modern: whether an empty variable is one, and not the environment's.
        read: how files are read.
    """

    source: Source
    directory: str
    environment: Mapping[str, str]
    warnings: list[str]
    inline: Collection[tuple[str, str]] = ()
    modern: bool = False
    read: Reader = from_disk


def normalise_service(service: Json, path: Path, context: Context) -> Json:
    """One service, already checked against the format.

    Raises:
        ComposeError: values that do not mean anything.
    """
    return _Service(path, context).convert(service)


class _Service:
    def __init__(self, path: Path, context: Context) -> None:
        self._path = path
        self._context = context

    def convert(self, service: Json) -> Json:
        result = {}
        for key, value in service.items():
            if key in ("env_file", "environment") or value is None or key.startswith("x-"):
                continue
            path = (*self._path, key)
            if key in _CONVERTED:
                try:
                    result[key] = _CONVERTED[key](self, value, path)
                except ValueError as error:
                    raise self._error(path, str(error)) from error
            elif key != "oom_score_adj":
                result[key] = value
        result = {key: value for key, value in result.items() if key in _POINTERS + _KEYED or value not in _ZEROS}
        environment = self._environment(service)
        if environment:
            result["environment"] = environment
        if service.get("env_file"):
            result["env_file"] = texts(service["env_file"])
        return result

    def _error(self, path: Path, text: str) -> ComposeError:
        return self._context.source.error(path, text)

    def _warn(self, path: Path, text: str) -> None:
        self._context.warnings.append(self._context.source.message(path, text))

    def _environment(self, service: Json) -> dict[str, str | None]:
        known = self._context.environment
        result: dict[str, str | None] = {}
        from_files: dict[str, str | None] = {}
        for index, name in enumerate(texts(service.get("env_file") or [])):
            from_files.update(self._env_file(name, (*self._path, "env_file", index)))
        for pairs in (from_files, mapping(service.get("environment") or {}, "=", None)):
            for key, value in pairs.items():
                inherits = value is None if self._context.modern else not value
                result[key] = known[key] if inherits and key in known else value
        return result

    def _env_file(self, name: str, path: Path) -> dict[str, str]:
        try:
            path_there = absolute(name, self._context.directory)
            return dict(read_env_file(path_there, self._context.environment, self._context.read))
        except ComposeError as error:
            raise self._error(path, str(error)) from error

    def _ports(self, value: list[Any], path: Path) -> list[Json]:
        result: list[Json] = []
        for index, port in enumerate(value):
            if isinstance(port, dict):
                result.append(_without_zeros({key: _whole(item) for key, item in port.items()}))
                self._unsigned(port, ("target", "published"), (*path, index))
                continue
            try:
                ports, warning = short_port(number_text(port) if not isinstance(port, str) else port)
            except ValueError as error:
                raise self._error((*path, index), str(error)) from error
            result.extend(ports)
            if warning:
                self._warn((*path, index), warning)
        return result

    def _unsigned(self, values: Json, keys: tuple[str, ...], path: Path) -> None:
        for key in keys:
            if (values.get(key) or 0) < 0:
                raise self._error((*path, key), f"must be 0 or more, not {values[key]}")

    def _mounts(self, value: list[Any], path: Path) -> list[Json]:
        return [self._mount(mount, (*path, index)) for index, mount in enumerate(value)]

    def _mount(self, value: str | Json, path: Path) -> Json:
        try:
            mount = short_mount(value) if isinstance(value, str) else self._long_mount(value)
        except ValueError as error:
            raise self._error(path, str(error)) from error
        if mount.get("type") == "bind":
            if not mount.get("source"):
                raise self._error(path, "a bind mount needs a source")
            if mount["source"].startswith("~") and "HOME" not in self._context.environment:
                self._warn(path, "`~` stays as it is, because the environment lacks HOME")
            context = self._context
            mount["source"] = absolute_source(mount["source"], context.directory, context.environment)
        return mount

    def _long_mount(self, value: Json) -> Json:
        mount = {key: item for key, item in value.items() if key not in ("bind", "volume", "tmpfs", "read_only")}
        if flag(value.get("read_only", False)):
            mount["read_only"] = True
        if "bind" in value:
            mount["bind"] = _without_zeros({"propagation": value["bind"].get("propagation")})
        if "volume" in value:
            mount["volume"] = _without_zeros({"nocopy": flag(value["volume"].get("nocopy", False))})
            if self._context.modern and value["volume"].get("subpath"):
                mount["volume"]["subpath"] = text_of(value["volume"]["subpath"])
        if "tmpfs" in value:
            mount["tmpfs"] = _without_zeros({"size": _whole(value["tmpfs"].get("size", 0))})
        return _without_zeros(mount, keep=("bind", "volume", "tmpfs"))

    def _references(self, value: list[Any], path: Path) -> list[Json]:
        result = []
        for index, item in enumerate(value):
            reference = {"source": item} if isinstance(item, str) else item
            self._unsigned(reference, ("mode",), (*path, index))
            known = {key: reference[key] for key in ("source", "target", "uid", "gid") if reference.get(key)}
            if reference.get("mode") is not None:
                known["mode"] = int(reference["mode"])
            result.append(known)
        return result

    def _networks(self, value: Any, _path: Path) -> dict[str, Json | None]:
        if isinstance(value, list):
            return dict.fromkeys(value)
        return {
            name: None if network is None else _without_zeros({**network, **_options_of(network)})
            for name, network in value.items()
        }

    def _healthcheck(self, value: Json, path: Path) -> Json:
        self._unsigned(value, ("retries",), path)
        result: Json = {
            key: self._duration(value[key], (*path, key))
            for key in ("timeout", "interval", "start_period", "start_interval")
            if key in value
        }
        if "retries" in value:
            result["retries"] = int(value["retries"])
        test = value.get("test")
        if test:
            result["test"] = ["CMD-SHELL", test] if isinstance(test, str) else test
        elif test == "":
            result["test"] = ["CMD-SHELL", ""]
        if flag(value.get("disable", False)):
            result["disable"] = True
        return result

    def _duration(self, value: str, path: Path) -> int:
        try:
            return nanoseconds(value)
        except ValueError as error:
            raise self._error(path, str(error)) from error

    def _logging(self, value: Json, _path: Path) -> Json:
        options = {"options": mapping(value["options"], "=", "")} if "options" in value else {}
        return {**_without_zeros({"driver": value.get("driver")}), **options}

    def _ulimits(self, value: Json, _path: Path) -> Json:
        return {
            name: {key: int(limit[key] if isinstance(limit, dict) else limit) for key in ("soft", "hard")}
            for name, limit in value.items()
        }

    def _build(self, value: str | Json, _path: Path) -> Json:
        build: Json = {"context": value} if isinstance(value, str) else value
        known = ("context", "dockerfile", "network", "target")
        result: Json = {key: build[key] for key in known if key in build}
        result["args"] = mapping(build.get("args") or {}, "=", None)
        result["labels"] = mapping(build.get("labels") or {}, "=", "")
        result["cache_from"] = build.get("cache_from") or []
        result["extra_hosts"] = hosts(build.get("extra_hosts") or [])
        return _without_zeros(result)

    # -- deploy --------------------------------------------------------------------------------

    def _deploy(self, value: Json, path: Path) -> Json:
        self._unsigned(value, ("replicas",), path)
        result: Json = {key: value[key] for key in ("mode", "endpoint_mode") if value.get(key)}
        if value.get("labels"):
            result["labels"] = mapping(value["labels"], "=", "")
        if "replicas" in value:
            result["replicas"] = int(value["replicas"])
        for key in ("update_config", "rollback_config"):
            if key in value:
                result[key] = self._update_config(value[key], (*path, key))
        resources = self._resources(value.get("resources", {}), (*path, "resources"))
        placement = self._placement(value.get("placement", {}), (*path, "placement"))
        result.update(_without_zeros({"resources": resources, "placement": placement}))
        if "restart_policy" in value:
            result["restart_policy"] = self._restart_policy(value["restart_policy"], (*path, "restart_policy"))
        return result

    def _update_config(self, value: Json, path: Path) -> Json:
        self._unsigned(value, ("parallelism",), path)
        result = _without_zeros({key: value.get(key) for key in ("failure_action", "order")})
        for key in ("delay", "monitor"):
            result.update(_without_zeros({key: self._duration(value.get(key, "0"), (*path, key))}))
        ratio = single_precision(value.get("max_failure_ratio", 0))
        result.update(_without_zeros({"max_failure_ratio": ratio}))
        if "parallelism" in value:
            result["parallelism"] = int(value["parallelism"])
        return result

    def _restart_policy(self, value: Json, path: Path) -> Json:
        self._unsigned(value, ("max_attempts",), path)
        result = _without_zeros({"condition": value.get("condition")})
        for key in ("delay", "window"):
            if key in value:
                result[key] = self._duration(value[key], (*path, key))
        if "max_attempts" in value:
            result["max_attempts"] = int(value["max_attempts"])
        return result

    def _resources(self, value: Json, path: Path) -> Json:
        result: Json = {}
        for kind in ("limits", "reservations"):
            if kind in value:
                result[kind] = self._resource(value[kind], (*path, kind))
        return result

    def _resource(self, value: Json, path: Path) -> Json:
        result = _without_zeros({"cpus": value.get("cpus"), "pids": int(value.get("pids", 0))})
        if "memory" in value:
            try:
                result.update(_without_zeros({"memory": byte_count(value["memory"])}))
            except ValueError as error:
                raise self._error((*path, "memory"), str(error)) from error
        generic = [self._generic(item) for item in value.get("generic_resources", [])]
        return {**result, "generic_resources": generic} if generic else result

    def _generic(self, value: Json) -> Json:
        if "discrete_resource_spec" not in value:
            return {}
        spec = value["discrete_resource_spec"]
        return {"discrete_resource_spec": {"kind": spec.get("kind", ""), "value": int(spec.get("value", 0))}}

    def _placement(self, value: Json, path: Path) -> Json:
        self._unsigned(value, ("max_replicas_per_node",), path)
        return _without_zeros(
            {
                "constraints": value.get("constraints"),
                "preferences": [_without_zeros(item) for item in value.get("preferences", [])],
                "max_replicas_per_node": int(value.get("max_replicas_per_node", 0)),
            }
        )


_ZEROS: tuple[Any, ...] = (None, "", 0, False, [], {})
# Keys for which zero and unset differ.
_POINTERS = ("healthcheck", "init", "logging", "stop_grace_period")
# Lists that count in a merge even when empty (see merge.merge_all).
_KEYED = ("configs", "secrets", "ports", "volumes")


def _without_zeros(values: Mapping[str, Any], keep: tuple[str, ...] = ()) -> Json:
    return {key: value for key, value in values.items() if key in keep or value not in _ZEROS}


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) else value


def flag(value: bool | str) -> bool:
    """A boolean, or YAML 1.1's word for one."""
    return value if isinstance(value, bool) else Flag.words[value.lower()]


def texts(value: str | list[str]) -> list[str]:
    """A list, of which a single string may have stood alone."""
    return [value] if isinstance(value, str) else list(value)


def mapping(value: Json | list[str], separator: str, missing: str | None) -> dict[str, Any]:
    """A mapping of texts, which may have been written as a list of `key=value`."""
    if isinstance(value, dict):
        return {key: missing if item is None else text_of(item) for key, item in value.items()}
    pairs = (item.partition(separator) for item in value)
    return {key: rest if found else missing for key, found, rest in pairs}


def text_of(value: Any) -> str:
    """A scalar as the text it stands for."""
    return value if isinstance(value, str) else number_text(value)


def hosts(value: Json | list[str]) -> list[str]:
    """`name:address` for each host that has an address; a mapping is sorted, a list keeps its order."""
    if isinstance(value, dict):
        return sorted(f"{name}:{_bare(text_of(address))}" for name, address in value.items() if address is not None)
    return [f"{name}:{_bare(address)}" for name, address in map(_host, value) if name or address]


def _host(text: str) -> tuple[str, str]:
    name, found, address = text.partition("=" if "=" in text else ":")
    return (name, address) if found else ("", "")


def _bare(address: str) -> str:
    """An IPv6 address may stand in brackets."""
    return address[1:-1] if address[:1] == "[" and address[-1:] == "]" and len(address) > 2 else address


def _options_of(network: Json) -> Json:
    return {"driver_opts": mapping(network["driver_opts"], "=", "")} if network.get("driver_opts") else {}


def _command(_service: _Service, value: str | list[str], _path: Path) -> list[str]:
    return shell_words(value) if isinstance(value, str) else value


_Convert = Callable[[_Service, Any, Path], Any]


def _plain(convert: Callable[[Any], Any]) -> _Convert:
    return lambda _service, value, _path: convert(value)


def _labels(value: Json | list[str]) -> dict[str, Any]:
    return mapping(value, "=", "")


def _words(value: list[Any]) -> list[str]:
    return [text_of(item) for item in value]


_CONVERTED: dict[str, _Convert] = {
    "build": _Service._build,
    "command": _command,
    "configs": _Service._references,
    "credential_spec": _plain(_without_zeros),
    "deploy": _Service._deploy,
    "dns": _plain(texts),
    "dns_opt": _plain(texts),
    "dns_search": _plain(texts),
    "entrypoint": _command,
    "expose": _plain(_words),
    "extra_hosts": _plain(hosts),
    "group_add": _plain(_words),
    "healthcheck": _Service._healthcheck,
    "init": _plain(flag),
    "labels": _plain(_labels),
    "logging": _Service._logging,
    "networks": _Service._networks,
    "ports": _Service._ports,
    "privileged": _plain(flag),
    "read_only": _plain(flag),
    "secrets": _Service._references,
    "stdin_open": _plain(flag),
    "stop_grace_period": _plain(nanoseconds),
    "sysctls": _plain(_labels),
    "tmpfs": _plain(texts),
    "tty": _plain(flag),
    "ulimits": _Service._ulimits,
    "volumes": _Service._mounts,
}
