# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The context for converting a project: the project, the stack's name, and the objects it defines."""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import NAMESPACE
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.problems import Json, Path, Problems


class Stack:
    """A project with its stack name.

    Attributes:
        used: full names of configs and secrets that services refer to.
    """

    def __init__(self, config: Json, namespace: str, problems: Problems) -> None:
        self.config = config
        self.namespace = namespace
        self.problems = problems
        self.used: dict[str, set[str]] = {"configs": set(), "secrets": set()}

    def scope(self, name: str) -> str:
        """`shop_web`."""
        return f"{self.namespace}_{name}"

    def full_name(self, section: str, key: str) -> str:
        """The name of a network, volume, config or secret in the swarm."""
        value = self.config.get(section, {}).get(key) or {}
        return str(value.get("name") or self.scope(key))

    def labels(self, labels: Json | None) -> Json:
        """The given labels with the stack's label added."""
        return {**(labels or {}), NAMESPACE: self.namespace}

    def defined(self, section: str, key: str, path: Path) -> bool:
        """Whether the project defines an object; if not, a problem is recorded."""
        if key in self.config.get(section, {}):
            return True
        known = sorted(self.config.get(section, {}))
        hint = f"; the defined ones are {', '.join(known)}" if known else ""
        self.problems.add(path, f'the {section[:-1]} "{key}" is not defined under the top-level `{section}`{hint}')
        return False
