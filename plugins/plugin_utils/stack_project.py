# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a stack's compose files on the controller: for a deploy, and for the check before it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.deploy_request import desired_by, preflight_by
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.examine import examine, subject_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.request import LoadedProject
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.sensitive import NOT_FROM_VAULTS, Sensitive
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import ComposeError, Project, load
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.env_files import project_variables
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import in_order
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.loader import STACK
from ansible_collections.dockyard.swarm.plugins.plugin_utils.vaulted import (
    VaultedFiles,
    named_secrets,
    sensitive_parts,
    vaulted_values,
)


class ProjectError(Exception):
    """The files do not make a valid project; has all reasons, with sensitive values masked."""


@dataclass(frozen=True)
class ReadProject:
    """A project read from its files.

    Attributes:
        project: as the loader returned it.
        loaded: as it is sent to a manager.
        sensitive: the values that came from a vault.
    """

    project: Project
    loaded: LoadedProject
    sensitive: Sensitive


def read_project(
    options: Mapping[str, Any],
    task_vars: Mapping[str, Any],
    find: Callable[[str, str], str],
    decrypt: Callable[[str], bytes],
) -> ReadProject:
    """Read the files.

    Args:
        options: the validated options of the module `stack`.
        task_vars: the play's variables; values from vaults are searched in them.
        find: takes a path and a description of the file; returns its path on the controller.
        decrypt: takes a path; returns the file's decrypted content.

    Raises:
        ProjectError: the files are invalid.
    """
    stack = f"stack {options['name']}" if options["name"] else "stack"
    if not options["files"]:
        raise ProjectError(f"{stack}: state present needs files, the compose files to deploy")
    files = [find(path, "compose file") for path in options["files"]]
    env_files = [find(path, "env file") for path in options["env_files"]]
    given = {key: text_of(value) for key, value in options["environment"].items()}
    contents = {
        (section, key): text_of(value).encode()
        for section, option in (("configs", "config_content"), ("secrets", "secret_content"))
        for key, value in options[option].items()
    }
    vaulted = VaultedFiles(decrypt)
    texts = [*given.values(), *map(text_of, options["config_content"].values())]
    values = vaulted_values(task_vars, texts) if texts else set()
    try:
        if options["dialect"] != STACK or env_files:
            given = project_variables(os.path.dirname(files[0]), env_files, given, vaulted.read)
        project = load(
            files,
            given,
            dialect=options["dialect"],
            profiles=options["profiles"],
            name=options["name"],
            unsupported=options["unsupported"],
            contents=contents,
            read=vaulted.read,
        )
    except ComposeError as error:
        sensitive = Sensitive(frozenset(values | named_secrets(given)))
        problems = in_order([*error.problems, *_further_faults(error.partial, options)])
        raise ProjectError(f"{stack}: " + sensitive.in_message("\n".join(problems))) from None
    sensitive = sensitive_parts(project.config, project.config_data, given, vaulted.contents, files, values)
    return ReadProject(project, _loaded(project, sensitive), sensitive)


def text_of(value: Any) -> str:
    """A variable's value as a string; YAML's true and false in lower case."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _further_faults(project: Project | None, options: Mapping[str, Any]) -> list[str]:
    """Faults that would be found after these are fixed, so that all of them are reported at once."""
    if project is None:
        return []
    params = {**options, "name": options["name"] or project.name or "stack"}
    loaded = _loaded(project, NOT_FROM_VAULTS)
    try:
        settings = preflight_by(params, loaded)
        subject = subject_of(params["name"], settings, desired=desired_by(params, loaded))
    except UserError as error:
        return [str(error)]
    return examine(subject, None, settings).errors


def _loaded(project: Project, sensitive: Sensitive) -> LoadedProject:
    return LoadedProject(
        project.config,
        project.config_data,
        project.secret_data,
        project.depends_on,
        project.directory,
        project.relative_sources,
        project.places,
        sensitive,
    )
