# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The plan of a whole run as one Markdown page, for whoever reviews a change. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.plan_markdown import (
    escaped,
    plan_as_markdown,
)

Json = Mapping[str, Any]

SECTIONS = ("hosts", "engines", "members")
# Actions in the order in which they are told, and the headings under which they stand.
_HEADINGS = {
    "create": "Created",
    "install": "Installed",
    "join": "Joining",
    "upgrade": "Upgraded",
    "restart": "Restarted",
    "change": "Changed",
    "configure": "Configured",
    "promote": "Promoted",
    "demote": "Demoted",
    "leave": "Leaving",
    "remove": "Removed",
    "delete": "Deleted",
}
INCOMPLETE = "not complete: the run has not ended, or stopped before its end"


def summary(plan: Json) -> str:
    """`hosts: 1 to create; engines: 3 to install; members: 3 to join; stack shop: 2 to update, 5 unchanged`."""
    if not plan["complete"]:
        return INCOMPLETE
    parts = [f"{name}: {counts}" for name in SECTIONS if (counts := _counts(plan[name]["changes"]))]
    parts += [item["summary"] for item in plan["stacks"] if item["steps"]]
    parts += [f"stack {name}: not planned, as the run failed before" for name in plan["missing_stacks"]]
    return "; ".join(parts) or "nothing changes"


def page(plan: Json) -> str:
    """Render what `collected` returned."""
    lines = [f"# Plan: {escaped(summary(plan))}", ""]
    if not plan["complete"]:
        return "\n".join(lines)
    lines += ["Nothing was changed: this was a check." if plan["check_mode"] else "This was carried out.", ""]
    lines += [line for note in plan["notes"] for line in (f"- {escaped(note)}.", "")]
    for name in SECTIONS:
        lines += _section(name, plan[name])
    return "\n".join([*lines, *map(plan_as_markdown, plan["stacks"])])


def _section(name: str, section: Json) -> list[str]:
    changes, unchanged = section["changes"], section["unchanged"]
    counts = [_counts(changes), *([f"{unchanged} unchanged"] if unchanged else [])]
    told = ", ".join(filter(None, counts))
    if not told:
        return []
    lines = [f"## {name}: {told}", ""]
    for action, heading in _HEADINGS.items():
        items = [item for item in changes if item["action"] == action]
        if items:
            lines += [f"### {heading}", ""]
            for item in items:
                name_of_it = f" `{item['name']}`" if item["name"] else ""
                lines += [f"**{item['kind']}{name_of_it}**", "", *(f"- {escaped(text)}" for text in item["details"])]
                lines += [""] if item["details"] else []
    return lines


def _counts(changes: Iterable[Json]) -> str:
    listed = [item["action"] for item in changes]
    return ", ".join(f"{listed.count(action)} to {action}" for action in _HEADINGS if action in listed)
