# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Read the current state of a stack in the cluster: plain data, with few requests."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.service_words import is_job
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.canonical import Names, names_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.revisions import revision_number
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.judge import has_given_up
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import (
    DEPLOYMENT,
    NAMESPACE,
    belongs_to,
    labels_of,
    lock_name,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.rule import config_name

Json = dict[str, Any]

# No object ever has this version, so an update with it can never be accepted.
_NO_VERSION = 0


@dataclass(frozen=True)
class Current:
    """The cluster from the point of view of one stack.

    Attributes:
        stack: the stack's name.
        services: the stack's services by full name, from `GET /services`.
        networks: every network of the engine; configs and secrets likewise, except the next two.
        history: the configs that store deployments of the stack.
        given_up: full names of jobs that have failed and will not be retried.
        lock: the config that represents the stack's lock; None if it is free.
        same_content: ids of configs and secrets whose content equals the declared one.
    """

    stack: str
    services: dict[str, Json] = field(default_factory=dict)
    networks: list[Json] = field(default_factory=list)
    configs: list[Json] = field(default_factory=list)
    secrets: list[Json] = field(default_factory=list)
    same_content: frozenset[str] = frozenset()
    history: list[Json] = field(default_factory=list)
    lock: Json | None = None
    given_up: frozenset[str] = frozenset()

    @property
    def names(self) -> Names:
        """The names of networks, configs and secrets by id."""
        return names_of(self.networks, self.configs, self.secrets)

    @property
    def specs(self) -> dict[str, Json]:
        """The specs of the stack's services by full name."""
        return {name: service["Spec"] for name, service in self.services.items()}

    def own(self, items: list[Json]) -> list[Json]:
        """The given configs, secrets or networks that have the stack's label."""
        return [item for item in items if belongs_to(item.get("Spec", item), self.stack)]


def read_current(
    engine: Engine, stack: str, configs: Mapping[str, Json], secrets: Mapping[str, Json], with_jobs: bool = False
) -> Current:
    """Read a stack, and the names of the objects that it refers to.

    Args:
        configs: the declared config specs, by full name; secrets likewise. Their content is compared with the
            cluster's.
        with_jobs: whether to check how the stack's jobs have ended.

    Raises:
        EngineError: the engine refused, for example because it is not a manager.
    """
    label = {"label": f"{NAMESPACE}={stack}"}
    with ThreadPoolExecutor(max_workers=4) as pool:
        services = pool.submit(engine.services, label)
        all_networks = pool.submit(engine.networks)
        all_configs = pool.submit(engine.configs)
        all_secrets = pool.submit(engine.secrets)
    found_configs, found_secrets = all_configs.result(), all_secrets.result()
    kept, found_configs = partition(found_configs, is_kept_deployment)
    locks, found_configs = partition(found_configs, lambda item: item["Spec"]["Name"] == config_name(lock_name(stack)))
    # The filter matches the exact value, but what decides about removal is checked again here.
    own = [item for item in services.result() if belongs_to(item["Spec"], stack)]
    networks = [*all_networks.result(), *unlisted_networks(engine, own, all_networks.result())]
    same = _same(configs, found_configs, _config_is_same) | _same(
        secrets, found_secrets, lambda item, spec: _secret_is_same(engine, item, spec)
    )
    return Current(
        stack=stack,
        services={item["Spec"]["Name"]: item for item in own},
        networks=networks,
        configs=found_configs,
        secrets=found_secrets,
        same_content=frozenset(same),
        history=[item for item in kept if belongs_to(item["Spec"], stack)],
        lock=locks[0] if locks else None,
        given_up=_given_up(engine, own, label) if with_jobs else frozenset(),
    )


def _given_up(engine: Engine, services: list[Json], label: Json) -> frozenset[str]:
    jobs = {item["ID"]: item for item in services if is_job(item["Spec"])}
    tasks = engine.tasks(label) if jobs else []
    return frozenset(
        job["Spec"]["Name"]
        for job_id, job in jobs.items()
        if has_given_up(job, [task for task in tasks if task["ServiceID"] == job_id])
    )


def is_kept_deployment(config: Json) -> bool:
    """Whether a config stores a deployment, and so is not a config of a service."""
    return DEPLOYMENT in labels_of(config["Spec"])


def partition(items: Iterable[Json], which: Callable[[Json], bool]) -> tuple[list[Json], list[Json]]:
    """The items that match, and the others."""
    yes: list[Json] = []
    no: list[Json] = []
    for item in items:
        (yes if which(item) else no).append(item)
    return yes, no


def unlisted_networks(engine: Engine, services: Iterable[Json], listed: Iterable[Json]) -> list[Json]:
    """The networks of services that `GET /networks` does not list.

    Swarm has networks that represent each node's `host` and `bridge`; the list contains the engine's local ones
    instead, with other ids.
    """
    known = {item["Id"] for item in listed}
    targets = {target for service in services for target in network_ids(service["Spec"])}
    found = (_network_or_none(engine, network_id) for network_id in sorted(targets - known))
    return [item for item in found if item is not None]


def network_ids(spec: Json) -> set[str]:
    """The networks that a service spec uses, as it refers to them."""
    attachments = spec["TaskTemplate"].get("Networks") or spec.get("Networks") or []
    return {item["Target"] for item in attachments}


def _network_or_none(engine: Engine, network_id: str) -> Json | None:
    try:
        return engine.network(network_id)
    except EngineError as error:
        if error.not_found:
            return None
        raise


def _same(wanted: Mapping[str, Json], found: list[Json], is_same: Callable[[Json, Json], bool]) -> set[str]:
    return {
        item["ID"]
        for name, spec in wanted.items()
        for item in found
        if revision_number(item, name) is not None and is_same(item, spec)
    }


def _config_is_same(item: Json, spec: Json) -> bool:
    return _bytes(item["Spec"].get("Data")) == _bytes(spec.get("Data")) and _same_drivers(item["Spec"], spec)


def _secret_is_same(engine: Engine, item: Json, spec: Json) -> bool:
    """Whether a secret of the cluster has this content, without reading or hashing it.

    Swarm compares an update's data with the stored data, in constant time, before it checks the version (swarmkit,
    manager/controlapi/secret.go, UpdateSecret). An update with an impossible version is therefore refused because of
    its data if that differs, and because of its version if it does not; it never changes anything.
    """
    if not _same_drivers(item["Spec"], spec):
        return False
    if not spec.get("Data"):
        return True
    probe = {"Name": item["Spec"]["Name"], "Labels": item["Spec"].get("Labels") or {}, "Data": spec["Data"]}
    try:
        engine.secret_update(item["ID"], _NO_VERSION, probe)
    except EngineError as error:
        if error.out_of_sequence:
            return True
        if "only updates to Labels are allowed" in error.message:
            return False
        raise
    raise EngineError(f"the engine accepted an update of secret {item['Spec']['Name']} at version {_NO_VERSION}")


def _same_drivers(one: Json, other: Json) -> bool:
    return all(_driver(one.get(key)) == _driver(other.get(key)) for key in ("Driver", "Templating"))


def _driver(driver: Json | None) -> Json:
    """A driver without empty values: engines omit empty options."""
    return {key: value for key, value in (driver or {}).items() if value}


def _bytes(data: str | None) -> bytes:
    return base64.b64decode(data or "")
