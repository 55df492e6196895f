# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Images: references that the engine accepts, platforms that the nodes have, registries that require credentials.

Source: distribution/reference; swarmkit, manager/scheduler/filter.go (PlatformFilter).
"""

from __future__ import annotations

import re

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.images import image_of, registry_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.placement.nodes import (
    PLATFORM,
    platform_of,
    satisfies_constraints,
    unfitness,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import Cluster, Finding, Subject
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.settings import ERROR, WARN
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.tasks import runs_something

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9.\-]*[a-zA-Z0-9])?|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_REFERENCE = re.compile(
    rf"(?:{_HOST}/)?{_COMPONENT}(?:/{_COMPONENT})*(?::\w[\w.\-]{{0,127}})?(?:@[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{{32,}})?",
    re.ASCII,
)
_ID = re.compile(r"[0-9a-f]{64}")
_PUBLIC = ("docker.io", "ghcr.io", "quay.io", "gcr.io", "registry.k8s.io", "public.ecr.aws", "mcr.microsoft.com")
_LOCAL = ("localhost", "127.0.0.1")


def check(subject: Subject) -> list[Finding]:
    """References that no engine accepts."""
    found = []
    for name, spec in sorted(subject.desired.services.items()):
        image = image_of(spec)
        if image and not _REFERENCE.fullmatch(image) and not _ID.fullmatch(image):
            lower = image.lower()
            better = f'; write "{lower}"' if _REFERENCE.fullmatch(lower) else "; write it as in registry/name:tag"
            found.append(Finding(subject.path("services", name, "image"), f'"{image}" is no image reference{better}'))
    return found


def check_against(subject: Subject, cluster: Cluster) -> list[Finding]:
    """Images for platforms that no node has, and registries that nodes would ask without credentials."""
    found = []
    for name, spec in sorted(subject.desired.services.items()):
        image, path = image_of(spec), subject.path("services", name, "image")
        nodes = [node for node in cluster.nodes if satisfies_constraints(spec, node)]
        if nodes and runs_something(spec) and all(PLATFORM in unfitness(spec, node) for node in nodes):
            built = ", ".join(
                f"{item.get('OS', 'any')}/{item.get('Architecture', 'any')}"
                for item in spec["TaskTemplate"]["Placement"]["Platforms"]
            )
            there = ", ".join(sorted({platform_of(node) for node in nodes}))
            text = f"the image is built for {built}, and the nodes are {there}; build it for one of them"
            found.append(Finding(path, text, ERROR if subject.waits else WARN))
        registry = registry_of(image)
        unasked = subject.resolve_image == "never" and name in subject.changing
        private = registry not in _PUBLIC and registry.partition(":")[0] not in _LOCAL
        if unasked and private and not cluster.given_credentials(image):
            text = (
                f"there are no credentials for the registry {registry}: nodes without the image will ask it without "
                "any; give registries, or log in on the manager, if it wants them"
            )
            found.append(Finding(path, text, WARN))
    return found
