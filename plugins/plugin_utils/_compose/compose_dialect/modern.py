# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Compose files as people write them today, brought into the 3.x form that the rest of the loader knows.

Only what the 3.x format has another word for is rewritten here, each key on its own; what is left is
checked against the format like any other file. Source: https://github.com/compose-spec/compose-spec
"""

from __future__ import annotations

import os.path
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.include import (
    Include,
    parse_includes,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.env_files import RAW
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path, Source
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.mounts import absolute
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.sources import Reader, from_disk
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.ineffective import (
    OBJECT_PATHS,
    SERVICE_KEYS,
    SERVICE_PATHS,
    Ineffective,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.units import byte_count

Json = dict[str, Any]

STARTED = "service_started"
_CONDITIONS = (STARTED, "service_healthy", "service_completed_successfully")


@dataclass
class Choices:
    """What the caller decides about how files are read.

    Attributes:
        profiles: active profiles; `*` stands for all.
        unsupported: `error`, `warn` or `ignore` what swarm has nothing for.
        dialect: `stack` or `compose`.
        contents: content of configs and secrets by section and key; it wins over what the files say.
        read: how files are read.
    """

    profiles: tuple[str, ...] = ()
    unsupported: str = "warn"
    dialect: str = "stack"
    contents: Mapping[tuple[str, str], bytes] = field(default_factory=dict)
    read: Reader = from_disk


@dataclass
class Extras:
    """What today's files say beyond the 3.x format.

    Attributes:
        name: the project's own name.
        depends_on: by service and the service it waits for, the condition.
        optional: service and the service it waits for, where that may be missing.
        contents: text of configs and secrets, by section and key.
        extends: by service, the file (None for its own) and service it is based on.
        env_files: by service, its files of variables, each with `path`, `required` and `format`.
        includes: other projects that join this one.
    """

    name: str | None = None
    depends_on: dict[str, dict[str, str]] = field(default_factory=dict)
    contents: dict[tuple[str, str], bytes] = field(default_factory=dict)
    extends: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    env_files: dict[str, list[Json]] = field(default_factory=dict)
    includes: list[Include] = field(default_factory=list)
    optional: set[tuple[str, str]] = field(default_factory=set)


class Lowering:
    """Rewrites the data of one file; faults are collected and raised together."""

    def __init__(
        self, source: Source, directory: str, environment: Mapping[str, str], choices: Choices, warnings: list[str]
    ) -> None:
        self._source = source
        self._directory = directory
        self._environment = environment
        self._choices = choices
        self._unsupported = Ineffective(choices.unsupported, source, warnings)
        self._problems: list[str] = []
        self.extras = Extras()

    def lower(self, data: Json) -> Json:
        """The same file in 3.x form.

        Raises:
            ComposeError: values that have no 3.x form.
        """
        result = {key: value for key, value in data.items() if key not in ("version", "name", "include", "models")}
        self.extras.name = self._name(data.get("name"))
        self.extras.includes = parse_includes(data.get("include"), self._source, self._directory)
        if "models" in data:
            self._ineffective(("models",), SERVICE_KEYS["models"])
        for pattern, advice in OBJECT_PATHS.items():
            result = self._unsupported.drop(result, pattern, (), advice)
        services = result.get("services")
        if isinstance(services, dict):
            result["services"] = {
                name: self._service(name, service) for name, service in services.items() if self._active(service)
            }
        for section in ("configs", "secrets"):
            if isinstance(result.get(section), dict):
                result[section] = {key: self._object(section, key, value) for key, value in result[section].items()}
        for section in ("networks", "volumes", "configs", "secrets"):
            for value in result[section].values() if isinstance(result.get(section), dict) else ():
                _rewrite(value, ("labels",), _texts)
                _rewrite(value, ("driver_opts",), _texts)
        if self._problems:
            raise ComposeError(self._problems)
        self._unsupported.raise_any()
        return result

    def _fault(self, path: Path, text: str) -> None:
        self._problems.append(self._source.message(path, text))

    def _name(self, name: Any) -> str | None:
        if name is None or isinstance(name, str):
            return name or None
        self._fault(("name",), "must be a string")
        return None

    def _active(self, service: Any) -> bool:
        wanted = service.get("profiles") if isinstance(service, dict) else None
        if not isinstance(wanted, list) or not wanted:
            return True
        return "*" in self._choices.profiles or any(profile in self._choices.profiles for profile in wanted)

    def _service(self, name: str, service: Any) -> Any:
        if not isinstance(service, dict):
            return service
        path: Path = ("services", name)
        result = {key: value for key, value in service.items() if key != "profiles"}
        for key in [key for key in result if key in SERVICE_KEYS]:
            if result.pop(key) is not False:
                self._ineffective((*path, key), SERVICE_KEYS[key])
        for pattern, advice in SERVICE_PATHS.items():
            result = self._unsupported.drop(result, pattern, path, advice)
        for where in (("environment",), ("labels",), ("sysctls",), ("deploy", "labels"), ("logging", "options")):
            _rewrite(result, where, _texts)
        for kind in ("limits", "reservations"):
            _rewrite(result, ("deploy", "resources", kind, "cpus"), _text)
        for section in ("configs", "secrets"):
            _rewrite(result, (section,), _integer_modes)
        if isinstance(result.get("ports"), list):
            result["ports"] = [self._port(port, (*path, "ports", index)) for index, port in enumerate(result["ports"])]
        if "extends" in result:
            self._extends(name, result.pop("extends"), (*path, "extends"))
        if "depends_on" in result:
            result["depends_on"] = self._depends_on(name, result["depends_on"], (*path, "depends_on"))
        if "tmpfs" in result:
            mounts = self._tmpfs(result.pop("tmpfs"), (*path, "tmpfs"))
            result["volumes"] = [*(result.get("volumes") or []), *mounts]
        if "env_file" in result:
            self.extras.env_files[name] = self._env_files(result.pop("env_file"), (*path, "env_file"))
        return result

    def _ineffective(self, path: Path, advice: str) -> None:
        self._unsupported.add(path, f"has no effect in a swarm: {advice}")

    def _port(self, port: Any, path: Path) -> Any:
        if not isinstance(port, dict):
            return port
        result = dict(port)
        published = result.get("published")
        if isinstance(published, str) and published.isascii() and published.isdigit():
            result["published"] = int(published)
        elif published == "":
            del result["published"]
        elif isinstance(published, str):
            self._fault((*path, "published"), f'"{published}" is not one port; write one entry for each port')
        return result

    def _extends(self, name: str, value: Any, path: Path) -> None:
        base = {"service": value} if isinstance(value, str) else value
        if not isinstance(base, dict) or set(base) - {"service", "file"} or not isinstance(base.get("service"), str):
            self._fault(path, "takes a service's name, or the keys service and file")
        elif not isinstance(base.get("file", ""), str):
            self._fault((*path, "file"), "must be a string")
        else:
            file = absolute(base["file"], self._directory) if base.get("file") else None
            same = file == os.path.abspath(self._source.file)
            self.extras.extends[name] = (None if same else file, base["service"])

    def _depends_on(self, name: str, value: Any, path: Path) -> Any:
        if isinstance(value, list):
            self.extras.depends_on[name] = {str(other): STARTED for other in value}
            return value
        if not isinstance(value, dict):
            return value
        conditions = {}
        for other, details in value.items():
            known = details or {}
            condition = known.get("condition", STARTED) if isinstance(known, dict) else None
            if condition not in _CONDITIONS:
                self._fault((*path, other), f"needs a condition, one of {', '.join(_CONDITIONS)}")
                continue
            conditions[other] = condition
            if known.get("required") is False:
                self.extras.optional.add((name, other))
            if known.get("restart"):
                self._ineffective((*path, other, "restart"), "swarm restarts each service on its own")
        self.extras.depends_on[name] = conditions
        return list(value)

    def _env_files(self, value: Any, path: Path) -> list[Json]:
        result = []
        for index, item in enumerate(value if isinstance(value, list) else [value]):
            entry = {"path": item} if isinstance(item, str) else item
            place = (*path, index) if isinstance(value, list) else path
            if not isinstance(entry, dict) or not _is_env_file(entry):
                self._fault(place, "takes a path, or the keys path, required (true or false) and format")
            elif entry.get("format", RAW) != RAW:
                self._fault((*place, "format"), 'only "raw" is known: lines of NAME=value, taken as they are')
            else:
                result.append({**entry, "path": absolute(entry["path"], self._directory)})
        return result

    def _tmpfs(self, value: Any, path: Path) -> list[Json]:
        mounts: list[Json] = []
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, str):
                self._fault(path, "must be a path, or a list of paths")
                continue
            target, _colon, options = item.partition(":")
            mount: Json = {"type": "tmpfs", "target": target}
            for option in filter(None, options.split(",")):
                name, _equals, given = option.partition("=")
                if name == "size":
                    self._sized(mount, given, path)
                else:
                    self._ineffective(path, f"the option {name} of a tmpfs; only size is known")
            mounts.append(mount)
        return mounts

    def _sized(self, mount: Json, size: str, path: Path) -> None:
        try:
            mount["tmpfs"] = {"size": byte_count(size)}
        except ValueError as error:
            self._fault(path, str(error))

    def _object(self, section: str, key: str, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        path: Path = (section, key)
        result = {name: item for name, item in value.items() if name not in ("content", "environment")}
        given = [name for name in ("file", "content", "environment") if name in value]
        if len(given) > 1:
            self._fault(path, f"{' and '.join(given)} exclude each other; keep one of them")
        if "content" in value:
            self._content(path, value["content"])
        if "environment" in value:
            variable = value["environment"]
            if not isinstance(variable, str) or variable not in self._environment:
                self._fault((*path, "environment"), f"the variable {variable} is not set")
            else:
                self._content(path, self._environment[variable])
        return result

    def _content(self, path: Path, text: Any) -> None:
        if isinstance(text, str):
            self.extras.contents[str(path[0]), str(path[1])] = text.encode("utf-8", "surrogateescape")
        else:
            self._fault((*path, "content"), "must be a string")


def _is_env_file(entry: Json) -> bool:
    known = set(entry) <= {"path", "required", "format"}
    return known and isinstance(entry.get("path"), str) and isinstance(entry.get("required", True), bool)


def _rewrite(value: Any, path: tuple[str, ...], change: Callable[[Any], Any]) -> None:
    """Change the value at a path, in copies, if the path leads anywhere."""
    if not isinstance(value, dict) or path[0] not in value:
        return
    if len(path) == 1:
        value[path[0]] = change(value[path[0]])
    elif isinstance(value[path[0]], dict):
        value[path[0]] = dict(value[path[0]])
        _rewrite(value[path[0]], path[1:], change)


def _texts(value: Any) -> Any:
    """Booleans among the values as the words they are."""
    return (
        {key: _text(item) if isinstance(item, bool) else item for key, item in value.items()}
        if isinstance(value, dict)
        else value
    )


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


def _integer_modes(value: Any) -> Any:
    """`mode: "0440"` of references is octal."""
    return [_integer_mode(item) for item in value] if isinstance(value, list) else value


def _integer_mode(item: Any) -> Any:
    mode = item.get("mode") if isinstance(item, dict) else None
    if isinstance(mode, str) and mode and set(mode) <= set("01234567"):
        return {**item, "mode": int(mode, 8)}
    return item
