# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Plan the Docker contexts of a workstation for a fleet: (hosts, current) -> Plan. No I/O.

A context belongs to the fleet if its description says so; other contexts are never changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError


class ContextError(UserError):
    """A context with the name of a host exists and does not belong to the fleet."""


@dataclass(frozen=True)
class Context:
    """A context of the docker CLI."""

    name: str
    description: str
    endpoint: str


@dataclass(frozen=True)
class Plan:
    """The changes, by verb of `docker context`."""

    create: tuple[Context, ...] = ()
    update: tuple[Context, ...] = ()
    remove: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything is to be changed."""
        return bool(self.create or self.update or self.remove)


def description_of(fleet: str) -> str:
    """The description that marks a context as the fleet's."""
    return f"dockyard fleet {fleet}"


def decide(fleet: str, hosts: Sequence[str], current: Mapping[str, Context]) -> Plan:
    """Plan one context for each host, and remove those of hosts that no longer exist.

    The endpoint is `ssh://HOST`; all other settings are in the SSH configuration.

    Raises:
        ContextError: another context has a host's name.
    """
    mark = description_of(fleet)
    wanted = {name: Context(name, mark, f"ssh://{name}") for name in hosts}
    taken = sorted(name for name in wanted if name in current and current[name].description != mark)
    if taken:
        raise ContextError(
            f"the docker contexts {', '.join(taken)} exist and do not belong to the fleet {fleet}: remove or rename "
            "them "
            "(docker context rm)"
        )
    return Plan(
        create=tuple(context for name, context in wanted.items() if name not in current),
        update=tuple(context for name, context in wanted.items() if name in current and current[name] != context),
        remove=tuple(name for name, context in current.items() if context.description == mark and name not in wanted),
    )
