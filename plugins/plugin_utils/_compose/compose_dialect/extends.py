# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.
"""`extends`: the base service is read first, then the service itself is merged over it, by the rules for merging
files.

Source: https://docs.docker.com/compose/how-tos/multiple-compose-files/extends/, and what docker compose 2.40 prints.
"""

from __future__ import annotations

import os.path
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.clearing import clear_in_service
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.merge_trees import merge
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path, describe
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.mounts import absolute
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.tree import Map, Place, copied

_MAX_DEPTH = 100


@dataclass
class Services:
    """The services of one file, before their bases are merged in.

    Attributes:
        map: raw trees by name; bases are merged into them.
        cleared: what the file's tags take out of bases.
        file: absolute path.
        directory: where relative names of other files begin.
    """

    map: Map
    cleared: list[Path]
    file: str
    directory: str


class Extender:
    """Merges bases into services.

    Args:
        services_of: reads the services of another file, by its absolute path.
    """

    def __init__(self, services_of: Callable[[str], Services]) -> None:
        self._services_of = services_of

    def extend_all(self, services: Services) -> None:
        """Merge the bases of all services of a file into them.

        Raises:
            ComposeError: a base that does not exist, or services based on each other.
        """
        for name in list(services.map):
            self._extended(name, services, ())

    def _extended(self, name: str, services: Services, trail: tuple[tuple[str, str], ...]) -> Any:
        service = services.map[name]
        if not isinstance(service, Map) or "extends" not in service:
            return service
        place = service.places["extends"]
        here = (services.file, name)
        if here in trail or len(trail) > _MAX_DEPTH:
            names = [*trail[trail.index(here) if here in trail else 0 :], here]
            circle = " -> ".join(_shown(file, other, services.file) for file, other in names)
            raise _fault(name, place, f"services are based on each other: {circle}")
        file, base_name = _reference(name, service["extends"], place)
        others = self._services_of(absolute(file, services.directory)) if file else services
        if base_name not in others.map:
            raise _fault(name, place, f'{file or "this file"} has no service "{base_name}"')
        base = copied(self._extended(base_name, others, (*trail, here)))
        own = _without_extends(service)
        if isinstance(base, Map):
            clear_in_service(base, name, services.cleared)
            own = merge(base, own, ("services", name))
        services.map[name] = own
        return own


def _reference(name: str, value: Any, place: Place) -> tuple[str | None, str]:
    if isinstance(value, str):
        return None, value
    if not isinstance(value, Map) or not isinstance(value.get("service"), str):
        raise _fault(name, place, "takes a service's name, or the keys service and file")
    file = value.get("file")
    if file is not None and not isinstance(file, str):
        raise _fault(name, value.places["file"], "file must be a string")
    if file and "://" in file:
        raise _fault(name, place, f"{file} is not on the controller; fetch it there first and name its path")
    return file, value["service"]


def _without_extends(service: Map) -> Map:
    result = copied(service)
    del result["extends"]
    return result


def _shown(file: str, name: str, current: str) -> str:
    return name if file == current else f"{name} of {os.path.basename(file)}"


def _fault(name: str, place: Place, text: str) -> ComposeError:
    file, line = place
    return ComposeError(": ".join([f"{file}:{line}" if line else file, *describe(("services", name, "extends")), text]))
