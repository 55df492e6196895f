# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compose files as people write them today, brought into the 3.x form that the rest of the loader knows.

Only what the 3.x format has another word for is rewritten here, each key on its own; what is left is
checked against the format like any other file. Source: https://github.com/compose-spec/compose-spec
"""

from __future__ import annotations

import os.path
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import ComposeError, Path, Source
from .format_service import DEPRECATED, FORBIDDEN, UNSUPPORTED
from .mounts import absolute

Json = dict[str, Any]

# Keys of today's services that swarm has nothing for and the 3.x format does not know.
_NEWER = {
    **{key: text for key, text in FORBIDDEN.items() if key != "extends"},
    "annotations": "use labels",
    "attach": "follow logs with docker service logs",
    "blkio_config": "set limits in the engine on the nodes",
    "cpus": "use deploy.resources.limits.cpus",
    "cpu_count": "use deploy.resources.limits.cpus",
    "cpu_percent": "use deploy.resources.limits.cpus",
    "cpu_period": "use deploy.resources.limits.cpus",
    "cpu_rt_period": "use deploy.resources.limits.cpus",
    "cpu_rt_runtime": "use deploy.resources.limits.cpus",
    "develop": "it is for development on one machine",
    "device_cgroup_rules": "use generic resources",
    "dns_opt": "set dns-opts of the engine on the nodes",
    "gpus": "use deploy.resources.reservations.generic_resources",
    "group_add": "set the group in `user`, such as 1000:1000",
    "mem_reservation": "use deploy.resources.reservations.memory",
    "mem_swappiness": "set it on the nodes",
    "oom_kill_disable": "use deploy.resources.limits.memory",
    "pids_limit": "use deploy.resources.limits.pids",
    "platform": "use a placement constraint such as node.platform.arch == x86_64",
    "pull_policy": "swarm pulls by digest; see resolve_image",
    "runtime": "set the engine's default-runtime on the nodes",
    "scale": "use deploy.replicas",
    "storage_opt": "set storage options of the engine on the nodes",
    "uts": "set `hostname`",
}
_INEFFECTIVE = {**UNSUPPORTED, **DEPRECATED, **_NEWER}
_PORT_EXTRAS = {"host_ip": "services listen on all addresses of a node", "name": "", "app_protocol": ""}
_CONDITIONS = ("service_started", "service_healthy", "service_completed_successfully")


@dataclass
class Choices:
    """What the caller decides about how files are read.

    Attributes:
        profiles: active profiles; `*` stands for all.
        unsupported: `error`, `warn` or `ignore` what swarm has nothing for.
        dialect: `stack` or `compose`.
    """

    profiles: tuple[str, ...] = ()
    unsupported: str = "warn"
    dialect: str = "stack"


class Ineffective:
    """Collects what has no effect, as faults, as warnings or not at all."""

    def __init__(self, policy: str, source: Source, warnings: list[str]) -> None:
        self._policy = policy
        self._source = source
        self._warnings = warnings
        self._faults: list[str] = []

    def add(self, path: Path, text: str) -> None:
        """Note one key."""
        if self._policy == "error":
            self._faults.append(self._source.message(path, f"{text} (unsupported: error)"))
        elif self._policy == "warn":
            self._warnings.append(self._source.message(path, text))

    def raise_any(self) -> None:
        """Raise ComposeError if there were faults."""
        if self._faults:
            raise ComposeError(self._faults)


@dataclass
class Extras:
    """What today's files say beyond the 3.x format.

    Attributes:
        name: the project's own name.
        depends_on: by service and the service it waits for, the condition.
        contents: text of configs and secrets, by section and key.
        extends: by service, the file (None for its own) and service it is based on.
    """

    name: str | None = None
    depends_on: dict[str, dict[str, str]] = field(default_factory=dict)
    contents: dict[tuple[str, str], bytes] = field(default_factory=dict)
    extends: dict[str, tuple[str | None, str]] = field(default_factory=dict)


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
        result = {key: value for key, value in data.items() if key not in ("version", "name")}
        self.extras.name = self._name(data.get("name"))
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
        for key in [key for key in result if key in _INEFFECTIVE]:
            self._ineffective((*path, key), _INEFFECTIVE[key])
            del result[key]
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
        if isinstance(result.get("env_file"), list):
            result["env_file"] = self._env_files(result["env_file"], (*path, "env_file"))
        return result

    def _ineffective(self, path: Path, advice: str) -> None:
        self._unsupported.add(path, f"has no effect in a swarm{': ' if advice else ''}{advice}")

    def _port(self, port: Any, path: Path) -> Any:
        if not isinstance(port, dict):
            return port
        for key in [key for key in port if key in _PORT_EXTRAS]:
            self._ineffective((*path, key), _PORT_EXTRAS[key])
        result = {key: value for key, value in port.items() if key not in _PORT_EXTRAS}
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
            self.extras.depends_on[name] = {str(other): _CONDITIONS[0] for other in value}
            return value
        if not isinstance(value, dict):
            return value
        conditions = {}
        for other, details in value.items():
            condition = (details or {}).get("condition", _CONDITIONS[0]) if isinstance(details or {}, dict) else None
            if condition not in _CONDITIONS:
                self._fault((*path, other), f"needs a condition, one of {', '.join(_CONDITIONS)}")
            else:
                conditions[other] = condition
        self.extras.depends_on[name] = conditions
        return list(value)

    def _env_files(self, value: list[Any], path: Path) -> list[Any]:
        result = []
        for index, item in enumerate(value):
            if not isinstance(item, dict):
                result.append(item)
                continue
            unknown = sorted(set(item) - {"path", "required", "format"})
            if unknown or not isinstance(item.get("path"), str):
                self._fault((*path, index), "takes the keys path, required and format")
                continue
            if item.get("format", "raw") != "raw":
                self._fault((*path, index, "format"), 'only "raw" is known: lines of NAME=value')
            if item.get("required", True) or os.path.exists(absolute(item["path"], self._directory)):
                result.append(item["path"])
        return result

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
