# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""First step of the role docker: check the host's abilities, apply kernel settings, report whether more is to do."""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import DEFAULT_DOCKER_HOST
from ansible_collections.dockyard.swarm.plugins.module_utils._host.config.schema import type_problems
from ansible_collections.dockyard.swarm.plugins.module_utils._host.firewall.rules import no_effect
from ansible_collections.dockyard.swarm.plugins.module_utils._host.kernel import capabilities, settings
from ansible_collections.dockyard.swarm.plugins.module_utils._host.look import look
from ansible_collections.dockyard.swarm.plugins.module_utils._host.network import local_addresses
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages import repository
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.distribution import (
    UnsupportedHostError,
    this_host,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import Run
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

Json = dict[str, Any]

#: Parts of the role beside the engine itself, in their order, and those that an earlier run may have left behind.
PARTS = ("users", "logins", "prune", "firewall")
TAKEN_BACK = ("prune", "firewall")

OPEN_SWARM_PORTS = (
    "The swarm's ports (2377/tcp, 7946/tcp and udp, 4789/udp) are open to everyone who can reach these hosts, and "
    "4789/udp lets packets into every overlay network that is not encrypted. Close them to all but members with "
    "docker_firewall_enabled: true and docker_firewall_members: [inventory]; where another firewall closes them, set "
    "docker_warn_open_swarm_ports: false"
)


def inspect_host(params: Json, run: Run, check_mode: bool) -> Json:
    """Fail if the declared configuration cannot work on this host; apply kernel settings; report what is left to do.

    Args:
        params: options of the module `engine_host`.

    Returns:
        What the module returns.
    """
    daemon = (params["config"] or {}).get("daemon", {})
    abilities = capabilities.read_abilities(run)
    found = {ability.name: ability.present for ability in abilities}
    preflight = capabilities.report(abilities)

    problems = type_problems(daemon)
    if params["firewall"]:
        problems += no_effect(daemon, published=True)
    if problems:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        raise UserError(f"Nothing was changed, because docker_daemon is wrong:\n{listed}", preflight=preflight)
    missing = capabilities.missing(abilities, capabilities.needed(params["needs"], daemon))
    if missing:
        names = ", ".join(ability.name for ability in missing)
        message = f"This host lacks abilities that the declared configuration needs ({names}). It\n{preflight}"
        raise UserError(message, preflight=preflight, abilities=found)

    present = params["state"] == "present"
    sysctls = {name: str(value) for name, value in params["sysctls"].items()} if present else {}
    planned = settings.plan(sysctls, params["modules"] if present else [])
    if planned.changed and not check_mode:
        try:
            settings.apply(planned, sysctls, run)
        except settings.PrepareError as error:
            raise UserError(str(error), preflight=preflight, abilities=found) from error
    warnings = []
    if planned.changed and not all(found.values()):
        warnings.append(f"Abilities of this host. It\n{preflight}")
    if params["warn_open_swarm_ports"] and (params["config"] or {}).get("swarm_member"):
        warnings.append(OPEN_SWARM_PORTS)
    return {
        "changed": planned.changed,
        "kernel_settled": not planned.changed,
        "preflight": preflight,
        "abilities": found,
        "managed": settings.managed(),
        "parts": _parts(params["parts"], settings.managed()),
        "unknown_sysctls": planned.unknown,
        "diff": settings.describe(planned),
        "warnings": warnings,
        "addresses": local_addresses(),
        **_left_to_do(params, run),
    }


def _parts(declared: list[str], managed: list[str]) -> list[str]:
    """Parts of the role that have to run: those declared, and those of earlier runs that may have to be taken back."""
    return [part for part in PARTS if part in declared or (part in TAKEN_BACK and part in managed)]


def _repository_settled(options: Json) -> bool:
    """Whether the module engine_repository would change nothing. The key is not fetched to find out."""

    def fetch(url: str) -> bytes:
        raise repository.RepositoryError(f"{url} is not fetched for a look")

    try:
        return not repository.plan(options, this_host(), fetch).files
    except (repository.RepositoryError, UnsupportedHostError):
        return False


def _left_to_do(params: Json, run: Run) -> Json:
    if params["config"] is None:
        return {}
    seen = look(params["packages"], params["config"], run, DEFAULT_DOCKER_HOST)
    return {
        "repository_settled": params["repository"] is not None and _repository_settled(params["repository"]),
        "settled": seen.settled,
        "swarm": seen.swarm,
        "version": seen.info.get("ServerVersion", ""),
    }
