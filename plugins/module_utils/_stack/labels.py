# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The labels that identify a stack's objects, and the names of the objects."""

from __future__ import annotations

import hashlib
from typing import Any

NAMESPACE = "com.docker.stack.namespace"
"""On every object of a stack: the stack's name (as set by `docker stack deploy`)."""

IMAGE = "com.docker.stack.image"
"""On services: the image as the compose file names it, before a digest is appended."""

REVISION_OF = "dockyard.swarm.revision-of"
"""On a config or secret that replaced another whose content changed: the name the compose file gives it."""

REVISION = "dockyard.swarm.revision"
"""On the same objects: the revision's number. The object under the plain name is revision 1."""

DEPLOYMENT = "dockyard.swarm.deployment"
"""On a config that stores a deployment of the stack: its number. Several configs may have the same."""

PART = "dockyard.swarm.deployment.part"
"""On the same configs: which part of how many, such as `1/2`."""

Json = dict[str, Any]


def labels_of(spec: Json) -> dict[str, str]:
    """The labels of any Engine API spec; engines return null if there are none."""
    return spec.get("Labels") or {}


def belongs_to(spec: Json, stack: str) -> bool:
    """Whether an object belongs to the stack, by its exact namespace label."""
    return labels_of(spec).get(NAMESPACE) == stack


def short_name(name: str, stack: str) -> str:
    """The name without the stack's prefix, as in the compose file."""
    prefix = f"{stack}_"
    return name[len(prefix) :] if name.startswith(prefix) else name


def shortened(stack: str, longest: int) -> str:
    """A stack's name, shortened if necessary, with a hash that distinguishes it from others with the same prefix."""
    if len(stack) <= longest:
        return stack
    return f"{stack[: longest - 9]}-{hashlib.sha256(stack.encode()).hexdigest()[:8]}"


def lock_name(stack: str) -> str:
    """The name of the lock for deploys of a stack (see _swarm/lock/rule.py)."""
    return f"stack.{shortened(stack, 37)}"
