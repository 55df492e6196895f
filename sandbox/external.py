"""External addresses of hosts: this machine translates them, one to one, as the edge of Google's network does.

A host never sees its external address, so nothing in it can mistake it for one of its own.
"""

from __future__ import annotations

import ipaddress
import os
import subprocess

from sandbox.progress import SandboxError

CHAINS = ("PREROUTING", "OUTPUT")
# RFC 2544's range for tests: external addresses here lead nowhere outside of this machine.
EXTERNAL_RANGE = ipaddress.ip_network("198.18.0.0/15")
# Where the networks of sandboxes are.
HOST_RANGE = ipaddress.ip_network("10.213.0.0/16")


def translate(external: str, internal: str) -> None:
    """Lead an external address to a host. Needs root; without it the host is reached by its internal address only.

    Raises:
        SandboxError: for any other address than those the sandbox gives out, which this machine may need itself.
    """
    _check("external", external, EXTERNAL_RANGE)
    _check("internal", internal, HOST_RANGE)
    if os.geteuid() != 0:
        return
    forget(external, internal)
    # Without a route, a connection to the address would be refused before it is translated.
    _run("ip", "route", "replace", f"{external}/32", "via", internal)
    for chain in CHAINS:
        _run("iptables", "--wait", "--table", "nat", "--insert", chain, *_rule(external, internal))


def forget(external: str, internal: str) -> None:
    """Undo `translate`; nothing happens where it was not done."""
    if os.geteuid() != 0:
        return
    for chain in CHAINS:
        _run("iptables", "--wait", "--table", "nat", "--delete", chain, *_rule(external, internal))
    _run("ip", "route", "del", f"{external}/32", "via", internal)


def _check(kind: str, address: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> None:
    try:
        within = ipaddress.ip_address(address) in network
    except ValueError:
        within = False
    if not within:
        raise SandboxError(f"{address} is no {kind} address of a sandbox: these are in {network}")


def _rule(external: str, internal: str) -> list[str]:
    return ["--destination", f"{external}/32", "--jump", "DNAT", "--to-destination", internal]


def _run(*command: str) -> None:
    subprocess.run(command, check=False, capture_output=True)
