# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of `decision`: runs only on the controller and decides from the hosts' answers.

It collects the results that the role's tasks registered and calls the pure function for the decision. All rules are in
those functions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.outcome import (
    Lock,
    latest,
    lock_after,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.managers import (
    Cluster,
    NoManagerError,
    current_cluster,
    order_of_maintenance,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.recovery.choices import (
    RecoveryError,
    address_in,
    backup_source,
    restore_target,
    silent_managers,
    survivor,
    warning_about_silent,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils.run import Run

Json = dict[str, Any]


def _current_manager(run: Run, options: Json) -> Json:
    if options["registered"] is None:
        return asdict(_cluster(run))
    # What engine_host returned has it among other things.
    answers = {host: answer.get("membership", answer) for host, answer in run.registered(options["registered"]).items()}
    try:
        return asdict(current_cluster(answers))
    except NoManagerError:
        if options["required"]:
            raise
        return {"current_manager": None}


def _maintenance(run: Run, _options: Json) -> Json:
    cluster = _cluster(run)
    hosts = run.registered("swarm_host")
    return {"managers": order_of_maintenance({name: cluster.node(host.get("node_id")) for name, host in hosts.items()})}


def _backup(run: Run, _options: Json) -> Json:
    answers = run.looped("__swarm_managers")
    cluster = _cluster(run)
    source = backup_source(cluster, answers)
    # The manager that ends the maintenance of the source afterwards: another one, if there is one.
    others = [name for name in cluster.managers if name != source]
    return {
        "source": source,
        "current_manager": (others or [source])[0],
        "node_id": answers[source]["node_id"],
        "cluster_id": cluster.cluster_id,
        "data_root": answers[source]["data_root"],
    }


def _restore(run: Run, options: Json) -> Json:
    address = address_in(options["state_file"])
    return {"target": restore_target(address, run.registered("swarm_host"), options["host"])}


def _survivor(run: Run, options: Json) -> Json:
    answers = run.registered("swarm_host")
    chosen, silent = survivor(answers, options["host"]), silent_managers(answers, run.managers)
    warning = warning_about_silent(silent)
    return {
        "survivor": chosen,
        "cluster_id": answers[chosen]["cluster_id"],
        "silent": silent,
        "warnings": [warning] if warning else [],
    }


def _released(_run: Run, _options: Json) -> Json:
    return asdict(Lock(as_of=time.time()))


def _lock(run: Run, _options: Json) -> Json:
    lock = lock_after(run.results("__swarm_lock"), _lock_before(run), run.managers, time.time())
    return {**asdict(lock), **({"failed": True, "msg": lock.refusal} if lock.refusal else {})}


def _lock_before(run: Run) -> Lock:
    hosts = dict.fromkeys([*run.selected, *run.managers, *run.workers])
    names = ("swarm_lock", "__swarm_lock_released")
    published = (run.hostvars[host].get(name) for host in hosts for name in names)
    return latest(lock for lock in published if isinstance(lock, Mapping))


def _deferred_stacks(run: Run, options: Json) -> Json:
    host = options["host"]
    # A host that has failed deploys nothing more.
    results = (run.registered("__stack_deploys").get(host) or {}).get("results") or []
    return {"stacks": [result["stack_project_index"] for result in results if result.get("deferred")]}


def _cluster(run: Run) -> Cluster:
    return current_cluster(run.looped("__swarm_managers"), avoid=run.batch)


_DECISIONS: dict[str, Callable[[Run, Json], Json]] = {
    "current_manager": _current_manager,
    "maintenance": _maintenance,
    "backup": _backup,
    "restore": _restore,
    "survivor": _survivor,
    "lock": _lock,
    "released": _released,
    "deferred_stacks": _deferred_stacks,
}


class ActionModule(ActionBase):
    """See the documentation of the module of the same name."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the decision, or fail with the reason why there is none."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        del tmp
        _validated, options = self.validate_argument_spec(
            argument_spec={
                "about": {"type": "str", "required": True, "choices": list(_DECISIONS)},
                "registered": {"type": "str"},
                "required": {"type": "bool", "default": True},
                "host": {"type": "str"},
                "state_file": {"type": "str", "default": ""},
            }
        )
        options["host"] = options["host"] or None
        try:
            decided = _DECISIONS[options["about"]](Run.of(task_vars or {}), options)
        except (NoManagerError, RecoveryError) as error:
            raise AnsibleActionFail(str(error)) from error
        return {**result, "changed": False, **decided}
