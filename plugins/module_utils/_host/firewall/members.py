# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Replace the word `inventory` in docker_firewall_members by the addresses of the declared members. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence

from ansible_collections.dockyard.swarm.plugins.module_utils._host.firewall.rules import FirewallError

#: Placeholder for the addresses of all hosts that are declared as members.
INVENTORY = "inventory"


def expand_members(members: Sequence[str], known: Mapping[str, Sequence[str]]) -> list[str]:
    """Replace the word `inventory` by addresses; other entries are kept.

    Args:
        members: addresses, networks, and that word.
        known: the addresses of each declared member, by host; empty where they are not known.

    Raises:
        FirewallError: no member is declared, or the addresses of one are not known: it would be locked out of its own
            swarm.
    """
    if INVENTORY not in members:
        return list(members)
    if not known:
        raise FirewallError(
            "docker_firewall_members: inventory stands for the hosts in the groups swarm_managers and swarm_workers, "
            "and there are none: declare them, or list the members' networks"
        )
    unknown = sorted(host for host, addresses in known.items() if not addresses)
    if unknown:
        raise FirewallError(
            f"docker_firewall_members: inventory needs the addresses of all members, and those of {', '.join(unknown)} "
            "are not known in this run, so they would be locked out: run it for all members at once (without "
            "--limit and serial), or list their networks"
        )
    found = {ipaddress.ip_address(address) for addresses in known.values() for address in addresses}
    listed = [str(address) for address in sorted(found, key=lambda address: (address.version, int(address)))]
    return [*(member for member in members if member != INVENTORY), *listed]
