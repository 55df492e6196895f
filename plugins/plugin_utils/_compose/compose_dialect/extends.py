# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Services based on others: the base first, then what the service itself says, merged as files are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import Source
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.merge import merge_service

Json = dict[str, Any]


def extend(
    services: Json,
    extends: Mapping[str, tuple[str | None, str]],
    source: Source,
    services_of: Callable[[str], Json],
) -> Json:
    """The services of a file with their bases merged in.

    Args:
        services: canonical forms.
        extends: by service, the file (None for this one) and service it is based on.
        source: the file, for messages.
        services_of: reads the services of another file.

    Raises:
        ComposeError: a base that does not exist, or services based on each other.
    """
    done: Json = {}

    def extended(name: str, waiting: tuple[str, ...]) -> Json:
        if name in waiting:
            circle = " -> ".join((*waiting[waiting.index(name) :], name))
            raise source.error(("services", name, "extends"), f"services are based on each other: {circle}")
        if name not in done:
            done[name] = services[name] if name not in extends else based(name, (*waiting, name))
        return dict(done[name])

    def based(name: str, waiting: tuple[str, ...]) -> Json:
        file, base = extends[name]
        known = services if file is None else services_of(file)
        if base not in known:
            raise source.error(("services", name, "extends"), f'{file or "this file"} has no service "{base}"')
        return merge_service(extended(base, waiting) if file is None else known[base], services[name])

    return {name: extended(name, ()) for name in services}
