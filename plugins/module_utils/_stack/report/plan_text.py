# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Show a plan, as text for people or as data for programs. Neither contains the content of secrets."""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.terms import OBJECT, Terms
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import (
    CREATE,
    NETWORK,
    REMOVE,
    SERVICE,
    UNCHANGED,
    UPDATE,
    Difference,
    Plan,
    Step,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.sensitive import HIDDEN

Json = dict[str, Any]

_SIGNS = {CREATE: "+", UPDATE: "~", REMOVE: "-", UNCHANGED: "="}
_PAST = {CREATE: "to create", UPDATE: "to update", REMOVE: "to remove", UNCHANGED: "unchanged"}
_SHORT_DIGEST = len("sha256:") + 12


def summary(plan: Plan) -> str:
    """`stack shop: 1 to create, 2 to update, 1 to remove, 14 unchanged`."""
    counts = [f"{len(steps)} {_PAST[action]}" for action in _SIGNS if (steps := plan.having(action))]
    return f"stack {plan.stack}: {', '.join(counts) or 'nothing in it'}"


def plan_as_text(plan: Plan) -> str:
    """The plan as text: a summary, then each object that changes with its fields."""
    lines = [summary(plan)]
    for step in plan.steps:
        if step.action == UNCHANGED:
            continue
        lines.append(_headline(step))
        if step.action != CREATE or step.kind != SERVICE:
            rows = [(item.key, change_text(item)) for item in step.differences]
            width = max((len(key) for key, _text in rows), default=0)
            lines += [f"    {key:<{width}}  {text}" for key, text in rows]
    return "\n".join(lines) + "\n"


def plan_as_diff(plan: Plan) -> list[Json]:
    """The plan as Ansible shows it in diff mode; empty if nothing changes."""
    return [{"prepared": plan_as_text(plan)}] if plan.changed else []


def plan_as_data(plan: Plan) -> Json:
    """The plan as plain data.

    Returns:
        stack; summary; steps, each with kind, name (full), short, action and its differences (key, before, after).
        Unchanged objects have no step; their full names are in `unchanged`.
    """
    return {
        "stack": plan.stack,
        "summary": summary(plan),
        "steps": [
            {
                "kind": step.kind,
                "name": step.name,
                "short": step.short,
                "action": step.action,
                "before": step.before,
                "after": step.after,
                "differences": [
                    {"key": item.key, "before": item.before, "after": item.after} for item in step.differences
                ],
            }
            for step in plan.steps
            if step.action != UNCHANGED
        ],
        "unchanged": [f"{step.kind} {step.name}" for step in plan.having(UNCHANGED)],
    }


def change_text(item: Difference) -> str:
    """One field's change: `2 → 4`, `(added) debug`, `(removed) debug`, `rotated`."""
    if item.after in ("rotated", "recreated"):
        return str(item.after)
    if item.before == item.after:
        return f"changes {HIDDEN}"
    if item.before is None:
        return f"(added) {value_text(item.after)}"
    if item.after is None:
        return f"(removed) {value_text(item.before)}"
    return _changed_value(item)


def _changed_value(item: Difference) -> str:
    if item.key == "image":
        return _image_change(str(item.before), str(item.after))
    if _only_the_revision_differs(item):
        return "rotated"
    return f"{value_text(item.before)} → {value_text(item.after)}"


def _only_the_revision_differs(item: Difference) -> bool:
    """Whether a reference to a config or secret differs only in the object's name."""
    if not item.key.startswith(("configs.", "secrets.")):
        return False
    return _without_object_name(item.before) == _without_object_name(item.after)


def _without_object_name(references: list[str]) -> list[str]:
    return [", ".join(part for part in text.split(", ") if not part.startswith(f"{OBJECT}=")) for text in references]


def _image_change(before: str, after: str) -> str:
    old, _at, old_digest = before.partition("@")
    new, _at, new_digest = after.partition("@")
    digests = f"   ({_digest(old_digest)} → {_digest(new_digest)})" if old_digest or new_digest else ""
    return f"{old if old == new else f'{old} → {new}'}{digests}"


def _digest(digest: str) -> str:
    if not digest:
        return "no digest"
    return f"{digest[:_SHORT_DIGEST]}…" if len(digest) > _SHORT_DIGEST else digest


def value_text(value: Any) -> str:
    """A value as readable text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(str(item) for item in value) + "]"
    return '""' if value == "" else str(value)


def _headline(step: Step) -> str:
    terms = step.after if step.action == CREATE else step.before
    words = object_summary(step.kind, terms or {}) if step.action in (CREATE, REMOVE) else ""
    return f"{_SIGNS[step.action]} {step.kind} {step.short}" + (f"   {words}" if words else "")


def object_summary(kind: str, terms: Terms) -> str:
    """A short description of a created or removed object: `registry:5000/ui:1, 2 replicas`, `overlay, encrypted`."""
    if kind == SERVICE:
        image, _at, _digest_part = str(terms.get("image", "")).partition("@")
        return f"{image}, {_scale(terms)}"
    if kind == NETWORK:
        encrypted = "encrypted" if terms.get("driver_opts.encrypted") not in (None, "false") else ""
        words = [
            str(terms.get("driver", "")),
            encrypted,
            *(key for key in ("internal", "attachable") if terms.get(key)),
        ]
        return ", ".join(word for word in words if word)
    return ""


def _scale(terms: Terms) -> str:
    replicas = terms.get("deploy.replicas")
    if replicas is None:
        return str(terms.get("deploy.mode", ""))
    return f"{replicas} replica" + ("" if replicas == 1 else "s")
