# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The format of compose files by version, built from the table of compose keys.

Which key came with which version was found by asking the docker CLI, key by key.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.keys import advice_below
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.kinds import OBJECT_NAME, Format

NEWEST = 13

_UNDER_DEPLOY = "it belongs under deploy"
# Keys that people try and that no format has.
_MISTAKES = {
    "log_driver": "use logging.driver",
    "log_opt": "use logging.options",
    "net": "use networks",
    "dockerfile": "build and push the image first, and name it in `image`",
    **dict.fromkeys(("replicas", "placement", "resources", "restart_policy"), _UNDER_DEPLOY),
    **dict.fromkeys(("update_config", "rollback_config", "endpoint_mode"), _UNDER_DEPLOY),
}
_CONTENT = "it is not part of the 3.x format; put the text into a file and use `file`"
_EXTRA_ADVICE = {
    "services.*": _MISTAKES,
    "services.*.deploy.resources.reservations": {"pids": "swarm can limit them, not reserve them: use limits.pids"},
    "secrets.*": {"content": _CONTENT, "environment": _CONTENT},
    "configs.*": {"content": _CONTENT, "environment": _CONTENT},
}

# By path: n of the version 3.n from which `x-` keys are allowed.
_EXTENSIONS = {"": 4, "services.*": 7, "networks.*": 7, "volumes.*": 7, "secrets.*": 7, "configs.*": 7}
# By path: n of the version 3.n from which unknown keys are ignored.
OPEN = {
    "services.*.build": 11,
    "services.*.configs.[]": 0,
    "services.*.secrets.[]": 0,
    "services.*.volumes.[].bind": 0,
    "services.*.volumes.[].volume": 0,
    "services.*.volumes.[].tmpfs": 0,
    "secrets.*.external": 0,
    "configs.*.external": 0,
    "volumes.*.x-cluster-spec": 0,
}
_REQUIRED = {"services.*.volumes.[]": ("type",), "services.*.ulimits.*": ("soft", "hard")}
_NAMES = {
    "services": ("service's name", OBJECT_NAME),
    "networks": ("network's name", ".+"),
    "volumes": ("volume's name", OBJECT_NAME),
    "secrets": ("secret's name", OBJECT_NAME),
    "configs": ("config's name", OBJECT_NAME),
    "services.*.networks": ("network's name", OBJECT_NAME),
    "services.*.ulimits": ("limit", ".+"),
}


def _mappings() -> dict[str, dict[str, Any]]:
    advice = advice_below()
    paths = {*advice, *_EXTENSIONS, *OPEN, *_REQUIRED, *_EXTRA_ADVICE}
    return {
        path: {
            "required": _REQUIRED.get(path, ()),
            "extensions": _EXTENSIONS.get(path),
            "closed_until": OPEN.get(path),
            "advice": {**advice.get(path, {}), **_EXTRA_ADVICE.get(path, {})},
        }
        for path in paths
    }


_FORMAT = Format(_mappings(), _NAMES)
PROJECT = _FORMAT.mapping("")
SERVICE = _FORMAT.mapping("services.*")
