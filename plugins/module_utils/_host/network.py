# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Read the host's network configuration from /proc and /sys."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Union

Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]

_LOCAL_IPV4 = re.compile(r"\|-- (\d+\.\d+\.\d+\.\d+)\n\s+/32 host LOCAL")


def default_route_interface(table: str) -> str | None:
    """The interface of the default route with the lowest metric. Argument: the text of /proc/net/route."""
    routes = []
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) >= 8 and fields[1] == "00000000" and fields[7] == "00000000":
            routes.append((int(fields[6]), fields[0]))
    return min(routes)[1] if routes else None


def default_route_mtu() -> int | None:
    """MTU in bytes of the interface with the IPv4 default route (the engine's bridge uses IPv4 by default); None
    without one."""
    try:
        with open("/proc/net/route", encoding="utf-8") as file:
            interface = default_route_interface(file.read())
        if interface is None:
            return None
        with open(f"/sys/class/net/{interface}/mtu", encoding="utf-8") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None


def local_addresses(proc: Path = Path("/proc")) -> list[str]:
    """The addresses of this host's network interfaces, without loopback and link-local ones."""
    trie = _read(proc / "net" / "fib_trie")
    inet6 = _read(proc / "net" / "if_inet6")
    found: set[Address] = {ipaddress.IPv4Address(text) for text in _LOCAL_IPV4.findall(trie)}
    found |= {ipaddress.IPv6Address(int(line.split()[0], 16)) for line in inet6.splitlines() if line.strip()}
    usable = (address for address in found if not address.is_loopback and not address.is_link_local)
    return [str(address) for address in sorted(usable, key=lambda address: (address.version, int(address)))]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""


def has_global_ipv6(proc: Path = Path("/proc")) -> bool:
    """Whether an interface has an IPv6 address that is not link-local."""
    lines = _read(proc / "net" / "if_inet6").splitlines()
    return any(line.split()[3:4] == ["00"] for line in lines)
