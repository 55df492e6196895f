# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The way from files to a Project."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import ConvertError, convert
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.extends import extend
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.include import Include, join
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.modern import (
    STARTED,
    Choices,
    Extras,
    Lowering,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.env_files import (
    container_variables,
    project_variables,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path, Source, dotted
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.keys import FORBIDDEN
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.normalise import normalise
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.normalise_service import Context
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.schema import TODAY, Report, shown
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.sources import Reader, content, from_disk, reason
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.format import NEWEST, PROJECT
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.ineffective import Ineffective
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.interpolation import interpolate
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.letter_case import OpenMappings
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.merge import merge_all, without
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.yaml_reader import Document, read

Json = dict[str, Any]

STACK = "stack"
COMPOSE = "compose"
AUTO = "auto"

_CLEARING = ("!reset", "!override")


@dataclass
class Project:
    """A loaded project; see the package's docstring."""

    config: Json
    config_data: dict[str, bytes] = field(default_factory=dict)
    secret_data: dict[str, bytes] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    name: str | None = None
    depends_on: dict[str, dict[str, str]] = field(default_factory=dict)
    dialect: str = STACK
    directory: str = ""
    relative_sources: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)


def load(
    files: Sequence[str],
    environment: Mapping[str, str],
    dialect: str = STACK,
    profiles: Sequence[str] = (),
    unsupported: str = "warn",
    contents: Mapping[tuple[str, str], bytes] | None = None,
    read: Reader = from_disk,
) -> Project:
    """Read, check and merge compose files.

    Args:
        files: paths; later files change what earlier ones say.
        environment: variables for interpolation and for `environment` entries without a value.
        dialect: `stack` takes what `docker stack deploy` takes; `compose` also what the Compose
            Specification has had since (see modern.py), whatever `version` says; `auto` is `stack` for what
            that takes, and `compose` for all else.
        profiles: active profiles, in the dialect `compose`.
        unsupported: `error`, `warn` or `ignore` keys that swarm has nothing for.
        contents: content of configs and secrets, by section (`configs`, `secrets`) and key; wins over the files.
        read: how all files are read.

    Raises:
        ComposeError: whatever is wrong, with file and line.
    """
    if not files:
        raise ComposeError("no compose file given")
    choices = Choices(tuple(profiles), unsupported, dialect, contents or {}, read)
    if dialect == AUTO:
        with suppress(ComposeError):
            return _load(files, environment, replace(choices, dialect=STACK))
        choices = replace(choices, dialect=COMPOSE)
    return _load(files, environment, choices)


def _load(files: Sequence[str], environment: Mapping[str, str], choices: Choices) -> Project:
    try:
        directory = os.path.dirname(os.path.abspath(files[0]))
        return _Loader(files, environment, choices, directory).load()
    except RecursionError as error:
        raise ComposeError(f"{files[0]}: nested too deeply") from error


class _Loader:
    def __init__(
        self,
        files: Sequence[str],
        environment: Mapping[str, str],
        choices: Choices,
        directory: str,
        reading: tuple[str, ...] = (),
    ) -> None:
        self._reading = (*reading, os.path.abspath(files[0]))
        self._files = files
        self._environment = environment
        self._choices = choices
        self._modern = choices.dialect == COMPOSE
        self._extras = Extras()
        self._directory = directory
        self._warnings: list[str] = []
        self._sources: list[Source] = []
        self._relative_sources: dict[str, str] = {}

    def load(self) -> Project:
        config = self._config()
        self._check_contents(config)
        self._check_deployable(config)
        project = Project(config, warnings=self._warnings, name=self._extras.name, dialect=self._choices.dialect)
        project.depends_on = self._order(config)
        project.directory = self._directory
        project.relative_sources = self._relative_sources
        project.places = self._places()
        project.config_data = self._contents(config, "configs")
        project.secret_data = self._contents(config, "secrets")
        return project

    def _config(self) -> Json:
        """The files as one, with what they include."""
        documents = [self._document(name) for name in self._files]
        self._sources = [document.source for document in documents]
        minors = [TODAY if self._modern else _minor_version(document) for document in documents]
        for document, minor in zip(documents, minors, strict=True):
            if minor != minors[0]:
                text = f"version 3.{minor} differs from the 3.{minors[0]} of {self._files[0]}; make them the same"
                raise document.source.error(("version",), text)
        forms = [self._one_file(document, minors[0]) for document in documents]
        config = merge_all(forms, [self._cleared(document) for document in documents])
        config["services"] = {name: self._with_variables(name, item) for name, item in config["services"].items()}
        for include in self._extras.includes:
            config = join(config, self._included(include), include)
        return config

    def _document(self, name: str) -> Document:
        return read(content(name, self._choices.read, "compose file"), name)

    def _one_file(self, document: Document, minor: int) -> Json:
        source = document.source
        if document.more:
            self._warnings.append(f"{source.file}: only the first YAML document is read")
        extras, data = self._interpolated(document)
        inline = {*extras.contents, *self._choices.contents}
        ineffective = Ineffective(self._choices.unsupported, source, self._warnings)
        if not self._modern:
            data = OpenMappings(source, minor, ineffective.add).settle(data)
        report = Report(source, minor)
        PROJECT.check(data, (), report)
        if report.problems:
            raise ComposeError(report.problems)
        self._tell_ineffective(data, source, ineffective)
        context = Context(
            source, self._directory, self._environment, self._warnings, inline, self._modern, self._choices.read
        )
        context.relative_sources = self._relative_sources
        form = normalise(data, context)
        for name, env_files in extras.env_files.items():
            form["services"][name]["env_file"] = env_files
        if extras.extends:
            form["services"] = extend(form["services"], extras.extends, source, self._services_of)
        self._remember(extras)
        return form

    def _remember(self, extras: Extras) -> None:
        self._extras.name = extras.name or self._extras.name
        self._extras.contents.update(extras.contents)
        self._extras.includes += extras.includes
        self._extras.optional |= extras.optional
        for name, conditions in extras.depends_on.items():
            self._extras.depends_on.setdefault(name, {}).update(conditions)

    def _services_of(self, file: str) -> Json:
        """The services of another file, for those that are based on them."""
        if file in self._reading:
            circle = " -> ".join(self._reading)
            raise ComposeError(f"{self._files[0]}: services extend each other across files: {circle}")
        other = _Loader([file], self._environment, self._choices, os.path.dirname(file), self._reading)
        services: Json = other._one_file(other._document(file), TODAY)["services"]
        self._relative_sources.update(other._relative_sources)
        self._warnings.extend(other._warnings)
        return services

    def _included(self, include: Include) -> Json:
        """Another project, as its own files and variables make it."""
        files = include.files
        if files[0] in self._reading:
            circle = " -> ".join([*self._reading[self._reading.index(files[0]) :], files[0]])
            raise include.source.error(include.path, f"files include each other: {circle}")
        variables = project_variables(include.directory, include.env_files, self._environment, self._choices.read)
        other = _Loader(files, variables, self._choices, include.directory, self._reading)
        config = other._config()
        self._remember(replace(other._extras, name=None, includes=[]))
        self._relative_sources.update(other._relative_sources)
        self._warnings.extend(other._warnings)
        self._sources = [*other._sources, *self._sources]
        return config

    def _with_variables(self, name: str, service: Json) -> Json:
        """The service with what its env_file gives, in today's dialect; its own `environment` wins."""
        if not self._modern or not service.get("env_file"):
            return service
        rest = {key: value for key, value in service.items() if key != "env_file"}
        try:
            found = container_variables(service["env_file"], self._environment, self._choices.read)
        except ComposeError as error:
            raise ComposeError(self._message(("services", name, "env_file"), str(error))) from None
        environment = {**found, **service.get("environment", {})}
        return {**rest, "environment": environment} if environment else rest

    def _interpolated(self, document: Document) -> tuple[Extras, Json]:
        """The file with its variables replaced, in 3.x form, and what it says beyond that form."""
        for path, tag in document.tags.items():
            if not self._modern or tag not in _CLEARING:
                advice = "; the dialect compose gives it one" if tag in _CLEARING else ""
                self._warnings.append(document.source.message(path, f"the tag {tag} has no effect{advice}"))
        if not self._modern:
            _refuse_forbidden(document)
        data: Json = interpolate(document.data, self._environment, document.source, self._warnings, self._modern)
        if not self._modern:
            return Extras(depends_on=_old_order(data)), data
        lowering = Lowering(document.source, self._directory, self._environment, self._choices, self._warnings)
        resets = [path for path in self._cleared(document) if document.tags[path] == "!reset"]
        data = lowering.lower(functools.reduce(without, resets, data))
        return lowering.extras, data

    def _cleared(self, document: Document) -> list[Path]:
        """What a file's tags take out of the files before it."""
        return [path for path, tag in document.tags.items() if self._modern and path and tag in _CLEARING]

    def _order(self, config: Json) -> dict[str, dict[str, str]]:
        """What each service waits for. The CLI never looks at it: its dialect only warns of what is missing."""
        services = config["services"]
        problems = []
        result: dict[str, dict[str, str]] = {}
        for name, conditions in self._extras.depends_on.items():
            for other, condition in conditions.items() if name in services else ():
                if other in services:
                    result.setdefault(name, {})[other] = condition
                elif (name, other) not in self._extras.optional:
                    text = f'there is no service "{other}" to wait for'
                    problems.append(self._message(("services", name, "depends_on", other), text))
        if problems and self._modern:
            advice = "; define it, activate its profile, or say required: false"
            raise ComposeError([problem + advice for problem in problems])
        self._warnings += problems
        return result

    def _tell_ineffective(self, data: Json, source: Source, ineffective: Ineffective) -> None:
        ineffective.tell(data)
        for name, service in data.get("services", {}).items():
            path: Path = ("services", name)
            if "restart" in service and "restart_policy" in (service.get("deploy") or {}):
                ineffective.add((*path, "restart"), "has no effect beside deploy.restart_policy")
            elif "restart" in service and self._choices.unsupported != "ignore":
                text = "deploy.restart_policy is the swarm's word for it; it is used because that is not set"
                self._warnings.append(source.message((*path, "restart"), text))
            if "tmpfs" in service:
                text = "has no effect, as in the docker CLI; the dialect compose mounts it"
                ineffective.add((*path, "tmpfs"), text)
        ineffective.raise_any()

    def _check_deployable(self, config: Json) -> None:
        try:
            convert(config, "stack")
        except ConvertError as error:
            raise ComposeError([self._message(path, text) for path, text in error.problems]) from error

    def _message(self, path: Path, text: str) -> str:
        """Located in the last file that has the path, or most of it."""
        for end in range(len(path), 0, -1):
            for source in reversed(self._sources):
                if path[:end] in source.lines:
                    return source.message(path, text)
        return self._sources[-len(self._files)].message(path, text)

    def _places(self) -> dict[str, str]:
        """File and line of each key, by dotted path; of a key in several files, the last counts."""
        return {
            dotted(path): f"{source.file}:{line}" for source in self._sources for path, line in source.lines.items()
        }

    def _check_contents(self, config: Json) -> None:
        problems = []
        for section, key in self._choices.contents:
            value = config.get(section, {}).get(key)
            if value is None:
                problems.append(f"content is given for {section[:-1]} {key}, which the files do not define")
            elif value.get("external") or value.get("driver"):
                problems.append(f"content is given for {section[:-1]} {key}, which is external or has a driver")
        if problems:
            raise ComposeError(problems)

    def _contents(self, config: Json, section: str) -> dict[str, bytes]:
        problems = []
        result = {}
        known = {**self._extras.contents, **self._choices.contents}
        for key, value in config.get(section, {}).items():
            if (section, key) in known and "file" not in value:
                result[key] = known[section, key]
            if value.get("external") or "file" not in value:
                continue
            try:
                result[key] = self._choices.read(value["file"])
            except (OSError, ValueError) as error:
                text = f"{value['file']} cannot be read: {reason(error)}"
                problems.append(self._message((section, key, "file"), text))
        if problems:
            raise ComposeError(problems)
        return result


def _old_order(data: Json) -> dict[str, dict[str, str]]:
    result: dict[str, dict[str, str]] = {}
    services = data.get("services")
    for name, service in services.items() if isinstance(services, dict) else ():
        others = service.get("depends_on") if isinstance(service, dict) else None
        if isinstance(others, list):
            result[name] = {str(other): STARTED for other in others}
    return result


def _minor_version(document: Document) -> int:
    version = document.data.get("version", "")
    if not isinstance(version, str):
        text = f'must be a string, not {shown(version)}; put it in quotes, "{version}", or remove the line'
        raise document.source.error(("version",), text)
    if version in ("", "3"):
        return NEWEST
    major, _dot, minor = version.partition(".")
    if major != "3" or minor not in [str(number) for number in range(NEWEST + 1)]:
        text = f'"{version}" is not a version swarm can deploy; use "3.0" to "3.{NEWEST}", or remove the line'
        raise document.source.error(("version",), text)
    return int(minor)


def _refuse_forbidden(document: Document) -> None:
    services = document.data.get("services")
    if not isinstance(services, dict):
        return
    problems = [
        document.source.message(("services", name, key), f"cannot be used in a swarm: {FORBIDDEN[key]}")
        for name, service in services.items()
        if isinstance(service, dict)
        for key in service
        if key in FORBIDDEN
    ]
    if problems:
        raise ComposeError(problems)
