# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the module `stack`, known to its controller half and its manager half alike."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

ON_CONTROLLER = ("files", "environment", "env_files", "plan_file")
"""What only the action plugin uses and never passes on."""


def stack_argument_spec() -> dict[str, Any]:
    """The options of the module, without those of the engine."""
    return {
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "files": {"type": "list", "elements": "path"},
        "environment": {"type": "dict", "default": {}},
        "env_files": {"type": "list", "elements": "path", "default": []},
        "plan_file": {"type": "path"},
        "prune": {"type": "bool", "default": False},
        "resolve_image": {"type": "str", "choices": ["always", "changed", "never"], "default": "always"},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 300},
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
        # Filled in by the action plugin. It holds the content of secrets, so all of it is kept from every log.
        "project": {"type": "str", "no_log": True},
    }


def pack_project(config: Mapping[str, Any], config_data: Mapping[str, bytes], secret_data: Mapping[str, bytes]) -> str:
    """A loaded project as one opaque string, for the way from the controller to a manager."""
    document = {
        "config": config,
        "config_data": {key: base64.b64encode(data).decode() for key, data in config_data.items()},
        "secret_data": {key: base64.b64encode(data).decode() for key, data in secret_data.items()},
    }
    return base64.b64encode(json.dumps(document).encode()).decode()


def unpack_project(text: str) -> tuple[dict[str, Any], dict[str, bytes], dict[str, bytes]]:
    """What `pack_project` was given."""
    document = json.loads(base64.b64decode(text))
    config_data, secret_data = (
        {key: base64.b64decode(data) for key, data in document[part].items()} for part in ("config_data", "secret_data")
    )
    return document["config"], config_data, secret_data
