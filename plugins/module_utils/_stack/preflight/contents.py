# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Contents of configs and secrets: neither empty nor larger than the engine accepts.

Source: swarmkit, manager/controlapi/config.go and secret.go. Configs were limited to 500 KiB before
moby/swarmkit#3054.
"""

from __future__ import annotations

import base64

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import Finding, Subject
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.gates import version_tuple

SECRET_LIMIT = 500 * 1024
CONFIG_LIMIT = 1000 * 1024
OLD_CONFIG_LIMIT = 500 * 1024
_WITH_LARGE_CONFIGS = (1, 41)
_TEMPLATES = ("golang",)


def check(subject: Subject) -> list[Finding]:
    """Contents, and the templates in them."""
    found = []
    large = version_tuple(subject.api_version) >= _WITH_LARGE_CONFIGS
    for section, specs, limit in (
        ("configs", subject.desired.configs, CONFIG_LIMIT if large else OLD_CONFIG_LIMIT),
        ("secrets", subject.desired.secrets, SECRET_LIMIT),
    ):
        for name, spec in sorted(specs.items()):
            path = subject.path(section, name)
            templating = (spec.get("Templating") or {}).get("Name")
            if templating and templating not in _TEMPLATES:
                text = f'"{templating}" is no template driver; write golang, or remove the line'
                found.append(Finding((*path, "template_driver"), text))
            if spec.get("Driver"):
                continue
            size = len(base64.b64decode(spec.get("Data") or ""))
            if not size:
                text = f"its content is empty, which the swarm takes for no {section[:-1]}; give it some, or remove it"
                found.append(Finding(path, text))
            elif size >= limit:
                text = (
                    f"its content has {size} bytes and may have {limit - 1}; "
                    "split it, or bring it with the image or a volume"
                )
                found.append(Finding(path, text))
    return found
