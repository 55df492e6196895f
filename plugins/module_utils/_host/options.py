# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Options that describe the desired engine, shared by the modules that apply it and the module that checks first."""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.plan import EXTRAS

Json = dict[str, Any]

DAEMON_JSON = "/etc/docker/daemon.json"

PACKAGES: Json = {
    "source": {"type": "str", "choices": ["docker", "distribution"], "default": "docker"},
    "version": {"type": "str", "default": ""},
    "hold": {"type": "bool"},
    "extras": {"type": "list", "elements": "str", "choices": list(EXTRAS), "default": []},
}

REPOSITORY: Json = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "url": {"type": "str", "default": ""},
    "suite": {"type": "str", "default": ""},
    "channel": {"type": "str", "default": "stable"},
    "key_url": {"type": "str", "default": "", "no_log": False},
    "fingerprint": {"type": "str", "default": ""},
}

CONFIG: Json = {
    "daemon": {"type": "dict", "default": {}},
    "defaults": {"type": "bool", "default": True},
    "hardening": {"type": "str", "choices": ["none", "cis"], "default": "none"},
    "proxy": {
        "type": "dict",
        "options": {
            "http": {"type": "str", "no_log": True},  # may carry a password
            "https": {"type": "str", "no_log": True},
            "no_proxy": {"type": "str"},
        },
    },
    "tls": {
        "type": "dict",
        "options": {
            "ca": {"type": "str", "required": True},
            "cert": {"type": "str", "required": True},
            "key": {"type": "str", "required": True, "no_log": True},
        },
    },
    "swarm_member": {"type": "bool", "default": False},
}
