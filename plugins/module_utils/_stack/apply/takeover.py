# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""After the lock was taken from a run that showed no life: make sure that nothing it may still send has an effect."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.objects import version_of
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.service_words import is_job

Json = dict[str, Any]

# An update like these goes on when its spec is submitted again, which is for the deploy itself to decide.
_HALTED = ("paused", "rollback_started", "rollback_paused")


def outdate_pending_updates(engine: Engine, services: Iterable[Json]) -> None:
    """Submit each service as it is, so that its version moves on.

    The run that was taken for dead may be stopped between its decision and its request, or its request may wait in an
    engine that hangs. Such a request carries the version that was read before, so the swarm then refuses it. The spec
    is the same, so no task is replaced. Jobs are left alone: submitting one runs it again.
    """
    for service in services:
        state = (service.get("UpdateStatus") or {}).get("State") or ""
        if is_job(service["Spec"]) or state in _HALTED:
            continue
        try:
            engine.service_update(service["ID"], version_of(service), service["Spec"])
        except EngineError as error:
            # Somebody was faster: then the version has moved on, or the service is gone.
            if not (error.out_of_sequence or error.not_found):
                raise
