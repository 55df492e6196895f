# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The options of the module `stack`, shared by its action plugin and the module."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.sensitive import NOT_FROM_VAULTS, Sensitive

ON_CONTROLLER = (
    "files",
    "environment",
    "env_files",
    "config_content",
    "secret_content",
    "dialect",
    "profiles",
    "unsupported",
    "plan_file",
    "without_swarm",
)
"""Options that only the action plugin uses and does not pass on."""


def credentials_argument_spec() -> dict[str, Any]:
    """The options documented in the doc fragment `dockyard.swarm.credentials`."""
    return {
        "host_credentials": {"type": "bool", "default": True},
        "registries": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                "registry": {"type": "str", "required": True},
                "username": {"type": "str", "required": True},
                "password": {"type": "str", "required": True, "no_log": True},
            },
        },
    }


def stack_argument_spec() -> dict[str, Any]:
    """The options of the module, without those of the engine."""
    return {
        "name": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent", "rolled_back"], "default": "present"},
        "files": {"type": "list", "elements": "path"},
        "environment": {"type": "dict", "default": {}},
        "env_files": {"type": "list", "elements": "path", "default": []},
        "config_content": {"type": "dict", "default": {}},
        "secret_content": {"type": "dict", "default": {}, "no_log": True},
        "dialect": {"type": "str", "choices": ["auto", "stack", "compose"], "default": "auto"},
        "profiles": {"type": "list", "elements": "str", "default": []},
        "unsupported": {"type": "str", "choices": ["error", "warn", "ignore"], "default": "warn"},
        "newer_fields": {"type": "str", "choices": ["error", "warn"], "default": "error"},
        "plan_file": {"type": "path"},
        "without_swarm": {"type": "bool", "default": False},
        "defer_changes": {"type": "bool", "default": False},
        "only": {"type": "list", "elements": "str", "default": []},
        "prune": {"type": "bool", "default": False},
        "recreate_networks": {"type": "bool", "default": False},
        "recreate_services": {"type": "bool", "default": False},
        "preflight": {"type": "raw", "default": "error"},
        "allow_empty": {"type": "bool", "default": False},
        "bind_base": {"type": "str"},
        "resolve_image": {"type": "str", "choices": ["always", "changed", "never"], "default": "always"},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 300},
        "lock_timeout": {"type": "int", "default": 300},
        "on_failure": {"type": "str", "choices": ["fail", "rollback"], "default": "fail"},
        "keep_deployments": {"type": "int", "default": 5},
        "deployment": {"type": "int"},
        **credentials_argument_spec(),
        # Set by the action plugin. It contains secrets, so it is kept out of every log.
        "project": {"type": "str", "no_log": True},
        "origin": {"type": "dict", "default": {}},
    }


@dataclass(frozen=True)
class LoadedProject:
    """A loaded project, as it is sent from the controller to a manager.

    Attributes:
        config: the project in canonical form.
        config_data: the content of each config, by its key; `secret_data` likewise.
        depends_on: by service, the services it depends on and the condition for each, by their keys.
        directory: the project's folder on the controller.
        relative_sources: sources of bind mounts that are relative in the files, by the absolute path they were resolved
            to.
        places: file and line of keys, by dotted path.
        sensitive: what came from a vault.
    """

    config: dict[str, Any]
    config_data: dict[str, bytes] = field(default_factory=dict)
    secret_data: dict[str, bytes] = field(default_factory=dict)
    depends_on: dict[str, dict[str, str]] = field(default_factory=dict)
    directory: str = ""
    relative_sources: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    sensitive: Sensitive = NOT_FROM_VAULTS


def pack_project(project: LoadedProject) -> str:
    """Serialise a loaded project to one string."""
    document = {
        "config": project.config,
        "config_data": _encoded(project.config_data),
        "secret_data": _encoded(project.secret_data),
        "depends_on": project.depends_on,
        "directory": project.directory,
        "relative_sources": project.relative_sources,
        "places": project.places,
        "sensitive": {
            "values": sorted(project.sensitive.values),
            "variables": {name: sorted(names) for name, names in project.sensitive.variables.items()},
            "configs": sorted(project.sensitive.configs),
        },
    }
    return base64.b64encode(json.dumps(document).encode()).decode()


def unpack_project(text: str) -> LoadedProject:
    """The project from a string of `pack_project`."""
    document = json.loads(base64.b64decode(text))
    return LoadedProject(
        config=document["config"],
        config_data=_decoded(document["config_data"]),
        secret_data=_decoded(document["secret_data"]),
        depends_on=document["depends_on"],
        directory=document["directory"],
        relative_sources=document["relative_sources"],
        places=document["places"],
        sensitive=Sensitive(
            frozenset(document["sensitive"]["values"]),
            {name: frozenset(names) for name, names in document["sensitive"]["variables"].items()},
            frozenset(document["sensitive"]["configs"]),
        ),
    )


def _encoded(contents: Mapping[str, bytes]) -> dict[str, str]:
    return {key: base64.b64encode(data).decode() for key, data in contents.items()}


def _decoded(contents: Mapping[str, str]) -> dict[str, bytes]:
    return {key: base64.b64decode(data) for key, data in contents.items()}
