# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Decide which Docker contexts a workstation has for a fleet: (hosts, current) -> Plan. No I/O.

A context is the fleet's if its description says so; those of others are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError


class ContextError(UserError):
    """A name that somebody else's context has."""


@dataclass(frozen=True)
class Context:
    """A context of the docker CLI: its name, what it says of itself, and where its engine is."""

    name: str
    description: str
    endpoint: str


@dataclass(frozen=True)
class Plan:
    """What has to be done with the docker CLI, in terms of its verbs."""

    create: tuple[Context, ...] = ()
    update: tuple[Context, ...] = ()
    remove: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.create or self.update or self.remove)


def description_of(fleet: str) -> str:
    """What marks a context as the fleet's."""
    return f"dockyard fleet {fleet}"


def decide(fleet: str, hosts: Sequence[str], current: Mapping[str, Context]) -> Plan:
    """Plan a context for each host, and none for hosts that are no more.

    The engine is reached by `ssh://HOST`; the SSH configuration knows the rest.

    Raises:
        ContextError: when a host's name is taken by another context.
    """
    mark = description_of(fleet)
    wanted = {name: Context(name, mark, f"ssh://{name}") for name in hosts}
    taken = sorted(name for name in wanted if name in current and current[name].description != mark)
    if taken:
        raise ContextError(
            f"the docker contexts {', '.join(taken)} exist and are not of the fleet {fleet}: remove or rename them "
            "(docker context rm)"
        )
    return Plan(
        create=tuple(context for name, context in wanted.items() if name not in current),
        update=tuple(context for name, context in wanted.items() if name in current and current[name] != context),
        remove=tuple(name for name, context in current.items() if context.description == mark and name not in wanted),
    )
