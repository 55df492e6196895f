# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The result of the module `stack`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.terms import Terms
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.wait import Outcome
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import SERVICE, Difference, Plan, Step
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.plan_text import plan_as_data, plan_as_diff
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.sensitive import Sensitive

Json = dict[str, Any]


def plan_result(plan: Plan, sensitive: Sensitive) -> Json:
    """`changed`, `plan` and `diff`, with secret values masked."""
    shown = plan_without_secrets(plan, sensitive)
    return {"changed": shown.changed, "plan": plan_as_data(shown), "diff": plan_as_diff(shown)}


def plan_without_secrets(plan: Plan, sensitive: Sensitive) -> Plan:
    """The plan with secret values masked."""
    return replace(
        plan,
        steps=tuple(_step_without_secrets(step, sensitive) for step in plan.steps),
        warnings=tuple(map(sensitive.in_message, plan.warnings)),
    )


def _step_without_secrets(step: Step, sensitive: Sensitive) -> Step:
    service = step.short if step.kind == SERVICE else ""

    def terms(values: Terms | None) -> Terms | None:
        return values and {key: sensitive.in_term(service, key, value) for key, value in values.items()}

    differences = tuple(difference_without_secrets(service, item, sensitive) for item in step.differences)
    return replace(step, before=terms(step.before), after=terms(step.after), differences=differences)


def difference_without_secrets(service: str, item: Difference, sensitive: Sensitive) -> Difference:
    """One field that changes, with secret values masked.

    Args:
        service: the service's name in the file; empty for other objects.
    """
    before, after = (sensitive.in_term(service, item.key, value) for value in (item.before, item.after))
    return Difference(item.key, before, after)


def services_result(outcome: Outcome) -> Json:
    """`services`: how many tasks of each are running, and how many are desired."""
    verdicts = outcome.verdicts.items()
    return {"services": {name: {"running": item.running, "desired": item.desired} for name, item in verdicts}}
