# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Which sources of the inventory could not be read, and why.

Ansible only warns about such a source and continues with the hosts of the others, so a run with expired credentials
looks like one with an empty fleet.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ansible.inventory.manager import IGNORED

# A variable of all hosts, set by inventory plugins of this collection when part of the answer is missing; says which.
INCOMPLETE = "dockyard_inventory_incomplete"
DEFAULT_SOURCE = "/etc/ansible/hosts"

_FAILURE = re.compile(r"^\[WARNING\]: Failed to parse inventory with '(?P<plugin>[^']+)' plugin: (?P<why>.*)", re.S)


@dataclass(frozen=True)
class FailedSource:
    """A source that no inventory plugin could read; `why` is "" if the reason is not known."""

    source: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.source}: {self.why}" if self.why else self.source


def failed_sources(inventory: Any, warnings: Iterable[str]) -> list[FailedSource]:
    """The sources that Ansible could not read.

    Args:
        inventory: the run's InventoryManager.
        warnings: what Ansible has printed so far, including the reasons.
    """
    # ansible-core does not guarantee this list. Without it nothing is known, so no source is reported.
    processed = getattr(inventory._inventory, "processed_sources", None)
    if processed is None:
        return []
    read = {os.path.abspath(str(source)) if "," not in str(source) else str(source) for source in processed if source}
    texts = list(warnings)
    return [FailedSource(file, reason_of(file, texts)) for file in _files(inventory._sources) if file not in read]


def _files(sources: Iterable[str]) -> Iterator[str]:
    """The files that Ansible tried to read; a folder is expanded to its files."""
    for source in map(str, sources):
        if "," in source:
            yield source
        elif os.path.isdir(source):
            yield from _files(os.path.join(source, name) for name in sorted(os.listdir(source)) if not _ignored(name))
        elif source != DEFAULT_SOURCE or os.path.exists(source):
            yield os.path.abspath(source)


def _ignored(name: str) -> bool:
    return bool(IGNORED.search(os.fsencode(name)))


def reason_of(source: str, warnings: Iterable[str]) -> str:
    """The reason among Ansible's warnings, as one line; "" if there is none.

    Each plugin that tried has left a warning. Preferred is the plugin that the file names, then our own kind of plugin,
    then those that can read any file.
    """
    found: dict[str, str] = {}
    for text in warnings:
        match = _FAILURE.match(text)
        if match and source in text:
            why = " ".join(match["why"].split("\n\n")[0].split())
            found[match["plugin"]] = why.removeprefix(f"{source}: ")
    return found.get("auto") or next(
        (why for name, why in found.items() if "." in name), next(iter(found.values()), "")
    )
