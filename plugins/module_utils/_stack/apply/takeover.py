# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""After taking over the lock of a run that seems dead: make sure that its late requests have no effect."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.objects import version_of
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.service_words import is_job

Json = dict[str, Any]

# Submitting the spec would resume updates in these states, which the deploy itself must decide.
_HALTED = ("paused", "rollback_started", "rollback_paused")


def outdate_pending_updates(engine: Engine, services: Iterable[Json]) -> None:
    """Submit each service unchanged, so that its version increases.

    The run that seems dead may be suspended between its decision and its request, or its request may be waiting in an
    engine that hangs. Such a request contains an older version, so the swarm then refuses it. The spec is the same, so
    no task is replaced. Jobs are skipped: submitting a job runs it again.
    """
    for service in services:
        state = (service.get("UpdateStatus") or {}).get("State") or ""
        if is_job(service["Spec"]) or state in _HALTED:
            continue
        try:
            engine.service_update(service["ID"], version_of(service), service["Spec"])
        except EngineError as error:
            # Another client changed or removed the service: its version has increased anyway.
            if not (error.out_of_sequence or error.not_found):
                raise
