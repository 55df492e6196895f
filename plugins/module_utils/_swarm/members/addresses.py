# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Choose which of a host's addresses the swarm uses."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError


class AddressError(UserError):
    """No address of the host, or more than one, matches the declared network."""


def resolve(wanted: str, local: Sequence[str]) -> str:
    """Replace a network in CIDR notation by the host's address in it; everything else is returned unchanged.

    The engine itself resolves interface names and addresses. A port may follow a network (`10.0.0.0/24:2377`), as it
    may follow an address.

    Args:
        wanted: an interface, an address, or a network such as `10.132.0.0/20`.
        local: the addresses of this host.

    Raises:
        AddressError: no address of the host is in that network, or more than one is.
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
