# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Run all preflight checks of a deployment. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight import (
    addresses,
    binds,
    changes,
    contents,
    drivers,
    images,
    mounts,
    names,
    networks,
    placement,
    ports,
    resources,
    routing,
    templates,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import (
    Cluster,
    Finding,
    Subject,
    told,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.settings import ERROR, SKIP, Preflight

_BY_FILES: Mapping[str, Callable[[Subject], Iterable[Finding]]] = {
    "names": names.check,
    "contents": contents.check,
    "networks": networks.check,
    "placement": placement.check,
    "ports": ports.check,
    "resources": resources.check,
    "mounts": mounts.check,
    "binds": binds.check,
    "templates": templates.check,
    "images": images.check,
    "changes": changes.check,
}
_BY_CLUSTER: Mapping[str, Callable[[Subject, Cluster], Iterable[Finding]]] = {
    "networks": networks.check_against,
    "addresses": addresses.check,
    "placement": placement.check_against,
    "ports": ports.check_against,
    "resources": resources.check_against,
    "mounts": mounts.check_against,
    "drivers": drivers.check_against,
    "images": images.check_against,
    "changes": changes.check_against,
    "routing": routing.check_against,
}


@dataclass
class Findings:
    """The findings, one sentence each."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def examine(subject: Subject, cluster: Cluster | None, settings: Preflight) -> Findings:
    """Run all checks that are not skipped.

    Args:
        cluster: None where only the files are checked.
    """
    result = Findings()
    for check in sorted({*_BY_FILES, *_BY_CLUSTER}):
        level = settings.level_of(check)
        if level == SKIP:
            continue
        found: list[Finding] = []
        if check in _BY_FILES:
            found += _BY_FILES[check](subject)
        if cluster is not None and check in _BY_CLUSTER:
            found += _BY_CLUSTER[check](subject, cluster)
        for finding in found:
            fatal = level == finding.level == ERROR
            sentences = result.errors if fatal else result.warnings
            sentence = told(finding, settings.places)
            if sentence not in sentences:
                sentences.append(sentence)
    return result


def subject_of(stack: str, settings: Preflight, **facts: object) -> Subject:
    """The checks, each with the settings that it depends on."""
    return Subject(
        stack=stack,
        relative_sources=settings.relative_sources,
        bind_base=settings.bind_base,
        allow_empty=settings.allow_empty,
        recreate_services=settings.recreate_services,
        resolve_image=settings.resolve_image,
        waits=settings.waits,
        **facts,  # type: ignore[arg-type]
    )
