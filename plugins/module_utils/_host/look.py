# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Check in one step whether the engine is already installed and running as declared.

Uses the same plans as the steps themselves, and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._host import engine_service as service
from ansible_collections.dockyard.swarm.plugins.module_utils._host.config import apply as engine_config
from ansible_collections.dockyard.swarm.plugins.module_utils._host.membership import (
    is_member,
    read_membership,
    swarm_state,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._host.options import DAEMON_JSON
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages import install
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.distribution import UnsupportedHostError
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.plan import PackageError
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import Run

Json = dict[str, Any]


@dataclass(frozen=True)
class Look:
    """The result of the check.

    Attributes:
        settled: packages, configuration and unit need no change.
        info: `GET /info` of the engine; empty when it does not answer.
        swarm: the engine's membership, see `membership.read_membership`.

    """

    settled: bool
    info: Json
    swarm: Json


def look(packages: Json, config: Json, run: Run, docker_host: str) -> Look:
    """Check without changing anything.

    Args:
        packages: options.PACKAGES of the module engine_packages.
        config: options.CONFIG of the module engine_config.
    """
    unit = service.current_unit(run)
    if not unit.active:
        return Look(False, {}, read_membership({}, unit.command_line, running=False))
    try:
        info = service.read_info(docker_host)
    except EngineError:
        return Look(False, {}, read_membership({}, unit.command_line, running=True))
    swarm = swarm_state(info)
    action, reasons = service.read_pending(unit)
    verbs = service.decide(unit, action, reasons, member=is_member(swarm), defer=False).verbs
    return Look(not verbs and _installed(packages, run) and _configured(config, run), info, swarm)


def _installed(packages: Json, run: Run) -> bool:
    if packages["version"] == "latest":
        # Only freshly fetched package lists tell which version is the latest.
        return False
    try:
        return not install.plan({**packages, "state": "present", "refresh": False}, run, may_refresh=False).changed
    except (PackageError, UnsupportedHostError):
        return False


def _configured(config: Json, run: Run) -> bool:
    try:
        return not engine_config.plan({**config, "state": "present", "path": DAEMON_JSON}, run).changed
    except engine_config.ConfigError:
        return False
