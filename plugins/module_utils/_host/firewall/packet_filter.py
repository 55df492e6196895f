# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Read the host's iptables rules, plan the collection's chains, and apply them with a systemd unit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._host.data_root import DAEMON_JSON
from ansible_collections.dockyard.swarm.plugins.module_utils._host.files import plan_file
from ansible_collections.dockyard.swarm.plugins.module_utils._host.firewall import rules as firewall
from ansible_collections.dockyard.swarm.plugins.module_utils._host.network import (
    default_route_interface,
    has_global_ipv6,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._host.own_units import (
    Helper,
    apply_helper,
    plan_helper,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import Run

_UNIT = "dockyard-firewall.service"
_UNIT_PATH = f"/etc/systemd/system/{_UNIT}"
_FOLDER = "/etc/dockyard/firewall"
#: The status of a shell command whose program does not exist.
_NOT_THERE = 127
_SCRIPT = f"{_FOLDER}/apply"

_UNIT_TEXT = f"""# Written by the role dockyard.swarm.docker; changes made here are lost.
[Unit]
Description=Who may reach published ports and the swarm
After=iptables.service ip6tables.service nftables.service ufw.service firewalld.service
Before=docker.service
PartOf=docker.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={_SCRIPT}

[Install]
WantedBy=multi-user.target docker.service
"""


@dataclass(frozen=True)
class Planned:
    """The changes to make.

    Attributes:
        obsolete: command lines that remove chains which are no longer declared.
    """

    helper: Helper
    interfaces: list[str]
    obsolete: list[list[str]]

    @property
    def changed(self) -> bool:
        """Something is to be changed."""
        return self.helper.changed or bool(self.obsolete)


def plan(params: dict[str, Any], run: Run, predict: bool = False) -> Planned:
    """Compare the declared rules with this host.

    Args:
        params: options of the module `engine_firewall`.
        predict: in check mode, iptables may still be missing because its package is not installed yet.

    Raises:
        FirewallError: a rule is invalid, no interface is known, or the rules would have no effect on this host. Nothing
            has been changed.
    """
    wanted = params["state"] == "present"
    interfaces = (params["interfaces"] or _outside()) if wanted else []
    if wanted and params["published"] is not None and not interfaces:
        raise firewall.FirewallError("This host has no default route: set docker_firewall_interfaces")
    chains = {family: _chains(params, interfaces, family) if wanted else {} for family in firewall.FAMILIES}
    answers = {family: run([tool, "--wait", "-S"]) for family, tool in firewall.FAMILIES.items()}
    present = {family: firewall.FAMILIES[family] for family, answer in answers.items() if answer[0] == 0}
    if wanted:
        problems = firewall.no_effect(_engine_config(), params["published"] is not None)
        for family in firewall.FAMILIES:
            status, _out, err = answers[family]
            needed = family == 4 or has_global_ipv6()
            if status != 0 and needed and not (predict and status == _NOT_THERE):
                problems.append(firewall.does_not_work(family, err))
        if problems:
            raise firewall.FirewallError("Nothing was changed: " + "; ".join(problems))
    stale = any(not _in_place(run, tool, chains[family]) for family, tool in present.items())
    obsolete = [
        command
        for family, tool in present.items()
        for chain in firewall.PARENTS
        if chain not in chains[family] and run([tool, "--wait", "-S", chain])[0] == 0
        for command in firewall.removal_commands(tool, {chain: []})
    ]
    files = [
        plan_file(f"{_FOLDER}/rules.v{family}", firewall.restore_text(chains[family]) if wanted else None)
        for family in firewall.FAMILIES
    ]
    files.append(plan_file(_SCRIPT, firewall.script(_FOLDER) if wanted else None, mode=0o755))
    files.append(plan_file(_UNIT_PATH, _UNIT_TEXT if wanted else None))
    return Planned(plan_helper(_UNIT, wanted, files, run, stale=wanted and stale), interfaces, obsolete)


def apply(planned: Planned, run: Run) -> None:
    """Apply the plan and check that the rules are active.

    Raises:
        HelperError: they are not.
    """
    apply_helper(planned.helper, run)
    for command in planned.obsolete:
        run(command)


def describe(planned: Planned) -> list[dict[str, str]]:
    """The diff shown by Ansible."""
    shown = [change.as_diff() for change in planned.helper.files if change.changed]
    if planned.helper.stale and not shown:
        shown.append({"before": "live rules differ from the files\n", "after": "live rules as in the files\n"})
    return shown


def _chains(params: dict[str, Any], interfaces: list[str], family: int) -> dict[str, list[str]]:
    chains = {}
    if params["published"] is not None:
        chains[firewall.PUBLISHED] = firewall.published_rules(params["published"], interfaces, family)
    if params["members"] is not None:
        chains[firewall.SWARM] = firewall.swarm_rules(params["members"], params["data_port"], family)
    return chains


def _engine_config() -> dict[str, Any]:
    try:
        with open(DAEMON_JSON, encoding="utf-8") as file:
            config = json.load(file)
    except (OSError, ValueError):
        return {}
    return config if isinstance(config, dict) else {}


def _in_place(run: Run, tool: str, chains: dict[str, list[str]]) -> bool:
    return all(
        firewall.in_place(
            chain,
            rules,
            run([tool, "--wait", "-S", chain])[1],
            run([tool, "--wait", "-S", firewall.PARENTS[chain]])[1],
        )
        for chain, rules in chains.items()
    )


def _outside() -> list[str]:
    try:
        with open("/proc/net/route", encoding="utf-8") as file:
            interface = default_route_interface(file.read())
    except OSError:
        return []
    return [interface] if interface else []
