# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Certificates with which an engine answers on TCP and knows its clients."""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._host.files import FileChange, plan_file

# Where each goes; the engine reads them when it starts, so a new one needs a restart.
PATHS = {name: f"/etc/dockyard/tls/{name}.pem" for name in ("ca", "cert", "key")}
_KEYS = {"ca": "tlscacert", "cert": "tlscert", "key": "tlskey"}


def keys(certificates: dict[str, Any] | None) -> dict[str, Any]:
    """The keys of daemon.json that go with declared certificates. Pure."""
    if not certificates:
        return {}
    return {"tlsverify": True, **{key: PATHS[name] for name, key in _KEYS.items()}}


def plan_certificates(certificates: dict[str, Any] | None) -> list[FileChange]:
    """Compare the declared texts with the files; the key is its owner's alone. Not declared, they go."""
    if not certificates:
        return [plan_file(path, None, secret=True) for path in PATHS.values()]
    return [
        plan_file(path, certificates[name].rstrip("\n") + "\n", mode=0o400 if name == "key" else 0o444, secret=True)
        for name, path in PATHS.items()
    ]
