# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Which images of a family may be used: tested ones, none that failed, only the newest few. Pure."""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import DeclarationError
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.plan import Plan, Step

Json = dict[str, Any]

VERDICT = "docker-ready"
_ACTIVE = "ACTIVE"
_REASON_LENGTH = 500


def decide_tested(image: Json, family: str, labels: Json) -> Plan:
    """Label the image as tested, then add it to its family.

    Raises:
        DeclarationError: it is deprecated, so the family would not resolve to it.
    """
    if _state(image) != _ACTIVE:
        raise DeclarationError(f"the image {image['name']} is {_state(image)}: bake a new one")
    values = {key: str(value).replace(".", "-").lower() for key, value in labels.items()}
    steps = _labelled(image, {**values, VERDICT: "tested"})
    if image.get("family") != family:
        steps.append(_step("patch_image", image, {"family": image.get("family")}, {"family": family}))
    return _plan(steps)


def decide_failed(image: Json, reason: str) -> Plan:
    """Deprecate the image and record the reason. A family never resolves to a deprecated image."""
    steps = _labelled(image, {VERDICT: "failed"})
    words = f"Failed its test: {reason}"[:_REASON_LENGTH]
    if reason and image.get("description") != words:
        steps.append(_step("patch_image", image, {"description": image.get("description")}, {"description": words}))
    if _state(image) == _ACTIVE:
        steps.append(_deprecated(image))
    return _plan(steps)


def decide_prune(images: list[Json], keep: int, older: str) -> Plan:
    """Deprecate or delete all active images but the newest.

    Args:
        images: of one family, in any order.
        older: `deprecate` or `delete`; the latter also deletes images that are already deprecated.
    """
    usable = [image for image in _newest_first(images) if _state(image) == _ACTIVE]
    stay = {image["name"] for image in usable[:keep]}
    gone = [image for image in _newest_first(images) if image["name"] not in stay]
    if older == "delete":
        return _plan([_step("delete_image", image, {"state": _state(image)}, None) for image in gone])
    return _plan([_deprecated(image) for image in gone if _state(image) == _ACTIVE])


def in_use(images: list[Json]) -> list[str]:
    """Names of the images that are not deprecated, newest first."""
    return [image["name"] for image in _newest_first(images) if _state(image) == _ACTIVE]


def _newest_first(images: list[Json]) -> list[Json]:
    return sorted(images, key=lambda image: (image["creationTimestamp"], image["name"]), reverse=True)


def _state(image: Json) -> str:
    return str((image.get("deprecated") or {}).get("state") or _ACTIVE)


def _labelled(image: Json, labels: Json) -> list[Step]:
    before = image.get("labels") or {}
    changed = {key: value for key, value in labels.items() if before.get(key) != value}
    if not changed:
        return []
    return [_step("label_image", image, {key: before.get(key) for key in changed}, changed)]


def _deprecated(image: Json) -> Step:
    return _step("deprecate_image", image, {"state": _ACTIVE}, {"state": "DEPRECATED"})


def _step(action: str, image: Json, before: Json, after: Json | None) -> Step:
    return Step(action, "image", image["name"], "global", before, after, after or {})


def _plan(steps: list[Step]) -> Plan:
    lanes: dict[str, tuple[Step, ...]] = {}
    for step in steps:
        lanes[step.name] = (*lanes.get(step.name, ()), step)
    return Plan(lanes)
