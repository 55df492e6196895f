# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Convert merged projects to the 3.x format that the rest of the loader uses.

Only what the 3.x format has another word for is rewritten here, each key on its own; what is left is
checked against the format like any other file. Source: https://github.com/compose-spec/compose-spec
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.keys import KEYS
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.casts import cast
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.consistency import contradictions
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.words import split_words
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.env_files import RAW
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path, Source
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.mounts import clean
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.reading import STARTED, Choices, Extras
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.ineffective import Ineffective
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.units import byte_count

Json = dict[str, Any]

_CONDITIONS = (STARTED, "service_healthy", "service_completed_successfully")
_OF_DEPENDENCY = ("condition", "required", "restart")


class Lowering:
    """Converts the data of one file; faults are collected and raised together."""

    def __init__(self, source: Source, environment: Mapping[str, str], choices: Choices, warnings: list[str]) -> None:
        self._source = source
        self._environment = environment
        self._choices = choices
        self._unsupported = Ineffective(choices.unsupported, source, warnings)
        self._warnings = warnings
        self._problems: list[str] = []
        self.extras = Extras()

    def lower(self, data: Json) -> Json:
        """Convert one file to the 3.x format.

        Raises:
            ComposeError: values that have no 3.x form.
        """
        for path, text in (*cast(data), *contradictions(data)):
            self._fault(path, text)
        result = {key: value for key, value in data.items() if key not in ("version", "name", "models")}
        self.extras.name = self._name(data.get("name"))
        if "models" in data:
            self._ineffective(("models",), KEYS["services.*.models"].advice)
        for section in [section for section in result if section != "services"]:
            result[section] = self._unsupported.drop(result[section], (section,))
        services = result.get("services")
        if isinstance(services, dict):
            result["services"] = {name: self._service(name, service) for name, service in services.items()}
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

    def _service(self, name: str, service: Any) -> Any:
        if not isinstance(service, dict):
            return service
        path: Path = ("services", name)
        result = {key: value for key, value in service.items() if key != "profiles"}
        self._implied_order(name, result)
        result = self._unsupported.drop(result, path)
        _rewrite_service(result)
        if isinstance(result.get("ports"), list):
            ports = [self._port(port, (*path, "ports", index)) for index, port in enumerate(result["ports"])]
            # Ports that differ in their address alone are one: services listen on all addresses of a node.
            result["ports"] = [port for index, port in enumerate(ports) if port not in ports[:index]]
        for mount in _list(result.get("volumes")):
            if isinstance(mount, dict) and str(mount.get("target")).startswith("/"):
                mount["target"] = clean(mount["target"])
        _switch_off(result.get("healthcheck"))
        if result.get("extra_hosts"):
            result["extra_hosts"] = self._extra_hosts(result["extra_hosts"], (*path, "extra_hosts"))
        if "scale" in result:
            _scale(result)
        for key in ("command", "entrypoint"):
            if key in result and not isinstance(result[key], list):
                result[key] = self._words(result[key], (*path, key))
        if "depends_on" in result:
            result["depends_on"] = self._depends_on(name, result["depends_on"], (*path, "depends_on"))
        if "tmpfs" in result:
            mounts = self._tmpfs(result.pop("tmpfs"), (*path, "tmpfs"))
            result["volumes"] = [*_list(result.get("volumes")), *mounts] if _may_grow(result) else result["volumes"]
        if "label_file" in result:
            self.extras.label_files[name] = self._label_files(result.pop("label_file"), (*path, "label_file"))
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

    def _words(self, value: Any, path: Path) -> Any:
        """A command as a list; None for an empty one."""
        if value is None:
            return []
        if not isinstance(value, str):
            return value
        try:
            words, rest = split_words(value)
        except ValueError as error:
            self._fault(path, str(error))
            return []
        if rest:
            advice = "put it into quotes behind sh -c, or write a list"
            self._warnings.append(self._source.message(path, f"`{rest}` is left out, as by docker compose; {advice}"))
        return words

    def _implied_order(self, name: str, service: Json) -> None:
        """Add dependencies on services whose links, volumes or namespaces are used, as docker compose does."""
        others = [str(link).partition(":")[0] for link in _list(service.get("links"))]
        others += [
            text.partition(":")[0] for text in map(str, _list(service.get("volumes_from"))) if text[:10] != "container:"
        ]
        for key in ("network_mode", "ipc", "pid", "uts", "cgroup"):
            kind, _colon, other = str(service.get(key)).partition(":")
            others += [other] if kind == "service" else []
        if others:
            self.extras.depends_on[name] = dict.fromkeys(others, STARTED)

    def _depends_on(self, name: str, value: Any, path: Path) -> Any:
        if not isinstance(value, dict):
            return value
        conditions = self.extras.depends_on.get(name, {})
        for other, details in value.items():
            known = details or {}
            condition = known.get("condition", STARTED) if isinstance(known, dict) else None
            if condition not in _CONDITIONS:
                self._fault((*path, other), f"needs a condition, one of {', '.join(_CONDITIONS)}")
                continue
            conditions[other] = condition
            for key in known:
                if key not in _OF_DEPENDENCY and not key.startswith("x-"):
                    self._fault((*path, other, key), f"unknown key; known here: {', '.join(_OF_DEPENDENCY)}")
            if known.get("required") is False:
                self.extras.optional.add((name, other))
            if known.get("restart"):
                self._ineffective((*path, other, "restart"), "swarm restarts each service on its own")
        self.extras.depends_on[name] = conditions
        return list(value)

    def _env_files(self, value: Any, path: Path) -> list[Json]:
        result: list[Json] = []
        if isinstance(value, dict):
            self._fault(path, "takes a path, or a list of paths or mappings; put - before the mapping")
            return result
        for index, item in enumerate(value if isinstance(value, list) else [value]):
            entry = {"path": item} if isinstance(item, str) else item
            place = (*path, index) if isinstance(value, list) else path
            if not isinstance(entry, dict) or not _is_env_file(entry):
                self._fault(place, "takes a path, or the keys path, required (true or false) and format")
            elif entry.get("format", RAW) != RAW:
                self._fault((*place, "format"), 'only "raw" is known: lines of NAME=value, taken as they are')
            else:
                result.append(entry)
        return result

    def _label_files(self, value: Any, path: Path) -> list[str]:
        files = _list(value)
        if not all(isinstance(file, str) for file in files):
            self._fault(path, "takes a path, or a list of paths")
        return [file for file in files if isinstance(file, str)]

    def _extra_hosts(self, value: Any, path: Path) -> Any:
        """`NAME:ADDRESS` for each address of each name."""
        if not isinstance(value, (list, dict)):
            self._fault(path, "takes a mapping, or a list of NAME=ADDRESS")
            return []
        result = []
        for name, addresses, where in _names_and_addresses(value, path):
            if not name or set(name) & set(":="):
                self._fault(where, f'"{name}" is no name of a host')
            elif not all(address and isinstance(address, str) for address in addresses):
                self._fault(where, "needs an address; write NAME=ADDRESS")
            else:
                result += [f"{name}:{address}" for address in addresses]
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


def _names_and_addresses(value: Any, path: Path) -> Iterator[tuple[str, list[Any], Path]]:
    """Each entry of `extra_hosts`; several addresses are a list, or separated by commas."""
    if isinstance(value, dict):
        for name, given in value.items():
            yield name, given if isinstance(given, list) else [given], (*path, name)
    for index, item in enumerate(_list(value)):
        name, _separator, given = str(item).partition("=" if "=" in str(item) else ":")
        yield name, given.split(","), (*path, index)


def _scale(service: Json) -> None:
    """`scale` is an alias of deploy.replicas; files in which the two differ have been refused before."""
    count = service.pop("scale")
    deploy = service.get("deploy") or {}
    if isinstance(deploy, dict):
        service["deploy"] = {**deploy, "replicas": count}


def _is_env_file(entry: Json) -> bool:
    known = set(entry) <= {"path", "required", "format"}
    return known and isinstance(entry.get("path"), str) and isinstance(entry.get("required", True), bool)


def _rewrite_service(service: Json) -> None:
    """Convert scalars to the types of the 3.x format."""
    for where in (("environment",), ("labels",), ("sysctls",), ("deploy", "labels"), ("logging", "options")):
        _rewrite(service, where, _texts)
    for kind in ("limits", "reservations"):
        _rewrite(service, ("deploy", "resources", kind, "cpus"), _text)
    for section in ("configs", "secrets"):
        _rewrite(service, (section,), _integer_modes)


def _rewrite(value: Any, path: tuple[str, ...], change: Callable[[Any], Any]) -> None:
    """Change the value at a path, in copies, if the path exists."""
    if not isinstance(value, dict) or path[0] not in value:
        return
    if len(path) == 1:
        value[path[0]] = change(value[path[0]])
    elif isinstance(value[path[0]], dict):
        value[path[0]] = dict(value[path[0]])
        _rewrite(value[path[0]], path[1:], change)


def _texts(value: Any) -> Any:
    """Convert booleans among the values to the texts `true` and `false`."""
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


def _switch_off(healthcheck: Any) -> None:
    """`disable` wins over `test`, which may have come from another file."""
    if isinstance(healthcheck, dict) and healthcheck.get("disable") is True:
        healthcheck.pop("test", None)


def _may_grow(service: Json) -> bool:
    """Whether mounts can be added; a value that is not a list is reported by the check that follows."""
    return isinstance(service.get("volumes", []), list)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
