# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Which checks run in a deployment, and the level of their findings."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

ERROR = "error"
WARN = "warn"
SKIP = "skip"
LEVELS = (ERROR, WARN, SKIP)

CHECKS = (
    "addresses",
    "binds",
    "changes",
    "contents",
    "drivers",
    "images",
    "mounts",
    "names",
    "networks",
    "placement",
    "ports",
    "resources",
    "routing",
    "templates",
)


@dataclass(frozen=True)
class Preflight:
    """The settings of one deployment.

    Attributes:
        levels: of single checks; `level` counts for all others.
        relative_sources: sources of bind mounts that the files write as relative paths, by what they became.
        places: file and line of keys, by dotted path.
        local_engine: whether the engine's kernel is that of the host the code runs on.
        others: as the module's options of the same names.
    """

    level: str = ERROR
    levels: Mapping[str, str] = field(default_factory=dict)
    allow_empty: bool = False
    recreate_services: bool = False
    bind_base: str | None = None
    waits: bool = True
    resolve_image: str = "always"
    relative_sources: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    local_engine: bool = False

    def level_of(self, check: str) -> str:
        """`error`, `warn` or `skip`."""
        return self.levels.get(check, self.level)

    @property
    def looks(self) -> bool:
        """Whether any check is enabled."""
        return any(self.level_of(check) != SKIP for check in CHECKS)


NONE = Preflight(level=SKIP)
"""No checks: for what has run before."""


def levels_of(option: Any) -> tuple[str, dict[str, str]]:
    """The option `preflight`: one level for all checks, or levels by check, where `all` is the default for the
    others.

    Raises:
        UserError: it is neither.
    """
    if isinstance(option, str):
        return _level("preflight", option), {}
    if not isinstance(option, Mapping):
        raise UserError(f"preflight must be one of {', '.join(LEVELS)}, or a mapping of checks to them")
    for check in option:
        if check not in (*CHECKS, "all"):
            near = difflib.get_close_matches(str(check), CHECKS, 1)
            hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(CHECKS)} and all"
            raise UserError(f'preflight: there is no check "{check}"; {hint}')
    levels = {check: _level(f"preflight.{check}", value) for check, value in option.items()}
    return levels.pop("all", ERROR), levels


def _level(name: str, value: Any) -> str:
    if value in LEVELS:
        return str(value)
    raise UserError(f'{name} must be one of {", ".join(LEVELS)}, not "{value}"')
