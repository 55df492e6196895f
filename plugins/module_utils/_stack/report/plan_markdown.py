# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""A plan as Markdown, for reviewers: what happens to each object, field by field."""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import CREATE, REMOVE, UPDATE, Difference
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.plan_text import (
    change_text,
    object_summary,
    value_text,
)

Json = dict[str, Any]

_HEADINGS = {CREATE: "Created", UPDATE: "Updated", REMOVE: "Removed"}
# Terms of a new object that a reviewer does not need: they are the same for the whole stack.
_NAMESPACE_TERMS = ("labels.com.docker.stack.namespace", "deploy.labels.com.docker.stack.namespace")


def plan_as_markdown(plan: Json) -> str:
    """Render the result of plan_text.plan_as_data()."""
    lines = [f"## {escaped(plan['summary'])}", ""]
    created = {(step["kind"], step["short"]) for step in plan["steps"] if step["action"] == CREATE}
    for action, heading in _HEADINGS.items():
        steps = [step for step in plan["steps"] if step["action"] == action]
        if steps:
            lines += [f"### {heading}", ""]
            for step in steps:
                replaced = action == REMOVE and (step["kind"], step["short"]) in created
                lines += [_headline(step, replaced), "", *_table(step)]
    if plan["unchanged"]:
        lines += [f"{len(plan['unchanged'])} object(s) are not changed.", ""]
    return "\n".join(lines)


def _headline(step: Json, replaced: bool) -> str:
    told_of_it = object_summary(step["kind"], step["before"]) if step["action"] == REMOVE else ""
    words = "the former one" if replaced else escaped(told_of_it)
    return f"**{step['kind']} `{step['short']}`**" + (f" ({words})" if words else "")


def _table(step: Json) -> list[str]:
    rows = _rows(step)
    if not rows:
        return []
    return ["| field | change |", "| --- | --- |", *(f"| `{key}` | {escaped(text)} |" for key, text in rows), ""]


def _rows(step: Json) -> list[tuple[str, str]]:
    differences = [Difference(item["key"], item["before"], item["after"]) for item in step["differences"]]
    if differences or step["action"] != CREATE:
        return [(item.key, change_text(item)) for item in differences]
    return [(key, value_text(value)) for key, value in step["after"].items() if key not in _NAMESPACE_TERMS]


def escaped(text: str) -> str:
    """Escape text for a table cell."""
    for sign in "\\`*<>|":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split("\n"))
