# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.
"""Profiles: which services of a merged project are active. Objects that only inactive services use are removed with
them.

Source: https://docs.docker.com/compose/how-tos/profiles/
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.tree import Items, Map, a_map

ALL = "*"


def active_part(model: Map, profiles: Collection[str], kept: Collection[tuple[str, str]] = ()) -> Map:
    """The model with its active services only.

    Args:
        profiles: the active ones; `*` stands for all.
        kept: section and name of objects that stay in any case.
    """
    services = model.get("services")
    if not isinstance(services, Map):
        return model
    chosen = a_map(entry for entry in services.entries() if is_active(entry[1], profiles))
    inactive = set(_uses(value for name, value in services.items() if name not in chosen))
    unused = inactive - set(_uses(chosen.values())) - set(kept)
    result = a_map(model.entries())
    result["services"] = chosen
    for section in {section for section, _name in unused}:
        objects = model.get(section)
        if isinstance(objects, Map):
            result[section] = a_map(entry for entry in objects.entries() if (section, entry[0]) not in unused)
    return result


def is_active(service: Any, profiles: Collection[str]) -> bool:
    """Whether a service has no profile, or one that is active."""
    wanted = service.get("profiles") if isinstance(service, Map) else None
    if not isinstance(wanted, Items) or not wanted:
        return True
    return ALL in profiles or any(profile in profiles for profile in wanted)


def _uses(services: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for service in services:
        if not isinstance(service, Map):
            continue
        networks = service.get("networks")
        yield from (("networks", name) for name in (networks if isinstance(networks, Map) else ()))
        for section in ("configs", "secrets", "volumes"):
            references = service.get(section)
            for reference in references if isinstance(references, Items) else ():
                if isinstance(reference, Map) and isinstance(reference.get("source"), str):
                    yield section, reference["source"]
