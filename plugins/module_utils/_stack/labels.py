# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The labels by which a stack's objects are known, and the names they carry."""

from __future__ import annotations

import hashlib
from typing import Any

NAMESPACE = "com.docker.stack.namespace"
"""On every object of a stack: the stack's name (as `docker stack deploy` sets it)."""

IMAGE = "com.docker.stack.image"
"""On services: the image as the compose file names it, before a digest is appended."""

REVISION_OF = "dockyard.swarm.revision-of"
"""On a config or secret that replaced another whose content changed: the name the compose file gives it."""

REVISION = "dockyard.swarm.revision"
"""On the same objects: the revision's number. The object under the plain name is revision 1."""

DEPLOYMENT = "dockyard.swarm.deployment"
"""On a config that keeps a deployment of the stack: its number. More than one config may carry the same."""

PART = "dockyard.swarm.deployment.part"
"""On the same configs: which part of how many, such as `1/2`."""

Json = dict[str, Any]


def labels_of(spec: Json) -> dict[str, str]:
    """The labels of any Engine API spec; engines return null for none."""
    return spec.get("Labels") or {}


def belongs_to(spec: Json, stack: str) -> bool:
    """Whether an object is the stack's own, by its exact namespace label."""
    return labels_of(spec).get(NAMESPACE) == stack


def short_name(name: str, stack: str) -> str:
    """The name without the stack's prefix, as the compose file writes it."""
    prefix = f"{stack}_"
    return name[len(prefix) :] if name.startswith(prefix) else name


def shortened(stack: str, longest: int) -> str:
    """A stack's name, or as much of it as fits with something that tells it from others that begin the same."""
    if len(stack) <= longest:
        return stack
    return f"{stack[: longest - 9]}-{hashlib.sha256(stack.encode()).hexdigest()[:8]}"


def lock_name(stack: str) -> str:
    """What the lock is called under which a stack is deployed (see swarm/lock.py)."""
    return f"stack.{shortened(stack, 37)}"
