# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Read a project as docker compose does: the files are merged as trees first, then the active services are checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.model import load_model
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.modern import Lowering
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.paths import resolve_paths
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.profiles import active_part
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.env_files import container_variables
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path, Source
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.normalise import normalise
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.normalise_service import Context
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.pruning import take_out
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.reading import Choices, Extras, Reading
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.schema import TODAY, Report
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.sources import Reader
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.format import PROJECT
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.ineffective import Ineffective
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.project import tell_ineffective
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.tree import Map

Json = dict[str, Any]

_PROJECT_NAME = "COMPOSE_PROJECT_NAME"
_PROFILES = "COMPOSE_PROFILES"


def load_compose(files: Sequence[str], environment: Mapping[str, str], choices: Choices, directory: str) -> Reading:
    """Read and merge the files, and check the active part of the result.

    Raises:
        ComposeError: whatever is wrong with them.
    """
    warnings: list[str] = []
    relative: dict[str, str] = {}
    if choices.name and _PROJECT_NAME not in environment:
        environment = {**environment, _PROJECT_NAME: choices.name}
    problems: list[str] = []
    faults: list[Path] = []
    while True:
        kept = list(warnings)
        model = load_model(files, directory, environment, choices.read, warnings, relative, problems, choices.documents)
        if not model:
            raise ComposeError(f"{files[0]}: the top level must be a mapping with keys such as services and networks")
        source = Source(files[0], model)
        take_out(model, faults)
        found: list[str] = []
        reading = _lowered(model, source, environment, choices, directory, warnings, relative, found)
        if reading is not None:
            reading.problems = problems
            return reading
        more = [path for path in source.paths(found) if path not in faults]
        problems += [problem for problem in found if problem not in problems]
        if not more:
            raise ComposeError(problems)
        # All is read anew without what is wrong, and tells its warnings again.
        faults += more
        warnings[:] = kept


def _lowered(
    model: Map,
    source: Source,
    environment: Mapping[str, str],
    choices: Choices,
    directory: str,
    warnings: list[str],
    relative: dict[str, str],
    problems: list[str],
) -> Reading | None:
    """The active part of the files, checked and in canonical form; None if there are faults, which are collected."""
    try:
        return _reading(model, source, environment, choices, directory, warnings, relative)
    except ComposeError as error:
        problems += error.problems
        return None


def _reading(
    model: Map,
    source: Source,
    environment: Mapping[str, str],
    choices: Choices,
    directory: str,
    warnings: list[str],
    relative: dict[str, str],
) -> Reading:
    # Where none is chosen the empty one is, which `profiles: ["${UNSET}"]` then names.
    profiles = choices.profiles or [name.strip() for name in environment.get(_PROFILES, "").split(",")]
    model = active_part(model, profiles, choices.contents)
    resolve_paths(model, directory, directory, environment, relative)
    source.look_at(model)
    lowering = Lowering(source, environment, choices, warnings)
    data = lowering.lower(model)
    report = Report(source, TODAY)
    PROJECT.check(data, (), report)
    if report.problems:
        raise ComposeError(report.problems)
    tell_ineffective(data, choices, source, warnings, Ineffective(choices.unsupported, source, warnings))
    inline = {*lowering.extras.contents, *choices.contents}
    context = Context(source, directory, environment, warnings, inline, True, choices.read, relative)
    config = normalise(data, context)
    for name, service in config["services"].items():
        _add_variables(name, service, lowering.extras, environment, choices.read, source)
        _add_labels(name, service, lowering.extras, environment, choices.read, source)
    return Reading(config, lowering.extras, source.message, [model], directory, warnings, relative)


def _add_variables(
    name: str, service: Json, extras: Extras, environment: Mapping[str, str], read: Reader, source: Source
) -> None:
    """Add the variables of a service's env_file; its own `environment` has precedence."""
    env_files = extras.env_files.get(name)
    if not env_files:
        return
    own = service.get("environment", {})
    known = {**environment, **{key: value for key, value in own.items() if value is not None}}
    try:
        found = container_variables(env_files, known, read)
    except ComposeError as error:
        raise source.error(("services", name, "env_file"), str(error)) from None
    if found or own:
        service["environment"] = {**found, **own}


def _add_labels(
    name: str, service: Json, extras: Extras, environment: Mapping[str, str], read: Reader, source: Source
) -> None:
    """Add the labels of a service's label_file; its own `labels` have precedence."""
    files = extras.label_files.get(name)
    if not files:
        return
    try:
        found = container_variables([{"path": file} for file in files], environment, read, "label_file")
    except ComposeError as error:
        raise source.error(("services", name, "label_file"), str(error)) from None
    labels = {**found, **service.get("labels", {})}
    if labels:
        service["labels"] = labels
