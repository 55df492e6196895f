# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The plan of a whole run, out of what its tasks have registered on each host. No I/O, and no thinking: each stage has
decided already, in check mode as in a real run, and here is only told what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Variables = Mapping[str, Any]

# Parts of an engine's host beside its packages, its configuration and its service: what has registered their change.
_PARTS = {
    "__docker_repository": "package repository",
    "docker_inspection": "kernel settings",
    "__docker_users": "users of the group docker",
    "__docker_logins": "registry logins",
    "__docker_prune": "scheduled pruning",
    "__docker_firewall": "firewall",
}
_ENGINES = ("docker-ce", "docker.io", "moby-engine", "docker")


@dataclass(frozen=True)
class Declared:
    """Names of the inventory's hosts, in its order, and of the stacks it declares."""

    engines: tuple[str, ...]
    managers: tuple[str, ...]
    workers: tuple[str, ...]
    stacks: tuple[str, ...] = ()


def declared_stacks(raw: Variables) -> tuple[str, ...]:
    """Names of a manager's declared stacks, from its untemplated variables; those that are templates are left out."""
    projects, ready = raw.get("stack_projects"), raw.get("swarm_stacks")
    names = list(ready) if isinstance(ready, Mapping) else []
    if isinstance(projects, list):
        names += [item.get("name") for item in projects if isinstance(item, Mapping)]
    return tuple(str(name) for name in names if name and "{{" not in str(name))


def collected(declared: Declared, hostvars: Mapping[str, Variables], check_mode: bool) -> Json:
    """What a run does, or would do.

    Returns:
        `complete`; `check_mode`; `hosts`, `engines` and `members`, each with `changes` (kind, name, action, details)
        and `unchanged` (how many); `stacks`, as the module `stack` returns plans; `notes`, sentences about what is not
        in the plan.
    """
    engines, engines_unseen = _engines(declared, hostvars)
    members, members_unseen = _members(declared, hostvars)
    hosts = _hosts(hostvars.get("localhost") or {})
    notes = [
        *_unseen("engine", engines_unseen),
        *_unseen("membership", [name for name in members_unseen if name not in engines_unseen]),
    ]
    if any(item["action"] == "create" and item["kind"] == "host" for item in hosts["changes"]) and check_mode:
        notes.append(
            "What becomes of hosts that are yet to be created is not in this plan: there is nothing to look at"
        )
    stay = [name for name in _local(hostvars, "hosts_surplus") if name not in _local(hostvars, "hosts_leaving")]
    if stay:
        notes.append(f"No longer declared, and they stay unless hosts_shrink=true: {', '.join(stay)}")
    managers = [hostvars.get(name) or {} for name in declared.managers]
    stacks = _stacks(managers)
    return {
        "complete": True,
        "check_mode": check_mode,
        "hosts": hosts,
        "engines": engines,
        "members": members,
        "stacks": stacks,
        "missing_stacks": _missing_stacks(declared.stacks, stacks),
        "notes": notes,
    }


def _local(hostvars: Mapping[str, Variables], name: str) -> list[str]:
    return list((hostvars.get("localhost") or {}).get(name) or [])


def _unseen(what: str, names: list[str]) -> list[str]:
    if not names:
        return []
    return [f"Not looked at, so nothing is said of their {what}: {', '.join(names)}"]


# -- hosts ---------------------------------------------------------------------------------------------------------


def _hosts(local: Variables) -> Json:
    leaving = [
        _change("host", name, "delete", ["drained and taken out of the swarm first"])
        for name in local.get("hosts_leaving") or []
    ]
    changes = [_change(item["kind"], item["name"], item["action"], item["details"]) for item in _reported(local)]
    return {"changes": [*changes, *leaving], "unchanged": 0}


def _reported(local: Variables) -> Iterable[Mapping[str, Any]]:
    return local.get("hosts_changes") or []


# -- engines -------------------------------------------------------------------------------------------------------


def _engines(declared: Declared, hostvars: Mapping[str, Variables]) -> tuple[Json, list[str]]:
    changes, unseen, unchanged = [], [], 0
    for name in declared.engines:
        own = hostvars.get(name) or {}
        if not any(_result(own, register) for register in ("docker_inspection", "__docker_packages")):
            unseen.append(name)
            continue
        change = _engine(name, own)
        if change:
            changes.append(change)
        else:
            unchanged += 1
    return {"changes": changes, "unchanged": unchanged}, unseen


def _engine(name: str, own: Variables) -> Json | None:
    packages, config, service = (
        _result(own, register) for register in ("__docker_packages", "__docker_config", "__docker_service")
    )
    details: list[str] = []
    installed = packages.get("installed") or {}
    before = str((packages.get("diff") or {}).get("before") or "").splitlines()
    for package, version in sorted(installed.items()):
        old = next((line.partition(" ")[2] for line in before if line.split(" ")[0] == package), "")
        details.append(f"{package} {old + ' → ' if old else ''}{version or 'the newest'}")
    details += [f"{package} removed" for package in packages.get("removed") or [] if package not in installed]
    if packages.get("changed") and not details:
        details.append("packages held, or no longer held")
    if config.get("changed"):
        details.append("configuration: " + (", ".join(config.get("changed_keys") or []) or "the file"))
    details += [words for register, words in _PARTS.items() if _result(own, register).get("changed")]
    restarts = {item["host"] for item in _result(own, "__docker_restart_plan").get("restarts") or []}
    steps = [*(service.get("steps") or []), *(["restart, one member at a time"] if name in restarts else [])]
    if service.get("changed") or name in restarts:
        details.append("service: " + (", ".join(steps) or "changed"))
    return _change("engine", name, _engine_action(packages, before, steps), details) if details else None


def _engine_action(packages: Mapping[str, Any], before: list[str], steps: list[str]) -> str:
    engine = [package for package in packages.get("installed") or {} if package in _ENGINES]
    known = {line.split(" ")[0] for line in before}
    if engine:
        return "upgrade" if known & set(_ENGINES) else "install"
    if set(packages.get("removed") or []) & set(_ENGINES):
        return "remove"
    if any(step.startswith("restart") for step in steps):
        return "restart"
    return "configure"


# -- members -------------------------------------------------------------------------------------------------------


def _members(declared: Declared, hostvars: Mapping[str, Variables]) -> tuple[Json, list[str]]:
    names = [*declared.managers, *(name for name in declared.workers if name not in declared.managers)]
    unseen = [name for name in names if not _membership_seen(hostvars.get(name) or {})]
    first = _first(hostvars, names, "swarm_membership")
    plan = first.get("planned") or {}
    changes = list(_membership(plan, names))
    told = {item["name"] for item in changes}
    for name in names:
        labels = _result(hostvars.get(name) or {}, "__swarm_node")
        if labels.get("changed") and name not in told:
            changes.append(_change("member", name, "configure", ["labels or availability"]))
            told.add(name)
    settings = _first(hostvars, names, "__swarm_settings")
    if settings.get("changed"):
        changes.append(_change("swarm", str(plan.get("cluster_id") or ""), "configure", list(_keys(settings))))
    return {"changes": changes, "unchanged": len(set(names) - told - set(unseen))}, unseen


def _membership_seen(own: Variables) -> bool:
    """The role has asked the host, or a look before it has found nothing to do."""
    return bool(_result(own, "swarm_host")) or "membership" in _result(own, "docker_inspection")


def _membership(plan: Mapping[str, Any], names: Iterable[str]) -> Iterator[Json]:
    joining = dict.fromkeys(plan.get("join_managers") or [], "manager")
    joining |= dict.fromkeys(plan.get("join_workers") or [], "worker")
    leaving = set(plan.get("leave") or [])
    for name in names:
        former = ["leaves its former swarm first"] if name in leaving else []
        if plan.get("found") == name:
            yield _change("member", name, "join", [*former, "founds the swarm, as its first manager"])
        elif name in joining:
            yield _change("member", name, "join", [*former, f"as a {joining[name]}"])
        elif name in leaving:
            yield _change("member", name, "leave", ["its membership is of no use"])
        elif name in (plan.get("promote") or []):
            yield _change("member", name, "promote", ["worker → manager"])
        elif name in (plan.get("demote") or []):
            yield _change("member", name, "demote", ["manager → worker"])
    for node in plan.get("stale_nodes") or []:
        details = [f"stale node {node['id']}, a {node['role']}"]
        yield _change("node", str(node["hostname"]), "remove", details)


def _keys(result: Mapping[str, Any]) -> Iterator[str]:
    diff = result.get("diff") or {}
    before, after = (diff.get(side) for side in ("before", "after"))
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from (str(key) for key in sorted({*before, *after}) if before.get(key) != after.get(key))


# -- stacks --------------------------------------------------------------------------------------------------------


def _stacks(managers: Iterable[Variables]) -> list[Json]:
    """The plans of all stacks, in the order of their deployment."""
    return [dict(plan) for own in managers for plan in own.get("stack_plans") or []]


def _missing_stacks(declared: Iterable[str], plans: list[Json]) -> list[str]:
    """Names of declared stacks without a plan: the run failed before it had one."""
    planned = {plan["stack"] for plan in plans}
    return [name for name in declared if name not in planned]


# -- registered results --------------------------------------------------------------------------------------------


def _result(own: Variables, register: str) -> Mapping[str, Any]:
    """What a task has registered; nothing where it was skipped, failed, or could not reach its host."""
    value = own.get(register)
    if not isinstance(value, Mapping) or any(value.get(word) for word in ("skipped", "failed", "unreachable")):
        return {}
    return value


def _first(hostvars: Mapping[str, Variables], names: Iterable[str], register: str) -> Mapping[str, Any]:
    """Of a task that ran once, whose result every host of the play has."""
    results = (_result(hostvars.get(name) or {}, register) for name in names)
    return next((result for result in results if result), {})


def _change(kind: str, name: str, action: str, details: list[str]) -> Json:
    return {"kind": kind, "name": name, "action": action, "details": details}
