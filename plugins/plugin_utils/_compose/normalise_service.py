# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Canonical form of services: every value in long form and typed, without values that have no meaning.

The form is that of `docker stack config`, but durations are nanoseconds and sizes bytes, both integers.
A key whose value is the zero of its type is left out, except where the CLI tells "zero" from "unset".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.keys import SERVICE_KEYS
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
    """The context that the meaning of a file's values depends on.

    Attributes:
        directory: where relative paths begin: that of the first file.
        environment: variables for `environment` entries without a value.
        warnings: collects sentences.
        inline: section and key of configs and secrets whose content is known already.
        modern: whether an empty variable is one, and not the environment's.
        read: how files are read.
        relative_sources: collects sources of bind mounts that are relative paths, by what they become.
    """

    source: Source
    directory: str
    environment: Mapping[str, str]
    warnings: list[str]
    inline: Collection[tuple[str, str]] = ()
    modern: bool = False
    read: Reader = from_disk
    relative_sources: dict[str, str] = field(default_factory=dict)


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
        result: Json = {}
        for key, value in service.items():
            if value is not None and key in SERVICE_KEYS and key not in _APART:
                item = self._value(key, value, (*self._path, key))
                # What is false is the zero of its type.
                if item or SERVICE_KEYS[key].zero:
                    result[key] = item
        environment = self._environment(service)
        if environment:
            result["environment"] = environment
        if service.get("env_file"):
            result["env_file"] = texts(service["env_file"])
        return result

    def _value(self, key: str, value: Any, path: Path) -> Any:
        """Convert a value by the rule of its key, or else by its type."""
        if key in _OF_KEY:
            return self._located(_OF_KEY[key], value, path)
        kind = SERVICE_KEYS[key].kind
        if kind in ("mapping", "mapping|empty"):
            return self._mapping(key, value, path)
        if kind == "list":
            return [self._value(f"{key}.[]", item, (*path, index)) for index, item in enumerate(value)]
        if kind in _OF_KIND:
            try:
                return _OF_KIND[kind](value)
            except ValueError as error:
                raise self._error(path, str(error)) from error
        return value

    def _located(self, convert: _Convert, value: Any, path: Path) -> Any:
        try:
            return convert(self, value, path)
        except ValueError as error:
            raise self._error(path, str(error)) from error

    def _mapping(self, key: str, value: Json, path: Path) -> Json:
        """The keys of a mapping, without those whose empty value has no meaning."""
        result = {}
        for name, below in _BELOW[key]:
            if value.get(name) is not None:
                item = self._value(below, value[name], (*path, name))
                if item or SERVICE_KEYS[below].zero:
                    result[name] = item
        return result

    def _error(self, path: Path, text: str) -> ComposeError:
        return self._context.source.error(path, text)

    def _warn(self, path: Path, text: str) -> None:
        self._context.warnings.append(self._context.source.message(path, text))

    def _environment(self, service: Json) -> dict[str, str | None]:
        known = self._context.environment
        result: dict[str, str | None] = {}
        from_files: dict[str, str | None] = {}
        for index, name in enumerate(texts(service["env_file"] if service.get("env_file") is not None else [])):
            from_files.update(self._env_file(name, (*self._path, "env_file", index)))
        for pairs in (from_files, mapping(service.get("environment") or {}, "=", None)):
            for key, value in pairs.items():
                inherits = value is None if self._context.modern else not value
                result[key] = known[key] if inherits and key in known else value
        return result

    def _env_file(self, name: str, path: Path) -> dict[str, str]:
        if not name:
            raise self._error(path, "names no file; a variable in it is perhaps not set")
        try:
            path_there = absolute(name, self._context.directory)
            return dict(read_env_file(path_there, self._context.environment, self._context.read))
        except ComposeError as error:
            raise self._error(path, str(error)) from error

    def _ports(self, value: list[Any], path: Path) -> list[Json]:
        result: list[Json] = []
        for index, port in enumerate(value):
            if isinstance(port, dict):
                result.append(self._mapping("ports.[]", port, (*path, index)))
                continue
            try:
                ports, warning = short_port(number_text(port) if not isinstance(port, str) else port)
            except ValueError as error:
                raise self._error((*path, index), str(error)) from error
            result.extend(ports)
            if warning:
                self._warn((*path, index), warning)
        return result

    def _mounts(self, value: list[Any], path: Path) -> list[Json]:
        return [self._mount(mount, (*path, index)) for index, mount in enumerate(value)]

    def _mount(self, value: str | Json, path: Path) -> Json:
        try:
            mount = short_mount(value) if isinstance(value, str) else self._mapping("volumes.[]", value, path)
        except ValueError as error:
            raise self._error(path, str(error)) from error
        if mount.get("type") == "bind":
            if not mount.get("source"):
                raise self._error(path, "a bind mount needs a source")
            if mount["source"].startswith("~") and "HOME" not in self._context.environment:
                self._warn(path, "`~` stays as it is, because the environment lacks HOME")
            context = self._context
            written = mount["source"]
            mount["source"] = absolute_source(written, context.directory, context.environment)
            if mount["source"] != written:
                context.relative_sources.setdefault(mount["source"], written)
        return mount

    def _references(self, value: list[Any], path: Path, key: str) -> list[Json]:
        return [
            {"source": item} if isinstance(item, str) else self._mapping(f"{key}.[]", item, (*path, index))
            for index, item in enumerate(value)
        ]

    def _configs(self, value: list[Any], path: Path) -> list[Json]:
        return self._references(value, path, "configs")

    def _secrets(self, value: list[Any], path: Path) -> list[Json]:
        return self._references(value, path, "secrets")

    def _networks(self, value: Any, path: Path) -> dict[str, Json | None]:
        if isinstance(value, list):
            return dict.fromkeys(value)
        return {
            name: None if network is None else self._mapping("networks.*", network, (*path, name))
            for name, network in value.items()
        }

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


_MODES = 2**32  # the API's modes of files have 32 bits
# Keys that the CLI forgets while it reads a file.
_DROPPED = ("oom_score_adj",)
_APART = ("env_file", "environment", *_DROPPED)


def _without_zeros(values: Mapping[str, Any], keep: tuple[str, ...] = ()) -> Json:
    return {key: value for key, value in values.items() if key in keep or value}


def flag(value: bool | str) -> bool:
    """A boolean, or YAML 1.1's word for one."""
    return value if isinstance(value, bool) else Flag.words[value.lower()]


def texts(value: str | list[str]) -> list[str]:
    """A list; a single string counts as a list of one."""
    return [value] if isinstance(value, str) else list(value)


def mapping(value: Json | list[str], separator: str, missing: str | None) -> dict[str, Any]:
    """A mapping of texts, also from a list of `key=value`."""
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


def _command(value: str | list[str]) -> list[str]:
    return shell_words(value) if isinstance(value, str) else value


def _test(value: str | list[str]) -> list[str]:
    return ["CMD-SHELL", value] if isinstance(value, str) else value


def _whole(value: float) -> int:
    return int(value)


def _natural(value: float) -> int:
    if value < 0:
        raise ValueError(f"must be 0 or more, not {value}")
    return int(value)


def _count(value: float) -> int:
    if value >= _MODES:
        raise ValueError(f"{value} is too large")
    return _natural(value)


def _labels(value: Json | list[str]) -> dict[str, Any]:
    return mapping(value, "=", "")


def _words(value: list[Any]) -> list[str]:
    return [text_of(item) for item in value]


def _discrete(value: Json) -> Json:
    return {"kind": value.get("kind", ""), "value": int(value.get("value", 0))}


_Convert = Callable[[_Service, Any, Path], Any]


def _plain(convert: Callable[[Any], Any]) -> _Convert:
    return lambda _service, value, _path: convert(value)


# By kind, the canonical form of a value; of other kinds values stay as they are.
_OF_KIND: dict[str, Callable[[Any], Any]] = {
    "command": _command,
    "count": _count,
    "duration": nanoseconds,
    "exposed": _words,
    "flag": flag,
    "groups": _words,
    "integer": _whole,
    "natural": _natural,
    "options": _labels,
    "pairs": _labels,
    "ratio": single_precision,
    "scalars": _labels,
    "size": byte_count,
    "size_number": _whole,
    "text|set": texts,
}

# Conversions of single keys.
_OF_KEY: dict[str, _Convert] = {
    "build": _Service._build,
    "configs": _Service._configs,
    "deploy.resources.reservations.generic_resources.[].discrete_resource_spec": _plain(_discrete),
    "extra_hosts": _plain(hosts),
    "healthcheck.test": _plain(_test),
    "networks": _Service._networks,
    "ports": _Service._ports,
    "secrets": _Service._secrets,
    "ulimits": _Service._ulimits,
    "volumes": _Service._mounts,
}

# The keys right below each: their name, and their path in the table.
_BELOW: dict[str, list[tuple[str, str]]] = {}
for _path, _key in SERVICE_KEYS.items():
    _above, _dot, _name = _path.rpartition(".")
    if _key.kind:
        _BELOW.setdefault(_above, []).append((_name, _path))
