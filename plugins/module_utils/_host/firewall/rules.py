# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Rules for published ports and for the swarm's own ports. Pure.

Docker forwards traffic to published ports past the INPUT chain, where hosts usually filter, and provides the chain
DOCKER-USER for rules that come first (https://docs.docker.com/engine/network/packet-filtering-firewalls/). Rules are
written as `iptables -S` prints them, so that they can be compared with the rules of the host.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

PUBLISHED = "DOCKYARD-PUBLISHED"
SWARM = "DOCKYARD-SWARM"
# The chain that jumps to each of ours.
PARENTS = {PUBLISHED: "DOCKER-USER", SWARM: "INPUT"}
FAMILIES = {4: "iptables", 6: "ip6tables"}

_CLUSTER_PORT, _GOSSIP_PORT = 2377, 7946


class FirewallError(UserError):
    """A declared rule is invalid."""


def published_rules(rules: list[dict[str, Any]], interfaces: list[str], family: int) -> list[str]:
    """The chain for published ports: it drops what is not declared; replies and traffic of containers pass.

    Args:
        rules: `ports` (numbers or `first:last`), `protocol`, `sources` (networks; empty: any) each.
        interfaces: the ones that face the outside network.
        family: 4 or 6.

    Raises:
        FirewallError: names the invalid part of the rule.
    """
    lines = [f"-A {PUBLISHED} -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN"]
    for interface in interfaces:
        for rule in rules:
            for source in _sources(rule["sources"], family):
                for port in rule["ports"]:
                    # At this point the packet's destination port is the container's; --ctorigdstport matches the
                    # published port.
                    published = f"-m conntrack --ctorigdstport {_port(port)} --ctdir ORIGINAL"
                    lines.append(f"-A {PUBLISHED}{source} -i {interface} -p {rule['protocol']} {published} -j RETURN")
        lines.append(f"-A {PUBLISHED} -i {interface} -j DROP")
    return lines


def swarm_rules(members: list[str], data_port: int, family: int) -> list[str]:
    """The chain for 2377/tcp, 7946/tcp+udp and the data path port: open to members only.

    Raises:
        FirewallError: a member's address is invalid.
    """
    lines = [f"-A {SWARM} -i lo -j RETURN"]
    ports = [("tcp", _CLUSTER_PORT), ("tcp", _GOSSIP_PORT), ("udp", _GOSSIP_PORT), ("udp", data_port)]
    for source in _sources(members, family) if members else []:
        lines += [
            f"-A {SWARM}{source} -p {protocol} -m {protocol} --dport {port} -j ACCEPT" for protocol, port in ports
        ]
        lines.append(f"-A {SWARM}{source} -p esp -j ACCEPT")  # encrypted overlay networks
    return lines + [f"-A {SWARM} -p {protocol} -m {protocol} --dport {port} -j DROP" for protocol, port in ports]


def no_effect(config: dict[str, Any], published: bool) -> list[str]:
    """Why the rules would filter nothing with this `daemon.json`; empty when they work.

    Args:
        published: published ports are to be filtered.
    """
    if not published:
        return []
    problems = []
    if config.get("iptables") is False:
        problems.append(
            "docker_daemon sets iptables to false, so Docker does not create the chain DOCKER-USER for published "
            "ports: leave it out, or set docker_firewall_enabled to false and filter yourself"
        )
    if config.get("firewall-backend") == "nftables":
        problems.append(
            "docker_daemon sets firewall-backend to nftables, which has no chain DOCKER-USER: set it to iptables, or "
            "set docker_firewall_enabled to false and filter yourself"
        )
    return problems


def does_not_work(family: int, stderr: str) -> str:
    """The message that iptables or ip6tables does not work, which would leave ports open while the run reports them
    closed."""
    tool, last = FAMILIES[family], (stderr.strip().splitlines() or ["no reason given"])[-1]
    remedy = f"install {tool} and a kernel that has it" + (", or disable IPv6" if family == 6 else "")
    return f"{tool} does not work on this host ({last}), so its ports would stay open: {remedy}"


def restore_text(chains: dict[str, list[str]]) -> str:
    """Input for `iptables-restore --noflush`: replaces our chains in one step and no other."""
    lines = [
        "*filter",
        *(f":{chain} - [0:0]" for chain in chains),
        *(rule for rules in chains.values() for rule in rules),
    ]
    return "\n".join([*lines, "COMMIT"]) + "\n"


def script(folder: str) -> str:
    """The script that applies the rules: at boot before the engine starts, and at each restart of the engine."""
    jumps = "\n".join(f"    enter {chain} {parent}" for chain, parent in PARENTS.items())
    return f"""#!/bin/sh
# Written by the role dockyard.swarm.docker; changes made here are lost.
set -eu

enter() {{
    grep -q "^:$1 " "$rules" || return 0
    "$tool" --wait -N "$2" 2>/dev/null || true
    "$tool" --wait -D "$2" -j "$1" 2>/dev/null || true
    "$tool" --wait -I "$2" 1 -j "$1"
}}

# True if an interface has an IPv6 address other than link-local or loopback (scope 00 in the fourth column).
has_ipv6() {{
    while read -r _ _ _ scope _; do
        [ "$scope" != 00 ] || return 0
    done 2>/dev/null </proc/net/if_inet6
    return 1
}}

failed=0
for family in v4:iptables v6:ip6tables; do
    rules="{folder}/rules.${{family%%:*}}"
    tool="${{family##*:}}"
    if ! "$tool" --wait -S >/dev/null 2>&1; then
        if [ "$tool" = iptables ] || has_ipv6; then
            echo "$tool does not work: the declared rules are not active, ports stay open" >&2
            failed=1
        fi
        continue
    fi
    "$tool-restore" --noflush --wait <"$rules"
{jumps}
done
exit "$failed"
"""


def removal_commands(tool: str, chains: dict[str, list[str]]) -> list[list[str]]:
    """Command lines that remove our chains."""
    commands = []
    for chain in chains:
        commands += [
            [tool, "--wait", "-D", PARENTS[chain], "-j", chain],
            [tool, "--wait", "-F", chain],
            [tool, "--wait", "-X", chain],
        ]
    return commands


def in_place(chain: str, wanted: list[str], chain_text: str, parent_text: str) -> bool:
    """Whether the output of `iptables -S CHAIN` has these rules, and `iptables -S PARENT` jumps to the chain first."""
    found = [line for line in chain_text.splitlines() if line.startswith("-A ")]
    entered = [line for line in parent_text.splitlines() if line.startswith("-A ")]
    return found == wanted and entered[:1] == [f"-A {PARENTS[chain]} -j {chain}"]


def _sources(sources: list[str], family: int) -> list[str]:
    if not sources:
        return [""]
    found = []
    for source in sources:
        try:
            network = ipaddress.ip_network(source, strict=False)
        except ValueError as error:
            raise FirewallError(f"{source} is not an address or a network") from error
        if network.version == family:
            found.append(f" -s {network}" if network.prefixlen else "")
    return found


def _port(port: Any) -> str:
    first, _colon, last = str(port).replace("-", ":").partition(":")
    numbers = [first, last] if last else [first]
    if not all(number.isdigit() and 0 < int(number) < 65536 for number in numbers):
        raise FirewallError(f"{port} is not a port or a range of ports, such as 8000:8080")
    return ":".join(numbers)
