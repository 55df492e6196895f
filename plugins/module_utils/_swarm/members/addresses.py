# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Which of a host's own addresses a swarm should use."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Union

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]

_LOCAL_IPV4 = re.compile(r"\|-- (\d+\.\d+\.\d+\.\d+)\n\s+/32 host LOCAL")


class AddressError(UserError):
    """No address, or no single one, fits what was asked for."""


def resolve(wanted: str, local: Sequence[str]) -> str:
    """Turn a network in CIDR notation into the host's address in it; leave anything else alone.

    An interface's name or an address is for the engine to understand. A port may follow a network
    (`10.0.0.0/24:2377`), as it may follow an address.

    Args:
        wanted: an interface, an address, or a network such as `10.132.0.0/20`.
        local: the addresses this host has.

    Raises:
        AddressError: no address of the host is in that network, or several are.
    """
    if "/" not in wanted:
        return wanted
    cidr, port = _split_port(wanted)
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError as error:
        raise AddressError(f"{wanted!r} is neither an interface, an address nor a network: {error}") from error
    fitting = [address for address in map(ipaddress.ip_address, local) if address in network]
    if len(fitting) == 1:
        address = f"[{fitting[0]}]" if port and fitting[0].version == 6 else str(fitting[0])
        return f"{address}:{port}" if port else address
    listed = ", ".join(map(str, fitting or local)) or "none"
    if fitting:
        raise AddressError(f"this host has several addresses in {network}: {listed}; name one, or an interface")
    raise AddressError(f"this host has no address in {network}; it has {listed}")


def _split_port(wanted: str) -> tuple[str, str]:
    network, _slash, rest = wanted.rpartition("/")
    prefix, _colon, port = rest.partition(":")
    return f"{network}/{prefix}", port


def local_addresses(proc: Path = Path("/proc")) -> list[str]:
    """The addresses of this host's network interfaces, loopback's left out."""
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
