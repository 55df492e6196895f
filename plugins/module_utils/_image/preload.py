# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Pull container images into an image, so that the first deploy on a host does not have to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError, registry_auth
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

_BY_DIGEST = re.compile(r"(?P<name>[^@\s]+)@(?P<digest>sha256:[0-9a-f]{64})")
_DOCKER_HUB = "docker.io"


class PreloadError(UserError):
    """A container image cannot be pulled in advance."""


@dataclass(frozen=True)
class Plan:
    """Images to pull, and images that are already there."""

    pull: list[str] = field(default_factory=list)
    present: list[str] = field(default_factory=list)


def check(references: list[str]) -> None:
    """Check that each reference has a digest.

    Raises:
        PreloadError: a reference has none; a tag may point to another image later.
    """
    for reference in references:
        if not _BY_DIGEST.fullmatch(reference):
            raise PreloadError(
                f"{reference}: name the image by digest, as in NAME@sha256:…; "
                "`docker buildx imagetools inspect NAME:TAG` and `docker inspect` show it."
            )


def registry_of(reference: str) -> str:
    """The registry's host, such as `registry:5000` in `registry:5000/demo/ui@…`."""
    first, slash, _rest = reference.partition("/")
    return first if slash and (set(first) & {".", ":"} or first == "localhost") else _DOCKER_HUB


def read(references: list[str], engine: Engine) -> Plan:
    """Ask the engine which images it already has."""
    present_by_reference = {reference: _has(engine, reference) for reference in references}
    return Plan(
        pull=[reference for reference, present in present_by_reference.items() if not present],
        present=[reference for reference, present in present_by_reference.items() if present],
    )


def apply(plan: Plan, engine: Engine, logins: dict[str, dict[str, str]]) -> None:
    """Pull the images one by one.

    Raises:
        PreloadError: with the image and the message of the engine or registry.
    """
    for reference in plan.pull:
        login = logins.get(registry_of(reference))
        auth = registry_auth(login["username"], login["password"], registry_of(reference)) if login else None
        try:
            engine.image_pull(reference, auth)
            engine.image(reference)
        except EngineError as error:
            raise PreloadError(f"{reference} could not be pulled: {error.message}") from error


def _has(engine: Engine, reference: str) -> bool:
    try:
        engine.image(reference)
    except EngineError as error:
        if error.not_found:
            return False
        raise
    return True
