# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts of a run and their answers, read from the variables that Ansible passes to action plugins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """The hosts of a run, and their variables.

    Attributes:
        managers, workers: names of all hosts declared as such, in inventory order.
        batch: hosts of the current batch (`serial`) that have not failed.
        failed: hosts that have failed or were unreachable in this play.
        selected: the hosts of this run so far: `batch` and `failed`, without those of later batches.
        hostvars: all variables, by host.
    """

    managers: list[str]
    workers: list[str]
    batch: list[str]
    failed: list[str]
    selected: list[str]
    hostvars: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, task_vars: Mapping[str, Any]) -> Run:
        """The run that a task belongs to."""
        groups = task_vars.get("groups") or {}
        all_hosts = list(task_vars.get("ansible_play_hosts_all") or [])
        alive = list(task_vars.get("ansible_play_hosts") or [])
        batch = list(task_vars.get("ansible_play_batch") or [])
        failed = [name for name in all_hosts if name not in alive]
        later = {name for name in alive if name not in batch}
        return cls(
            managers=list(groups.get("swarm_managers") or []),
            workers=list(groups.get("swarm_workers") or []),
            batch=batch,
            failed=failed,
            selected=[name for name in all_hosts if name not in later],
            hostvars=task_vars["hostvars"],
        )

    def registered(self, name: str) -> dict[str, Json]:
        """The variable that each host of the batch has registered, by host."""
        values = {host: self.hostvars[host].get(name) for host in self.batch}
        return {host: dict(value) for host, value in values.items() if isinstance(value, Mapping)}

    def looped(self, name: str) -> dict[str, Json]:
        """The results that the first host of the batch has registered in a loop over hosts, by the loop's item.

        One host asks for all hosts: with a task for each manager on each host, their number would be squared.
        """
        return {str(result["item"]): result for result in self.results(name)}

    def results(self, name: str) -> list[Json]:
        """The results of a loop, as a list."""
        return list(self._results(name))

    def _results(self, name: str) -> Iterator[Json]:
        for host in self.batch[:1]:
            value = self.hostvars[host].get(name)
            for result in (value.get("results") or []) if isinstance(value, Mapping) else []:
                yield dict(result)
