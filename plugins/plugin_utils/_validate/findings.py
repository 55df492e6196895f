# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Faults of an inventory, each told once, with the hosts it is about. No I/O."""

from __future__ import annotations

from collections.abc import Collection

_NAMED = 3


class Findings:
    """Sentences, and which hosts each is about."""

    def __init__(self) -> None:
        self._hosts: dict[str, list[str]] = {}

    def add(self, sentence: str, host: str = "") -> None:
        """Note a fault; of a host, or of none."""
        hosts = self._hosts.setdefault(sentence, [])
        if host and host not in hosts:
            hosts.append(host)

    def told(self, everywhere: Collection[str]) -> list[str]:
        """One sentence a fault.

        Args:
            everywhere: all hosts that were looked at; a fault of all of them names none.
        """
        return [f"{sentence}{_of(hosts, everywhere)}" for sentence, hosts in self._hosts.items()]


def _of(hosts: list[str], everywhere: Collection[str]) -> str:
    if not hosts or set(hosts) >= set(everywhere):
        return ""
    more = f" and {len(hosts) - _NAMED} more" if len(hosts) > _NAMED else ""
    return f" (of {', '.join(hosts[:_NAMED])}{more})"
