# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Read a project as `docker stack deploy` does: each file in canonical form, then merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path, Source
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.keys import FORBIDDEN
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.normalise import normalise
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.normalise_service import Context
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.pruning import without_faults
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.reading import STARTED, Choices, Extras, Reading
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.schema import Report, shown
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.sources import content
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.format import NEWEST, PROJECT
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.ineffective import Ineffective
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.interpolation import interpolate
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.letter_case import OpenMappings
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.merge import merge_all
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.yaml_reader import Document, read

Json = dict[str, Any]


def load_stack(files: Sequence[str], environment: Mapping[str, str], choices: Choices, directory: str) -> Reading:
    """Read, check and merge the files.

    Raises:
        ComposeError: whatever is wrong with them.
    """
    return _Stack(environment, choices, directory).load(files)


class _Stack:
    def __init__(self, environment: Mapping[str, str], choices: Choices, directory: str) -> None:
        self._environment = environment
        self._choices = choices
        self._directory = directory
        self._extras = Extras()
        self._warnings: list[str] = []
        self._sources: list[Source] = []
        self._relative_sources: dict[str, str] = {}
        self._problems: list[str] = []

    def load(self, files: Sequence[str]) -> Reading:
        documents = [read(content(name, self._choices.read, "compose file"), name) for name in files]
        for name, document in zip(files, documents, strict=True):
            if not document.more and not document.tags:
                self._choices.documents[name] = document
        self._sources = [document.source for document in documents]
        minors = [_minor_version(document) for document in documents]
        for document, minor in zip(documents, minors, strict=True):
            if minor != minors[0]:
                text = f"version 3.{minor} differs from the 3.{minors[0]} of {files[0]}; make them the same"
                raise document.source.error(("version",), text)
        config = merge_all([self._without_faults(document, minors[0]) for document in documents])
        return Reading(
            config,
            self._extras,
            self._message,
            [document.data for document in documents],
            self._directory,
            self._warnings,
            self._relative_sources,
            self._problems,
        )

    def _without_faults(self, document: Document, minor: int) -> Json:
        """A file without its faulty parts, whose faults are collected: every stage reports its faults, not only the
        first."""
        warnings = list(self._warnings)
        try:
            return self._one_file(document, minor)
        except ComposeError as error:
            self._problems += [problem for problem in error.problems if problem not in self._problems]
            data = without_faults(document.data, document.source.paths(error.problems))
        if data is None:
            raise ComposeError(self._problems)
        # The next look tells them again.
        self._warnings[:] = warnings
        return self._without_faults(replace(document, data=data), minor)

    def _one_file(self, document: Document, minor: int) -> Json:
        source = document.source
        if document.more:
            self._warnings.append(f"{source.file}: only the first YAML document is read")
        for path, tag in document.tags.items():
            advice = "; the dialect compose gives it one" if tag in ("!reset", "!override") else ""
            self._warnings.append(source.message(path, f"the tag {tag} has no effect{advice}"))
        _refuse_forbidden(document)
        data: Json = interpolate(document.data, self._environment, source, self._warnings)
        for name, conditions in _old_order(data).items():
            self._extras.depends_on.setdefault(name, {}).update(conditions)
        ineffective = Ineffective(self._choices.unsupported, source, self._warnings)
        data = OpenMappings(source, minor, ineffective.add).settle(data)
        report = Report(source, minor)
        PROJECT.check(data, (), report)
        if report.problems:
            raise ComposeError(report.problems)
        tell_ineffective(data, self._choices, source, self._warnings, ineffective)
        context = Context(
            source,
            self._directory,
            self._environment,
            self._warnings,
            self._choices.contents,
            read=self._choices.read,
            relative_sources=self._relative_sources,
        )
        return normalise(data, context)

    def _message(self, path: Path, text: str) -> str:
        """Find the place in the last file that contains the path, or the longest part of it."""
        best = max(source.known(path) for source in self._sources)
        sources = [source for source in self._sources if source.known(path) == best]
        return (sources[-1] if best else sources[0]).message(path, text)


def tell_ineffective(
    data: Json, choices: Choices, source: Source, warnings: list[str], ineffective: Ineffective
) -> None:
    """Report the keys of a checked file that have no effect in a swarm.

    Raises:
        ComposeError: if the choice is to refuse them.
    """
    ineffective.tell(data)
    for name, service in data.get("services", {}).items():
        path: Path = ("services", name)
        if "restart" in service and "restart_policy" in (service.get("deploy") or {}):
            ineffective.add((*path, "restart"), "has no effect beside deploy.restart_policy")
        elif "restart" in service and choices.unsupported != "ignore":
            text = "deploy.restart_policy is the swarm's word for it; it is used because that is not set"
            warnings.append(source.message((*path, "restart"), text))
        if "tmpfs" in service:
            ineffective.add((*path, "tmpfs"), "has no effect, as in the docker CLI; the dialect compose mounts it")
    ineffective.raise_any()


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
