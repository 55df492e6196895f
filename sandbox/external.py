"""External addresses of hosts: this machine translates them, one to one, as the edge of Google's network does.

A host never sees its external address, so nothing in it can mistake it for one of its own.
"""

from __future__ import annotations

import os
import subprocess

CHAINS = ("PREROUTING", "OUTPUT")


def translate(external: str, internal: str) -> None:
    """Lead an external address to a host. Needs root; without it the host is reached by its internal address only."""
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


def _rule(external: str, internal: str) -> list[str]:
    return ["--destination", f"{external}/32", "--jump", "DNAT", "--to-destination", internal]


def _run(*command: str) -> None:
    subprocess.run(command, check=False, capture_output=True)
