# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""What a hosts provider is, and what its report has to say. No I/O. See docs/providers.md.

A provider is a role that makes the declared hosts exist. The playbooks know it by this contract only.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

# What `hosts_provider` may say, and the role that stands for it.
PROVIDERS = {
    "gce": "dockyard.swarm.gce_hosts",
    "static": "dockyard.swarm.static_hosts",
}
Json = dict[str, Any]

LISTS = ("booted", "surplus")
CHANGES = "changes"
_ACTIONS = ("create", "change", "delete")

_ROLE = re.compile(r"[a-z_]\w*(\.[a-z_]\w*){2,}")


class ContractError(UserError):
    """A provider that is none, or a report that does not keep the contract."""


@dataclass(frozen=True)
class Fleet:
    """What follows from a report, as names of hosts in the inventory.

    Attributes:
        booted: made or started in this run, so that SSH has to be waited for.
        surplus: no longer declared; they stay unless the fleet is to shrink.
        leaving: the surplus hosts that this run takes out of the swarm and releases to the provider.
        changes: what the provider did, for the plan of the whole run: `kind`, `name`, `action` and `details`.
    """

    booted: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()
    changes: tuple[Mapping[str, Any], ...] = ()


def role_of(provider: str) -> str:
    """The role of a provider: one of ours by its short name, any other by its full one. Raises ContractError."""
    if provider in PROVIDERS:
        return PROVIDERS[provider]
    if _ROLE.fullmatch(provider):
        return provider
    close = difflib.get_close_matches(provider, PROVIDERS, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    raise ContractError(
        f"hosts_provider is '{provider}', which is none: write {', '.join(sorted(PROVIDERS))}, or the full name of a "
        f"role, such as my_namespace.my_collection.my_hosts.{hint}"
    )


def report_variable(role: str) -> str:
    """The fact in which a provider's role reports: `gce_hosts_report` of `dockyard.swarm.gce_hosts`."""
    return f"{role.rsplit('.', 1)[-1]}_report"


def fleet_of(role: str, report: Any, inventory: Collection[str], shrink: bool = False) -> Fleet:
    """What a provider's report means for the run.

    Args:
        report: the fact `report_variable(role)`: `{booted: [names], surplus: [names]}`, and perhaps `changes`.
        inventory: names of the inventory's hosts.
        shrink: whether surplus hosts are to leave.

    Raises:
        ContractError: with the role and the fact, for a report that does not keep the contract.
    """
    where = f"the hosts provider {role}: {report_variable(role)}"
    if report is None:
        raise ContractError(f"{where} is not set; the role has to report what it did in this fact")
    if not isinstance(report, Mapping):
        raise ContractError(f"{where} has to be a mapping with the lists {' and '.join(LISTS)}, not {_kind(report)}")
    unknown = sorted(str(key) for key in report if key not in (*LISTS, CHANGES))
    if unknown:
        raise ContractError(
            f"{where} has {', '.join(unknown)}, which nothing reads; it may have {', '.join(LISTS)} and {CHANGES}"
        )
    booted, surplus = (_names(where, key, report.get(key)) for key in LISTS)
    both = sorted(set(booted) & set(surplus))
    if both:
        raise ContractError(f"{where} has {', '.join(both)} as booted and as surplus: a host is one of them")
    absent = [name for name in surplus if name not in inventory]
    if shrink and absent:
        raise ContractError(
            f"{where}.surplus has {', '.join(absent)}, which the inventory has not, so that nobody can drain them; the "
            "provider has to use the inventory's names"
        )
    # Whoever does not say what it changed has made or started these.
    otherwise = [{"kind": "host", "name": name, "action": "create", "details": []} for name in booted]
    changes = _changes(where, report[CHANGES]) if CHANGES in report else tuple(otherwise)
    return Fleet(booted, surplus, surplus if shrink else (), changes)


def released_of(leaving: Sequence[str], left: Collection[str]) -> tuple[str, ...]:
    """The hosts that the provider may delete: those that were to leave and really have left the swarm."""
    return tuple(name for name in leaving if name in left)


def _changes(where: str, value: Any) -> tuple[Json, ...]:
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise ContractError(f"{where}.{CHANGES} has to be a list, not {_kind(value)}")
    found = []
    for item in value:
        if not isinstance(item, Mapping) or not item.get("name") or item.get("action") not in _ACTIONS:
            raise ContractError(
                f"{where}.{CHANGES} has to hold mappings with a name and an action, which is one of "
                f"{', '.join(_ACTIONS)}"
            )
        details = [str(text) for text in item.get("details") or []]
        found.append({"kind": "host", **item, "name": str(item["name"]), "details": details})
    return tuple(found)


def _names(where: str, key: str, value: Any) -> tuple[str, ...]:
    if value is None:
        raise ContractError(f"{where} lacks {key}: a list of hosts' names, which may be empty")
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise ContractError(f"{where}.{key} has to be a list of hosts' names, not {_kind(value)}")
    wrong = [item for item in value if not isinstance(item, str) or not item.strip()]
    if wrong:
        raise ContractError(f"{where}.{key} has to hold hosts' names, not {_kind(wrong[0])}")
    twice = sorted({item for item in value if list(value).count(item) > 1})
    if twice:
        raise ContractError(f"{where}.{key} has {', '.join(twice)} more than once")
    return tuple(str(item) for item in value)


def _kind(value: Any) -> str:
    kinds = {bool: "a truth value", int: "a number", float: "a number", dict: "a mapping", list: "a list"}
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"the text '{value}'" if value.strip() else "an empty text"
    return next((words for kind, words in kinds.items() if isinstance(value, kind)), type(value).__name__)
