# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Changes that the swarm refuses: the mode of a service cannot be changed; and invalid settings of jobs and updates.

Source: swarmkit, manager/controlapi/service.go (UpdateService, validateJob, validateUpdate, validateHealthCheck).
"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.service_words import is_job, mode_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import (
    Cluster,
    Finding,
    Json,
    Subject,
)

_MILLISECOND = 10**6


def check(subject: Subject) -> list[Finding]:
    """Settings that the swarm always refuses."""
    found = []
    for name, spec in sorted(subject.desired.services.items()):
        if is_job(spec) and spec.get("UpdateConfig") is not None:
            text = f"has no place in mode {mode_of(spec)}: a job is not updated task by task; remove it"
            found.append(Finding(subject.path("services", name, "deploy", "update_config"), text))
        for key, word in (("UpdateConfig", "update_config"), ("RollbackConfig", "rollback_config")):
            ratio = (spec.get(key) or {}).get("MaxFailureRatio") or 0
            if not 0 <= ratio <= 1:
                text = f"{ratio:g} is no share of the tasks; write a number between 0 and 1"
                found.append(Finding(subject.path("services", name, "deploy", word, "max_failure_ratio"), text))
        found += _health(subject, name, spec["TaskTemplate"]["ContainerSpec"].get("Healthcheck") or {})
    return found


def _health(subject: Subject, name: str, check_of: Json) -> Iterator[Finding]:
    for key, word in (
        ("Interval", "interval"),
        ("Timeout", "timeout"),
        ("StartPeriod", "start_period"),
        ("StartInterval", "start_interval"),
    ):
        if 0 < (check_of.get(key) or 0) < _MILLISECOND:
            yield Finding(subject.path("services", name, "healthcheck", word), "is less than 1ms; write 1ms or more")


def check_against(subject: Subject, cluster: Cluster) -> list[Finding]:
    """Services that run in another mode than the files declare."""
    if subject.recreate_services:
        return []
    running = {item["Spec"]["Name"]: item["Spec"] for item in cluster.services}
    found = []
    for name, spec in sorted(subject.desired.services.items()):
        before, after = mode_of(running[name]) if name in running else None, mode_of(spec)
        if before is not None and before != after:
            text = (
                f"the service is {before} and cannot become {after}: keep the mode, "
                "or say recreate_services: true, which removes the service and makes it again"
            )
            found.append(Finding(subject.path("services", name, "deploy", "mode"), text))
    return found
