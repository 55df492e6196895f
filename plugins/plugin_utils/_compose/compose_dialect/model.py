# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.
"""Read the files of a project into one tree: the documents of each file in order, with `extends` and `include`,
merged one by one.

A document is interpolated, its services get their bases, what its tags clear is taken out of the documents before it,
what it includes joins it, and then it is merged and written out in long form. Nothing is checked here but what these
steps need. Source: what docker compose 2.40 prints.
"""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.clearing import (
    clear,
    cleared_paths,
    drop_reset_values,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.expansion import expand
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.extends import Extender, Services
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.include import (
    Include,
    join,
    parse_includes,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.long_forms import write_out
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.merge_trees import merge
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.paths import resolve_paths
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.unique import drop_repeated
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.env_files import project_variables
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path, Source
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.pruning import take_out
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.sources import Reader, content
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.tree import (
    Items,
    Map,
    copied,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.yaml_reader import Document, read_all


def load_model(
    files: Sequence[str],
    directory: str,
    environment: Mapping[str, str],
    read: Reader,
    warnings: list[str],
    relative_sources: dict[str, str],
    problems: list[str],
    parsed: Mapping[str, Document],
) -> Map:
    """The files of a project as one tree in long form; relative paths stay as they are.

    Args:
        files: paths; later files change what earlier ones say.
        directory: the project's, where relative paths begin.
        environment: variables for interpolation.
        warnings: collects sentences.
        relative_sources: as of paths.resolve_paths.
        problems: collects what cannot be interpolated, which the tree is then without.
        parsed: files that need not be parsed again, by name.

    Raises:
        ComposeError: what cannot be read, interpolated or merged.
    """
    return _Model(directory, environment, read, warnings, relative_sources, (), problems, parsed).load(
        [(name, os.path.abspath(name)) for name in files]
    )


class _Model:
    def __init__(
        self,
        directory: str,
        environment: Mapping[str, str],
        read: Reader,
        warnings: list[str],
        relative_sources: dict[str, str],
        reading: tuple[str, ...],
        problems: list[str],
        parsed: Mapping[str, Document],
    ) -> None:
        self._directory = directory
        self._environment = environment
        self._read = read
        self._warnings = warnings
        self._relative_sources = relative_sources
        self._reading = reading
        self._problems = problems
        self._parsed = parsed
        self._extended: dict[str, Services] = {}

    def load(self, files: Sequence[tuple[str, str]]) -> Map:
        model = Map()
        for name, path in files:
            for document in self._documents(name):
                model = self._added(model, document, path)
        return model

    def _documents(self, name: str) -> list[Document]:
        if name in self._parsed:
            tree = copied(self._parsed[name].data)
            return [Document(tree, Source(name, tree))]
        documents = read_all(content(name, self._read, "compose file"), name)
        for document in documents:
            for path, tag in document.tags.items():
                if tag not in ("!reset", "!override"):
                    self._warnings.append(document.source.message(path, f"the tag {tag} has no effect"))
        return documents

    def _added(self, model: Map, document: Document, path: str) -> Map:
        tree = self._interpolated(document)
        services = tree.get("services")
        if isinstance(services, Map):
            Extender(self._services_of).extend_all(Services(services, cleared_paths(document), path, self._directory))
        for place in cleared_paths(document):
            clear(model, place)
        includes = parse_includes(tree.get("include"), document.source, self._directory)
        tree.pop("include", None)
        for include in includes:
            join(tree, self._included(include, path), include)
        return _merged(model, tree)

    def _interpolated(self, document: Document) -> Map:
        problems: list[str] = []
        tree = document.data
        for holder, key, path in _templates(tree, ()):
            try:
                holder[key] = expand(holder[key], self._environment)
            except ValueError as error:  # noqa: PERF203 - all of them are told
                problems.append(document.source.message(path, str(error)))
        if problems:
            self._problems += [problem for problem in problems if problem not in self._problems]
            if not take_out(tree, document.source.paths(problems)):
                raise ComposeError(self._problems)
        drop_reset_values(tree, document)
        return tree

    def _services_of(self, file: str) -> Services:
        """The services of another file, for services that extend them."""
        if file not in self._extended:
            model = Map()
            cleared: list[Path] = []
            for document in self._documents(file):
                tree = self._interpolated(document)
                tree.pop("include", None)
                for path in cleared_paths(document):
                    clear(model, path)
                    cleared.append(path)
                model = _merged(model, tree)
            folder = os.path.relpath(os.path.dirname(file), self._directory)
            resolve_paths(model, folder, self._directory, self._environment, self._relative_sources)
            services = model.get("services")
            trees = services if isinstance(services, Map) else Map()
            self._extended[file] = Services(trees, cleared, file, self._directory)
        return self._extended[file]

    def _included(self, include: Include, path: str) -> Map:
        """Read an included project with its own files and variables."""
        reading = (*self._reading, path)
        if include.files[0] in reading:
            circle = " -> ".join([*reading[reading.index(include.files[0]) :], include.files[0]])
            raise include.source.error(include.path, f"files include each other: {circle}")
        variables = project_variables(include.directory, include.env_files, self._environment, self._read)
        other = _Model(
            include.directory,
            variables,
            self._read,
            self._warnings,
            self._relative_sources,
            reading,
            self._problems,
            self._parsed,
        )
        model = other.load([(file, file) for file in include.files])
        folder = include.directory if include.fixed else os.path.relpath(include.directory, self._directory)
        resolve_paths(model, folder, self._directory, variables, self._relative_sources)
        _resolve_variables(model, variables)
        return model


def _templates(value: Any, path: Path) -> Iterator[tuple[Any, Any, Path]]:
    """The texts in a tree that may contain variables: the mapping or list, the key or index, and the path."""
    entries: list[tuple[Any, Any]] = list(value.items() if isinstance(value, Map) else enumerate(value))
    for key, item in entries:
        if isinstance(item, str):
            if "$" in item:
                yield value, key, (*path, key)
        elif isinstance(item, (Map, Items)):
            yield from _templates(item, (*path, key))


def _merged(model: Map, tree: Map) -> Map:
    result = merge(model, tree)
    drop_repeated(result)
    write_out(result)
    drop_repeated(result)
    return result


def _resolve_variables(model: Map, variables: Mapping[str, str]) -> None:
    """Fill in names without a value in `environment`, of services, configs and secrets, from the project's
    variables."""
    services = model.get("services")
    for service in services.values() if isinstance(services, Map) else ():
        names = service.get("environment") if isinstance(service, Map) else None
        if isinstance(names, Items):
            for index, name in enumerate(names):
                if isinstance(name, str) and name in variables:
                    names[index] = f"{name}={variables[name]}"
    for section in ("configs", "secrets"):
        objects = model.get(section)
        for value in objects.values() if isinstance(objects, Map) else ():
            name = value.get("environment") if isinstance(value, Map) else None
            if isinstance(name, str) and name in variables:
                value.put("content", variables[name], value.places["environment"])
                del value["environment"]
