# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Load compose files into a Project."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.order import find_cycle
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import ConvertError, convert
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.project import (
    load_compose,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.pruning import without_faults
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.reading import Choices, Reading
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.sources import Reader, from_disk, reason
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.project import load_stack
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.tree import Map, note_places
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.two_readings import differences

Json = dict[str, Any]

STACK = "stack"
COMPOSE = "compose"
AUTO = "auto"


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
    trees: list[Map] = field(default_factory=list)

    @property
    def places(self) -> dict[str, str]:
        """File and line of each key, by dotted path; for a key in several files, the last one."""
        found: dict[str, str] = {}
        for tree in self.trees:
            note_places(tree, found)
        return found


def load(
    files: Sequence[str],
    environment: Mapping[str, str],
    dialect: str = STACK,
    profiles: Sequence[str] = (),
    unsupported: str = "warn",
    contents: Mapping[tuple[str, str], bytes] | None = None,
    read: Reader = from_disk,
    name: str | None = None,
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
        name: the stack's, if it is known; in the dialect `compose` it is the variable COMPOSE_PROJECT_NAME.

    Raises:
        ComposeError: whatever is wrong, with file and line.
    """
    if not files:
        raise ComposeError("no compose file given")
    choices = Choices(tuple(profiles), unsupported, dialect, contents or {}, read, name)
    if dialect == AUTO:
        with suppress(ComposeError):
            return _load_as_stack(files, environment, replace(choices, dialect=STACK))
        choices = replace(choices, dialect=COMPOSE)
    return _project(_read(files, environment, choices), choices)


def _load_as_stack(files: Sequence[str], environment: Mapping[str, str], choices: Choices) -> Project:
    """The project as `docker stack deploy` reads it, with warnings where docker compose reads something else.

    Raises:
        ComposeError: files that `docker stack deploy` would not take.
    """
    reading = _read(files, environment, choices)
    project = _project(reading, choices)
    with suppress(ComposeError):
        # What docker compose refuses can only be meant for docker stack deploy.
        other = _read(files, environment, replace(choices, dialect=COMPOSE, unsupported="ignore"))
        if not other.problems:
            project.warnings += differences(reading, other)
    return project


def _read(files: Sequence[str], environment: Mapping[str, str], choices: Choices) -> Reading:
    try:
        read = load_compose if choices.dialect == COMPOSE else load_stack
        return read(files, environment, choices, os.path.dirname(os.path.abspath(files[0])))
    except RecursionError as error:
        raise ComposeError(f"{files[0]}: nested too deeply") from error


def _project(reading: Reading, choices: Choices) -> Project:
    """Build the project, if it can run in a swarm. All faults are reported together, after all checks."""
    problems, extras = reading.problems, reading.extras
    _keep(problems, lambda: _check_contents(reading.config, choices))
    reading.config = config = _deployable(reading.config, reading)
    project = Project(config, warnings=reading.warnings, name=extras.name, dialect=choices.dialect)
    _keep(problems, lambda: project.depends_on.update(_order(reading, choices)))
    project.directory = reading.directory
    project.relative_sources = reading.relative_sources
    project.trees = reading.trees
    for section, contents in (("configs", project.config_data), ("secrets", project.secret_data)):
        _keep(problems, partial(_read_contents, contents, reading, choices, section))
    if problems:
        error = ComposeError(problems)
        error.partial = project
        raise error
    return project


def _keep(problems: list[str], stage: Callable[[], None]) -> None:
    """Collect the faults of a stage, and continue."""
    try:
        stage()
    except ComposeError as error:
        problems += [problem for problem in error.problems if problem not in problems]


def _order(reading: Reading, choices: Choices) -> dict[str, dict[str, str]]:
    """The dependencies of each service. The CLI ignores depends_on, so its dialect only warns of missing services."""
    services = reading.config["services"]
    problems = []
    result: dict[str, dict[str, str]] = {}
    for name, conditions in reading.extras.depends_on.items():
        for other, condition in conditions.items() if name in services else ():
            if other in services:
                result.setdefault(name, {})[other] = condition
            elif (name, other) not in reading.extras.optional:
                text = f'there is no service "{other}" to wait for'
                problems.append(reading.message(("services", name, "depends_on", other), text))
    if problems and choices.dialect == COMPOSE:
        advice = "; define it, activate its profile, or say required: false"
        raise ComposeError([problem + advice for problem in problems])
    reading.warnings += problems
    circle = find_cycle(result) if choices.dialect == COMPOSE else []
    if circle:
        text = f"services wait for each other: {' -> '.join(circle)}; take one of these depends_on away"
        raise ComposeError(reading.message(("services", circle[0], "depends_on", circle[1]), text))
    return result


def _deployable(config: Json, reading: Reading) -> Json:
    """The project without the parts that cannot be deployed, whose faults are collected."""
    try:
        convert(config, "stack")
    except ConvertError as error:
        found = [reading.message(path, text) for path, text in error.problems]
        reading.problems += [problem for problem in found if problem not in reading.problems]
        rest = without_faults(config, [path for path, _text in error.problems])
    else:
        return config
    if rest is None:
        raise ComposeError(reading.problems)
    return _deployable(rest, reading)


def _check_contents(config: Json, choices: Choices) -> None:
    problems = []
    for section, key in choices.contents:
        value = config.get(section, {}).get(key)
        if value is None:
            problems.append(f"content is given for {section[:-1]} {key}, which the files do not define")
        elif value.get("external") or value.get("driver"):
            problems.append(f"content is given for {section[:-1]} {key}, which is external or has a driver")
    if problems:
        raise ComposeError(problems)


def _read_contents(result: dict[str, bytes], reading: Reading, choices: Choices, section: str) -> None:
    problems = []
    known = {**reading.extras.contents, **choices.contents}
    for key, value in reading.config.get(section, {}).items():
        if (section, key) in known and "file" not in value:
            result[key] = known[section, key]
        if value.get("external") or "file" not in value:
            continue
        try:
            result[key] = choices.read(value["file"])
        except (OSError, ValueError) as error:
            path: Path = (section, key, "file")
            problems.append(reading.message(path, f"{value['file']} cannot be read: {reason(error)}"))
            # That it is empty would not be true.
            result[key] = b"unread"
    if problems:
        raise ComposeError(problems)
