# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""What a run of the module `stack` returns."""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.wait import Outcome
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import Plan
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.plan_text import plan_as_data, plan_as_diff

Json = dict[str, Any]


def plan_result(plan: Plan) -> Json:
    """`changed`, `plan` and `diff`."""
    return {"changed": plan.changed, "plan": plan_as_data(plan), "diff": plan_as_diff(plan)}


def services_result(outcome: Outcome) -> Json:
    """`services`: how many tasks of each run, and how many are wanted."""
    verdicts = outcome.verdicts.items()
    return {"services": {name: {"running": item.running, "wanted": item.wanted} for name, item in verdicts}}
