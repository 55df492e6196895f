# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way from files to a Project."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils.stack.convert import ConvertError, convert

from .errors import ComposeError, Path, Source
from .extends import extend
from .format_project import NEWEST, PROJECT
from .format_service import DEPRECATED, FORBIDDEN, UNSUPPORTED
from .interpolation import interpolate
from .merge import merge_all, without
from .modern import Choices, Extras, Ineffective, Lowering
from .normalise import normalise
from .normalise_service import Context
from .schema import Report, shown
from .yaml_reader import Document, read

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


def load(
    files: Sequence[str],
    environment: Mapping[str, str],
    dialect: str = STACK,
    profiles: Sequence[str] = (),
    unsupported: str = "warn",
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

    Raises:
        ComposeError: whatever is wrong, with file and line.
    """
    if not files:
        raise ComposeError("no compose file given")
    choices = Choices(tuple(profiles), unsupported, dialect)
    if dialect == AUTO:
        with suppress(ComposeError):
            return _load(files, environment, replace(choices, dialect=STACK))
        choices = replace(choices, dialect=COMPOSE)
    return _load(files, environment, choices)


def _load(files: Sequence[str], environment: Mapping[str, str], choices: Choices) -> Project:
    try:
        return _Loader(files, environment, choices).load()
    except RecursionError as error:
        raise ComposeError(f"{files[0]}: nested too deeply") from error


class _Loader:
    def __init__(
        self,
        files: Sequence[str],
        environment: Mapping[str, str],
        choices: Choices,
        reading: tuple[str, ...] = (),
    ) -> None:
        self._reading = reading
        self._files = files
        self._environment = environment
        self._choices = choices
        self._modern = choices.dialect == COMPOSE
        self._extras = Extras()
        self._directory = os.path.dirname(os.path.abspath(files[0]))
        self._warnings: list[str] = []
        self._sources: list[Source] = []

    def load(self) -> Project:
        documents = [read_file(name) for name in self._files]
        self._sources = [document.source for document in documents]
        minors = [NEWEST if self._modern else _minor_version(document) for document in documents]
        for document, minor in zip(documents, minors, strict=True):
            if minor != minors[0]:
                text = f"version 3.{minor} differs from the 3.{minors[0]} of {self._files[0]}; make them the same"
                raise document.source.error(("version",), text)
        forms = [self._one_file(document, minors[0]) for document in documents]
        config = merge_all(forms, [self._cleared(document) for document in documents])
        self._check_deployable(config)
        project = Project(config, warnings=self._warnings, name=self._extras.name, dialect=self._choices.dialect)
        project.depends_on = {name: on for name, on in self._extras.depends_on.items() if name in config["services"]}
        project.config_data = self._contents(config, "configs")
        project.secret_data = self._contents(config, "secrets")
        return project

    def _one_file(self, document: Document, minor: int) -> Json:
        source = document.source
        if document.more:
            self._warnings.append(f"{source.file}: only the first YAML document is read")
        data = self._interpolated(document)
        inline = {path for path in self._extras.contents if path[0] in data}
        report = Report(source, minor)
        PROJECT.check(data, (), report)
        if report.problems:
            raise ComposeError(report.problems)
        self._tell_ineffective(data, source)
        form = normalise(data, Context(source, self._directory, self._environment, self._warnings, inline))
        if self._extras.extends:
            form["services"] = extend(form["services"], self._extras.extends, source, self._services_of)
        return form

    def _services_of(self, file: str) -> Json:
        """The services of another file, for those that are based on them."""
        reading = (*self._reading, os.path.abspath(self._files[0]))
        if file in reading:
            raise ComposeError(f"{self._files[0]}: services extend each other across files: {' -> '.join(reading)}")
        other = _Loader([file], self._environment, self._choices, reading)
        services: Json = other._one_file(read_file(file), NEWEST)["services"]
        self._warnings.extend(other._warnings)
        return services

    def _interpolated(self, document: Document) -> Json:
        """The file with its variables replaced, in 3.x form."""
        for path, tag in document.tags.items():
            if not self._modern or tag not in _CLEARING:
                advice = "; the dialect compose gives it one" if tag in _CLEARING else ""
                self._warnings.append(document.source.message(path, f"the tag {tag} has no effect{advice}"))
        if not self._modern:
            _refuse_forbidden(document)
        data: Json = interpolate(document.data, self._environment, document.source, self._warnings, self._modern)
        if not self._modern:
            self._note_order(data)
            return data
        lowering = Lowering(document.source, self._directory, self._environment, self._choices, self._warnings)
        resets = [path for path in self._cleared(document) if document.tags[path] == "!reset"]
        data = lowering.lower(functools.reduce(without, resets, data))
        self._extras.name = lowering.extras.name or self._extras.name
        self._extras.extends = lowering.extras.extends
        self._extras.contents.update(lowering.extras.contents)
        for name, conditions in lowering.extras.depends_on.items():
            self._extras.depends_on.setdefault(name, {}).update(conditions)
        return data

    def _cleared(self, document: Document) -> list[Path]:
        """What a file's tags take out of the files before it."""
        return [path for path, tag in document.tags.items() if self._modern and path and tag in _CLEARING]

    def _note_order(self, data: Json) -> None:
        services = data.get("services")
        for name, service in services.items() if isinstance(services, dict) else ():
            others = service.get("depends_on") if isinstance(service, dict) else None
            for other in others if isinstance(others, list) else ():
                self._extras.depends_on.setdefault(name, {})[str(other)] = "service_started"

    def _tell_ineffective(self, data: Json, source: Source) -> None:
        ineffective = Ineffective(self._choices.unsupported, source, self._warnings)
        for name, service in data.get("services", {}).items():
            for key in service:
                path: Path = ("services", name, key)
                if key in UNSUPPORTED:
                    ineffective.add(path, f"has no effect in a swarm: {UNSUPPORTED[key]}")
                elif key in DEPRECATED:
                    ineffective.add(path, f"has no effect: {DEPRECATED[key]}")
                elif key == "oom_score_adj":
                    ineffective.add(path, "has no effect: the docker CLI drops it")
                elif key == "restart" and "restart_policy" in (service.get("deploy") or {}):
                    ineffective.add(path, "has no effect beside deploy.restart_policy")
                elif key == "restart" and self._choices.unsupported != "ignore":
                    text = "deploy.restart_policy is the swarm's word for it; it is used because that is not set"
                    self._warnings.append(source.message(path, text))
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
        return self._sources[0].message(path, text)

    def _contents(self, config: Json, section: str) -> dict[str, bytes]:
        problems = []
        result = {}
        for key, value in config.get(section, {}).items():
            if (section, key) in self._extras.contents and "file" not in value:
                result[key] = self._extras.contents[section, key]
            if value.get("external") or "file" not in value:
                continue
            try:
                with open(value["file"], "rb") as file:
                    result[key] = file.read()
            except (OSError, ValueError) as error:
                reason = error.strerror if isinstance(error, OSError) else str(error)
                problems.append(self._message((section, key, "file"), f"{value['file']} cannot be read: {reason}"))
        if problems:
            raise ComposeError(problems)
        return result


def read_file(name: str) -> Document:
    """Read one compose file."""
    try:
        with open(name, "rb") as file:
            text = file.read()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ComposeError(f"{name}: the compose file cannot be read: {reason}") from error
    return read(text, name)


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
