# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The contract of a hosts provider, and the check of its report. No I/O. See docs/providers.md.

A provider is a role that creates the declared hosts. The playbooks use providers only through this contract.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

# Short names for `hosts_provider`, and their roles.
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
    """The provider does not exist, or its report breaks the contract."""


@dataclass(frozen=True)
class Fleet:
    """The result of a report, as inventory names of hosts.

    Attributes:
        booted: created or started in this run; SSH must be waited for.
        surplus: no longer declared; they are kept unless the fleet may shrink.
        leaving: the surplus hosts that this run removes from the swarm and then releases to the provider.
        changes: what the provider did, for the plan of the whole run: `kind`, `name`, `action` and `details`.
    """

    booted: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()
    changes: tuple[Mapping[str, Any], ...] = ()


def role_of(provider: str) -> str:
    """The role of a provider: ours by a short name, any other by its full name. Raises ContractError."""
    if provider in PROVIDERS:
        return PROVIDERS[provider]
    if _ROLE.fullmatch(provider):
        return provider
    close = difflib.get_close_matches(provider, PROVIDERS, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    raise ContractError(
        f"hosts_provider is '{provider}', which does not exist: set it to {', '.join(sorted(PROVIDERS))}, or to the "
        f"full name of a role, such as my_namespace.my_collection.my_hosts.{hint}"
    )


def report_variable(role: str) -> str:
    """The fact in which a provider's role reports, such as `gce_hosts_report` for `dockyard.swarm.gce_hosts`."""
    return f"{role.rsplit('.', 1)[-1]}_report"


def fleet_of(role: str, report: Any, inventory: Collection[str], shrink: bool = False) -> Fleet:
    """Check a provider's report, and derive the hosts that boot and leave.

    Args:
        report: the fact `report_variable(role)`: `{booted: [names], surplus: [names]}`, and perhaps `changes`.
        inventory: names of the inventory's hosts.
        shrink: whether surplus hosts leave.

    Raises:
        ContractError: the report breaks the contract; the message names the role and the fact.
    """
    where = f"the hosts provider {role}: {report_variable(role)}"
    if report is None:
        raise ContractError(f"{where} is not set; the role must report what it did in this fact")
    if not isinstance(report, Mapping):
        raise ContractError(f"{where} must be a mapping with the lists {' and '.join(LISTS)}, not {_kind(report)}")
    unknown = sorted(str(key) for key in report if key not in (*LISTS, CHANGES))
    if unknown:
        raise ContractError(
            f"{where} has the unknown keys {', '.join(unknown)}; the known ones are {', '.join(LISTS)} and {CHANGES}"
        )
    booted, surplus = (_names(where, key, report.get(key)) for key in LISTS)
    both = sorted(set(booted) & set(surplus))
    if both:
        raise ContractError(
            f"{where} has {', '.join(both)} both as booted and as surplus: a host can be only one of them"
        )
    absent = [name for name in surplus if name not in inventory]
    if shrink and absent:
        raise ContractError(
            f"{where}.surplus has {', '.join(absent)}, which are not in the inventory, so they cannot be drained; the "
            "provider must use the inventory's names"
        )
    # Without `changes`, the booted hosts count as created.
    otherwise = [{"kind": "host", "name": name, "action": "create", "details": []} for name in booted]
    changes = _changes(where, report[CHANGES]) if CHANGES in report else tuple(otherwise)
    return Fleet(booted, surplus, surplus if shrink else (), changes)


def released_of(leaving: Sequence[str], left: Collection[str]) -> tuple[str, ...]:
    """The hosts that the provider may delete: those that were leaving and have really left the swarm."""
    return tuple(name for name in leaving if name in left)


def _changes(where: str, value: Any) -> tuple[Json, ...]:
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise ContractError(f"{where}.{CHANGES} must be a list, not {_kind(value)}")
    found = []
    for item in value:
        if not isinstance(item, Mapping) or not item.get("name") or item.get("action") not in _ACTIONS:
            raise ContractError(
                f"{where}.{CHANGES} must contain mappings with a name and an action, which is one of "
                f"{', '.join(_ACTIONS)}"
            )
        details = [str(text) for text in item.get("details") or []]
        found.append({"kind": "host", **item, "name": str(item["name"]), "details": details})
    return tuple(found)


def _names(where: str, key: str, value: Any) -> tuple[str, ...]:
    if value is None:
        raise ContractError(f"{where} lacks the list {key} of host names (it may be empty)")
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise ContractError(f"{where}.{key} must be a list of host names, not {_kind(value)}")
    wrong = [item for item in value if not isinstance(item, str) or not item.strip()]
    if wrong:
        raise ContractError(f"{where}.{key} must contain host names, not {_kind(wrong[0])}")
    twice = sorted({item for item in value if list(value).count(item) > 1})
    if twice:
        raise ContractError(f"{where}.{key} has {', '.join(twice)} more than once")
    return tuple(str(item) for item in value)


def _kind(value: Any) -> str:
    kinds = {bool: "a boolean", int: "a number", float: "a number", dict: "a mapping", list: "a list"}
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"the string '{value}'" if value.strip() else "an empty string"
    return next((words for kind, words in kinds.items() if isinstance(value, kind)), type(value).__name__)
