# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""A finding of a check: its place in the files, and the suggested correction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import short_name
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import PlanError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.settings import ERROR
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import NEWEST_API, Desired
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.problems import Path, located

Json = dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """One fault.

    Attributes:
        path: of the key in the project, such as `("services", "web", "ports", 0)`.
        text: what is wrong, and what to write instead.
        level: `error` for what cannot work, `warn` for what may not.
    """

    path: Path
    text: str
    level: str = ERROR


@dataclass(frozen=True)
class Cluster:
    """What the cluster has, as reported by the Engine API.

    Attributes:
        services: those of all stacks.
        networks: all that the manager lists, those of its engine included.
        given_credentials: whether there are credentials for an image's registry.
        routing_mesh: whether the manager's kernel can carry virtual addresses and published ports; None if unknown.
        secret_drivers: plugins of managers that can give secrets; None where nobody has asked.
    """

    nodes: list[Json] = field(default_factory=list)
    services: list[Json] = field(default_factory=list)
    networks: list[Json] = field(default_factory=list)
    given_credentials: Callable[[str], bool] = lambda _image: True
    routing_mesh: bool | None = None
    secret_drivers: frozenset[str] | None = None


@dataclass(frozen=True)
class Subject:
    """The input of the checks.

    Attributes:
        desired: the specs, with images as they shall run.
        changing: full names of the services that are to be created or updated.
        existing_networks: names of the networks of swarm scope that there are.
        relative_sources: sources of bind mounts that the files write as relative paths, by what they became.
        waits: whether the run waits for its services.
        others: as the module's options of the same names.
    """

    stack: str
    desired: Desired
    api_version: str = NEWEST_API
    changing: frozenset[str] = frozenset()
    existing_networks: frozenset[str] = frozenset()
    relative_sources: Mapping[str, str] = field(default_factory=dict)
    bind_base: str | None = None
    allow_empty: bool = False
    recreate_services: bool = False
    resolve_image: str = "always"
    waits: bool = True

    def path(self, section: str, name: str, *rest: str | int) -> Path:
        """The path of an object's key in the files, by the object's full name."""
        key = self.desired.keys.get((section, name)) or short_name(name, self.stack)
        return (section, key, *rest)

    def of_others(self, cluster: Cluster) -> list[Json]:
        """The cluster's services without those that the files declare."""
        return [item for item in cluster.services if item["Spec"]["Name"] not in self.desired.services]


class PreflightError(PlanError):
    """Faults with which a deployment is expected to fail, one sentence each; nothing has been changed."""

    def __init__(self, sentences: Iterable[str]) -> None:
        super().__init__("\n".join(sentences))


def told(finding: Finding, places: Mapping[str, str] | None = None) -> str:
    """`compose.yml:12: service web: ports[0]: text`."""
    return located(finding.path, finding.text, places or {})
