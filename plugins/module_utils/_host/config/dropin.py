# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The systemd drop-in of docker.service, for settings that daemon.json has no key for. Pure."""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._host.config.daemon_json import without_hosts

PATH = "/etc/systemd/system/docker.service.d/dockyard.conf"

_HEAD = "# Written by the role dockyard.swarm.docker; changes made here are lost.\n[Service]\n"


def render_dropin(proxy: dict[str, Any], command_line: str, listens: bool) -> str | None:
    """The text of the drop-in; None when none is needed.

    Args:
        proxy: `http`, `https` and `no_proxy`, each optional. Docker 20.10 has no key for them in daemon.json.
        command_line: ExecStart as the package wrote it.
        listens: daemon.json sets `hosts`, so the `-H` of the unit must be removed.
    """
    lines = [
        f"Environment={_quoted(f'{variable}={proxy[key]}')}"
        for key, variable in (("http", "HTTP_PROXY"), ("https", "HTTPS_PROXY"), ("no_proxy", "NO_PROXY"))
        if proxy.get(key)
    ]
    if listens and command_line:
        lines += ["ExecStart=", f"ExecStart={without_hosts(command_line)}"]
    return _HEAD + "\n".join(lines) + "\n" if lines else None


def _quoted(assignment: str) -> str:
    """Quote for systemd, which interprets `%` and backslashes in values (systemd.exec(5), "Environment=")."""
    return '"' + assignment.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'
