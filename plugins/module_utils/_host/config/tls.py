# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Certificates for an engine that listens on TCP and verifies its clients."""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._host.files import FileChange, plan_file

# Paths of the files. The engine reads them when it starts, so a new certificate needs a restart.
PATHS = {name: f"/etc/dockyard/tls/{name}.pem" for name in ("ca", "cert", "key")}
_KEYS = {"ca": "tlscacert", "cert": "tlscert", "key": "tlskey"}


def keys(certificates: dict[str, Any] | None) -> dict[str, Any]:
    """The keys of daemon.json for the declared certificates. Pure."""
    if not certificates:
        return {}
    return {"tlsverify": True, **{key: PATHS[name] for name, key in _KEYS.items()}}


def plan_certificates(certificates: dict[str, Any] | None) -> list[FileChange]:
    """Compare the declared certificates with the files. The key is readable by root only. Undeclared files are
    removed."""
    if not certificates:
        return [plan_file(path, None, secret=True) for path in PATHS.values()]
    return [
        plan_file(path, certificates[name].rstrip("\n") + "\n", mode=0o400 if name == "key" else 0o444, secret=True)
        for name, path in PATHS.items()
    ]
