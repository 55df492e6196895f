# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Resolve the images of a file to the ones that swarm runs: with tag, digest and platforms.

The digest is looked up in the registry at deploy time, through the engine (`GET /distribution/{image}/json`), so every
node runs the same image even if the tag moves later.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.canonical import spec_at
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import IMAGE, labels_of

Json = dict[str, Any]

ALWAYS = "always"
CHANGED = "changed"
NEVER = "never"

_AT_ONCE = 8
_ID = re.compile(r"[0-9a-f]{64}")


class UnresolvedImagesError(UserError):
    """Images whose digest could not be looked up.

    Attributes:
        reasons: the engine's message for each reference.
        answers: the answers for all other references.
    """

    def __init__(self, reasons: Mapping[str, str], answers: Mapping[str, Json] | None = None) -> None:
        self.reasons = dict(reasons)
        self.answers = dict(answers or {})
        found = "; ".join(f"{image}: {reason}" for image, reason in sorted(reasons.items()))
        super().__init__(f"the digest of {len(self.reasons)} image(s) could not be looked up: {found}")


def tagged(image: str) -> str:
    """The reference in its short form with a tag: `docker.io/library/nginx` -> `nginx:latest`.

    References with a digest, and image ids, are kept.
    """
    if _ID.fullmatch(image):
        return image
    name, at, digest = image.partition("@")
    short = _familiar(name)
    if at or ":" in short.rpartition("/")[2]:
        return short + at + digest
    return f"{short}:latest"


def registry_of(image: str) -> str:
    """The registry host of a reference; `docker.io` if it has none."""
    host, slash, _rest = image.partition("/")
    return host if slash and _is_host(host) else "docker.io"


def pinned(image: str, digest: str) -> str:
    """`nginx` and `sha256:aa` -> `nginx:latest@sha256:aa`; a reference with a digest is returned unchanged."""
    name = tagged(image)
    return name if "@" in name or _ID.fullmatch(name) else f"{name}@{digest}"


def platforms(distribution: Json) -> list[Json]:
    """Placement.Platforms from an answer of the distribution endpoint.

    Unknown platforms (attestations) are left out, duplicates are removed. The architecture is removed for Arm, because
    nodes report variants such as `armv7l` that no manifest contains (moby/swarmkit#2294).
    """
    found: list[Json] = []
    for item in distribution.get("Platforms") or []:
        architecture = item.get("architecture") or ""
        system = item.get("os") or ""
        if "unknown" in (architecture, system):
            continue
        platform = {"Architecture": "" if architecture.lower() == "arm" else architecture, "OS": system}
        platform = {key: value for key, value in platform.items() if value}
        if platform and platform not in found:
            found.append(platform)
    return found


def references_to_ask(desired: Mapping[str, Json], current: Mapping[str, Json], policy: str) -> set[str]:
    """The image references whose digest must be looked up for this deploy.

    Args:
        desired: service specs with the file's own image references, by full name.
        current: the specs of existing services, by full name.
        policy: `always`, `changed` (only if the image in the file differs from the last deploy) or `never`.
    """
    if policy == NEVER:
        return set()
    return {
        image_of(spec)
        for name, spec in desired.items()
        if policy == ALWAYS or name not in current or _named(current[name]) != image_of(spec)
    }


def look_up(references: Iterable[str], ask: Callable[[str], Json], at_once: int = _AT_ONCE) -> dict[str, Json]:
    """Look up each reference once, several in parallel.

    Args:
        ask: the engine's distribution endpoint, for one tagged reference.

    Returns:
        The endpoint's answers by reference.

    Raises:
        UnresolvedImagesError: with every reference that failed, not only the first.
    """
    ordered = sorted(set(references))
    if not ordered:
        return {}

    def answer(reference: str) -> Json | EngineError:
        try:
            return ask(tagged(reference))
        except EngineError as error:
            return error

    with ThreadPoolExecutor(max_workers=min(at_once, len(ordered))) as pool:
        answers = dict(zip(ordered, pool.map(answer, ordered)))
    failed = {reference: item.message for reference, item in answers.items() if isinstance(item, EngineError)}
    found = {reference: item for reference, item in answers.items() if not isinstance(item, EngineError)}
    if failed:
        raise UnresolvedImagesError(failed, found)
    return found


def pin_services(
    desired: Mapping[str, Json], current: Mapping[str, Json], answers: Mapping[str, Json], policy: str
) -> dict[str, Json]:
    """Service specs with the image that each runs.

    If the registry was not asked, a service with the same image in the file as at the last deploy keeps its exact
    image; any other gets its reference with a tag only.
    """
    return {name: _pin(spec, current.get(name), answers, policy) for name, spec in desired.items()}


def _pin(spec: Json, running: Json | None, answers: Mapping[str, Json], policy: str) -> Json:
    result = copy.deepcopy(spec)
    task = result["TaskTemplate"]
    container = task["ContainerSpec"]
    reference = image_of(spec)
    answer = answers.get(reference) if policy != NEVER else None
    unchanged = running is not None and _named(running) == reference
    if answer is not None and (policy == ALWAYS or not unchanged):
        container["Image"] = pinned(reference, answer["Descriptor"]["digest"])
        _set_platforms(task, platforms(answer))
    elif unchanged and running is not None:
        container["Image"] = running["TaskTemplate"]["ContainerSpec"]["Image"]
        _set_platforms(task, spec_at(running, ("TaskTemplate", "Placement", "Platforms")) or [])
    else:
        container["Image"] = tagged(reference)
    return result


def _set_platforms(task: Json, found: list[Json]) -> None:
    if found:
        task["Placement"] = {**(task.get("Placement") or {}), "Platforms": found}


def image_of(spec: Json) -> str:
    """The image reference in a service spec."""
    return str(spec["TaskTemplate"]["ContainerSpec"]["Image"])


def _named(running: Json) -> str | None:
    return labels_of(running).get(IMAGE)


def _is_host(part: str) -> bool:
    return "." in part or ":" in part or part == "localhost" or part != part.lower()


def _familiar(name: str) -> str:
    for prefix in ("docker.io/", "index.docker.io/"):
        if name.startswith(prefix):
            rest = name[len(prefix) :]
            return rest[len("library/") :] if rest.startswith("library/") and rest.count("/") == 1 else rest
    return name[len("library/") :] if name.startswith("library/") and name.count("/") == 1 else name
