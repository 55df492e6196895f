# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""What the host's own network tells."""

from __future__ import annotations


def default_route_interface(table: str) -> str | None:
    """The interface of the default route with the lowest metric, from the text of /proc/net/route."""
    routes = []
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) >= 8 and fields[1] == "00000000" and fields[7] == "00000000":
            routes.append((int(fields[6]), fields[0]))
    return min(routes)[1] if routes else None


def default_route_mtu() -> int | None:
    """Bytes; None without a default route (IPv4: what the engine's bridge speaks by default)."""
    try:
        with open("/proc/net/route", encoding="utf-8") as file:
            interface = default_route_interface(file.read())
        if interface is None:
            return None
        with open(f"/sys/class/net/{interface}/mtu", encoding="utf-8") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None
