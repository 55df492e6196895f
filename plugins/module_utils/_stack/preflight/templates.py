# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Placeholders such as `{{.Node.Hostname}}`, which the engine fills in for each task and refuses if it cannot.

Source: swarmkit, template/context.go; https://docs.docker.com/reference/cli/docker/service/create/#create-services-using-templates
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import Finding, Json, Subject
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.problems import Path

_FIELDS = (
    ".Service.ID .Service.Name .Service.Labels .Node.ID .Node.Hostname .Node.Platform.Architecture .Node.Platform.OS "
    ".Task.ID .Task.Name .Task.Slot"
).split()
_PLACEHOLDER = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_FIELD = re.compile(r"\.[A-Za-z_][A-Za-z0-9_.]*")


def check(subject: Subject) -> list[Finding]:
    """Placeholders in environments, hostnames and mounts."""
    found = []
    for name, spec in sorted(subject.desired.services.items()):
        for path, text in _texts(spec["TaskTemplate"]["ContainerSpec"]):
            fault = _fault(text)
            if fault:
                found.append(Finding(subject.path("services", name, *path), fault))
    return found


def _texts(container: Json) -> Iterator[tuple[Path, str]]:
    for entry in container.get("Env") or []:
        key, _equals, value = entry.partition("=")
        yield ("environment", key), value
    if container.get("Hostname"):
        yield ("hostname",), container["Hostname"]
    for index, mount in enumerate(container.get("Mounts") or []):
        for key in ("Source", "Target"):
            if mount.get(key):
                yield ("volumes", index), mount[key]


def _fault(text: str) -> str:
    if "{{" not in text:
        return ""
    known = ", ".join(_FIELDS)
    for inner in _PLACEHOLDER.findall(text):
        if _FIELD.fullmatch(inner) and inner not in _FIELDS and not inner.startswith(".Service.Labels."):
            return f'"{{{{{inner}}}}}" is no placeholder the engine can fill in; it knows {known}'
    rest = _PLACEHOLDER.sub("", text)
    if "{{" in rest:
        return 'the placeholder that begins with "{{" has no end; close it with "}}"'
    return ""
