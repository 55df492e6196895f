# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Apply a plan: the steps of a lane in order, the lanes in parallel, all errors collected."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.bodies import access_config
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.current import metadata_of
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.declared import merged
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.errors import GceError
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.operations import Caller, Operations
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.plan import SETTLE, START, STOP, Plan, Step

Json = dict[str, Any]

# How often a change is retried because another client changed the same resource in between.
_RACES = 5
_SETTLE_SECONDS = 2.0
_CONDITION_NOT_MET = 412


@dataclass
class Outcome:
    """The result of applying a plan.

    Attributes:
        done: the steps that were carried out.
        errors: error messages by lane; a lane stops at its first error, the others continue.
    """

    done: list[Step] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)


class Applier:
    """Carries out plans in one project.

    Args:
        timeout: seconds to wait for one operation.
        parallel: how many lanes run at once.
    """

    def __init__(self, caller: Caller, project: str, timeout: float, parallel: int = 8) -> None:
        self._caller = caller
        self._project = project
        self._timeout = timeout
        self._parallel = parallel
        self._operations = Operations(caller, project, timeout)

    def apply(self, plan: Plan) -> Outcome:
        """Apply the plan. A failed lane does not stop the others."""
        outcome = Outcome()
        with ThreadPoolExecutor(max_workers=self._parallel) as pool:
            for name, (done, error) in zip(plan.lanes, pool.map(self._lane, plan.lanes.values())):
                outcome.done += done
                if error:
                    outcome.errors[name] = error
        return outcome

    def _lane(self, steps: tuple[Step, ...]) -> tuple[list[Step], str]:
        done: list[Step] = []
        for index, step in enumerate(steps):
            try:
                ACTIONS[step.action](self, step)
            except GceError as error:
                return done + self._start_again(steps[index:], done), error.message
            done.append(step)
        return done, ""

    def _start_again(self, left: tuple[Step, ...], done: list[Step]) -> list[Step]:
        """Start a host again that was stopped for a change that failed."""
        stopped = any(step.action == STOP for step in done)
        for step in left[1:]:
            if step.action == START and stopped:
                try:
                    ACTIONS[START](self, step)
                except GceError:
                    return []
                return [step]
        return []

    # -- requests used by the actions ----------------------------------------------------------

    def read(self, path: str) -> Json:
        """`GET` of a path in the project."""
        return self._caller.call("GET", f"projects/{self._project}/{path}")

    def post(self, path: str, body: Json | None = None, query: Json | None = None) -> None:
        """A `POST` in the project. Waits until its operation has ended."""
        self._operations.run("POST", path, body, query)

    def change(self, http_method: str, path: str, body: Json | None = None) -> None:
        """A request with another method in the project. Waits until its operation has ended."""
        self._operations.run(http_method, path, body)

    def delete(self, path: str) -> None:
        """A `DELETE` in the project; not an error if the resource does not exist any more."""
        try:
            self._operations.run("DELETE", path)
        except GceError as error:
            if error.status != 404:
                raise

    def update_with_fingerprint(
        self, path: str, request: Callable[[Json], tuple[str, Json] | tuple[str, Json, Json] | None]
    ) -> None:
        """Update with optimistic locking: read, derive a change with the fingerprint that was read, send it; retry on
        conflict.

        Args:
            request: takes what was read; returns path, body and, optionally, query of the POST, or None if nothing is
                left to do.
        """
        for left in reversed(range(_RACES)):
            what = request(self.read(path))
            if what is None:
                return
            try:
                self.post(*what)
            except GceError as error:
                if error.status != _CONDITION_NOT_MET or not left:
                    raise
            else:
                return

    def settled(self, step: Step) -> None:
        """Wait until a transient state of an instance has ended."""
        deadline = time.monotonic() + self._timeout
        while (status := self.read(_instance(step))["status"]) != step.detail["status"]:
            if time.monotonic() > deadline:
                raise GceError(
                    f"{step.name} is still {status} after {self._timeout:g} s (operation_timeout), instead of "
                    f"{step.detail['status']}: run again later"
                )
            time.sleep(_SETTLE_SECONDS)


def _instance(step: Step) -> str:
    return f"zones/{step.where}/instances/{step.name}"


def _reserved(applier: Applier, step: Step) -> str:
    region = step.where.rsplit("-", 1)[0]
    return str(applier.read(f"regions/{region}/addresses/{step.name}")["address"])


def _create_instance(applier: Applier, step: Step) -> None:
    body = step.detail["body"]
    if step.detail["reserved"]:
        interface = {**body["networkInterfaces"][0], "accessConfigs": [access_config(_reserved(applier, step))]}
        body = {**body, "networkInterfaces": [interface]}
    applier.post(f"zones/{step.where}/instances", body)


def _merge_labels(applier: Applier, step: Step) -> None:
    def request(body: Json) -> tuple[str, Json] | None:
        labels = {**body.get("labels", {}), **step.detail["set"]}
        if labels == body.get("labels", {}):
            return None
        return f"{_instance(step)}/setLabels", {"labels": labels, "labelFingerprint": body["labelFingerprint"]}

    applier.update_with_fingerprint(_instance(step), request)


def _merge_metadata(applier: Applier, step: Step) -> None:
    def request(body: Json) -> tuple[str, Json] | None:
        before = metadata_of(body)
        after = merged(before, step.detail["set"], step.detail["ssh_keys"])
        if after == before:
            return None
        items = [{"key": key, "value": value} for key, value in sorted(after.items())]
        return f"{_instance(step)}/setMetadata", {"fingerprint": body["metadata"]["fingerprint"], "items": items}

    applier.update_with_fingerprint(_instance(step), request)


def _set_tags(applier: Applier, step: Step) -> None:
    def request(body: Json) -> tuple[str, Json]:
        fingerprint = body.get("tags", {}).get("fingerprint", "")
        return f"{_instance(step)}/setTags", {"fingerprint": fingerprint, "items": step.detail["items"]}

    applier.update_with_fingerprint(_instance(step), request)


def _label_address(applier: Applier, step: Step) -> None:
    path = f"regions/{step.where}/addresses/{step.name}"

    def request(body: Json) -> tuple[str, Json] | None:
        labels = {**body.get("labels", {}), **step.detail["labels"]}
        if labels == body.get("labels", {}):
            return None
        return f"{path}/setLabels", {"labels": labels, "labelFingerprint": body["labelFingerprint"]}

    applier.update_with_fingerprint(path, request)


def _label_image(applier: Applier, step: Step) -> None:
    path = f"global/images/{step.name}"

    def request(body: Json) -> tuple[str, Json, Json]:
        labels = {**body.get("labels", {}), **step.detail}
        # setLabels of an image has no requestId; the fingerprint prevents a repeated request from doing anything twice.
        return (
            f"{path}/setLabels",
            {"labels": labels, "labelFingerprint": body["labelFingerprint"]},
            {"requestId": None},
        )

    applier.update_with_fingerprint(path, request)


def _reserve_address(applier: Applier, step: Step) -> None:
    applier.post(f"regions/{step.where}/addresses", step.detail["body"])
    # Labels of an address need a separate request; until then its description identifies the fleet.
    _label_address(applier, step)


def _release_address(applier: Applier, step: Step) -> None:
    applier.delete(f"regions/{step.where}/addresses/{step.name}")


def _add_access_config(applier: Applier, step: Step) -> None:
    address = _reserved(applier, step) if step.detail["reserved"] else None
    query = {"networkInterface": step.detail["networkInterface"]}
    applier.post(f"{_instance(step)}/addAccessConfig", access_config(address), query)


def _delete_access_config(applier: Applier, step: Step) -> None:
    applier.post(f"{_instance(step)}/deleteAccessConfig", query=step.detail)


def _set_deletion_protection(applier: Applier, step: Step) -> None:
    wanted = str(step.after["deletion_protection"]).lower()
    applier.post(f"{_instance(step)}/setDeletionProtection", query={"deletionProtection": wanted})


def _set_disk_auto_delete(applier: Applier, step: Step) -> None:
    query = {**step.detail, "autoDelete": str(step.detail["autoDelete"]).lower()}
    applier.post(f"{_instance(step)}/setDiskAutoDelete", query=query)


def _create_disk(applier: Applier, step: Step) -> None:
    applier.post(f"zones/{step.where}/disks", step.detail)


def _resize_disk(applier: Applier, step: Step) -> None:
    applier.post(f"zones/{step.where}/disks/{step.name}/resize", step.detail)


def _set_shielded(applier: Applier, step: Step) -> None:
    applier.change("PATCH", f"{_instance(step)}/updateShieldedInstanceConfig", step.detail)


def _posting(method: str) -> Callable[[Applier, Step], None]:
    """An action that POSTs the step's detail to a method of the instance."""

    def action(applier: Applier, step: Step) -> None:
        applier.post(f"{_instance(step)}/{method}", step.detail or None)

    return action


ACTIONS: dict[str, Callable[[Applier, Step], None]] = {
    SETTLE: Applier.settled,
    "add_access_config": _add_access_config,
    "attach_disk": _posting("attachDisk"),
    "create_disk": _create_disk,
    "create_firewall": lambda applier, step: applier.post("global/firewalls", step.detail),
    "create_instance": _create_instance,
    "delete_access_config": _delete_access_config,
    "delete_firewall": lambda applier, step: applier.delete(f"global/firewalls/{step.name}"),
    "delete_image": lambda applier, step: applier.delete(f"global/images/{step.name}"),
    "delete_instance": lambda applier, step: applier.delete(_instance(step)),
    "deprecate_image": lambda applier, step: applier.post(f"global/images/{step.name}/deprecate", step.detail),
    "label_address": _label_address,
    "label_image": _label_image,
    "merge_labels": _merge_labels,
    "merge_metadata": _merge_metadata,
    "patch_image": lambda applier, step: applier.change("PATCH", f"global/images/{step.name}", step.detail),
    "release_address": _release_address,
    "reserve_address": _reserve_address,
    "resize_disk": _resize_disk,
    "set_deletion_protection": _set_deletion_protection,
    "set_disk_auto_delete": _set_disk_auto_delete,
    "set_machine_type": _posting("setMachineType"),
    "set_service_account": _posting("setServiceAccount"),
    "set_shielded": _set_shielded,
    "set_tags": _set_tags,
    START: _posting("start"),
    STOP: _posting("stop"),
    "update_firewall": lambda applier, step: applier.change("PUT", f"global/firewalls/{step.name}", step.detail),
}
