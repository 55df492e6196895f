# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Registry credentials: given with the deploy, or from the Docker configuration of the host."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.registry_auth import HUB, CliConfig, registry_auth
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.images import registry_of


def finder(given: Iterable[Mapping[str, Any]], from_host: bool) -> Callable[[str], str | None]:
    """A function that returns the X-Registry-Auth value for an image reference, or None without credentials.

    Args:
        given: credentials as `registry`, `username` and `password`; they take precedence over the host's.
        from_host: whether to read the Docker configuration of the user that the module runs as, including credential
            helpers.

    Raises:
        CliConfigError: that configuration cannot be read.
    """
    own = {_server(item["registry"]): item for item in given}
    config = CliConfig.read() if from_host else None
    known: dict[str, str | None] = {}

    def auth_for(image: str) -> str | None:
        registry = registry_of(image)
        if registry not in known:
            known[registry] = _given(own, registry) or (config.auth_for(registry) if config else None)
        return known[registry]

    return auth_for


def _server(registry: str) -> str:
    return "docker.io" if registry in ("", "docker.io", "index.docker.io", HUB) else registry


def _given(own: Mapping[str, Mapping[str, Any]], registry: str) -> str | None:
    item = own.get(registry)
    if item is None:
        return None
    return registry_auth(item["username"], item["password"], HUB if registry == "docker.io" else registry)
