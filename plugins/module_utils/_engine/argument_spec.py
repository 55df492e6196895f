# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""What every module that speaks to an engine declares and does first."""

from __future__ import annotations

import traceback
from typing import Any, NoReturn

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import (
    Engine,
    EngineError,
    MissingSdkError,
)

DEFAULT_DOCKER_HOST = "unix:///var/run/docker.sock"


def engine_argument_spec() -> dict[str, Any]:
    """The options of the doc fragment `dockyard.swarm.engine`."""
    return {
        "docker_host": {
            "type": "str",
            "default": DEFAULT_DOCKER_HOST,
            "fallback": (env_fallback, ["DOCKER_HOST"]),
        },
        "engine_timeout": {"type": "int", "default": 60},
    }


def connect(module: AnsibleModule) -> Engine:
    """Connect to the engine the module's options name, or end the module with a sentence that helps."""
    try:
        return Engine.connect(module.params["docker_host"], timeout=module.params["engine_timeout"])
    except MissingSdkError:
        message = f"{missing_required_lib('docker')} On Debian and Ubuntu the package is python3-docker."
        fail(module, message, exception=traceback.format_exc())
    except EngineError as error:
        fail(module, f"{error.message}. Is the engine installed and running? The role dockyard.swarm.docker does both.")


def fail(module: AnsibleModule, msg: str, **result: Any) -> NoReturn:
    """End the module as failed."""
    module.fail_json(msg=msg, **result)
    raise AssertionError("fail_json returned")  # pragma: no cover
