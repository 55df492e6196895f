# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Connection options of every module that talks to an engine, and how they are used."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import AnsibleModule, env_fallback
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import DEFAULT_DOCKER_HOST, Engine

__all__ = ["DEFAULT_DOCKER_HOST", "connect", "engine_argument_spec"]


def engine_argument_spec() -> dict[str, Any]:
    """The options documented in the doc fragment `dockyard.swarm.engine`."""
    return {
        "docker_host": {
            "type": "str",
            "default": DEFAULT_DOCKER_HOST,
            "fallback": (env_fallback, ["DOCKER_HOST"]),
        },
        "engine_timeout": {"type": "int", "default": 60},
    }


def connect(module: AnsibleModule) -> Engine:
    """Connect to the engine that the module's options name.

    Raises:
        EngineError: no engine answers; the message says what to do.
    """
    return Engine.connect(module.params["docker_host"], timeout=module.params["engine_timeout"])
