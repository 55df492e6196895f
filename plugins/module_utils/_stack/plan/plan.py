# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Plan a deploy: (desired, current) -> Plan. No I/O.

Check mode shows this plan, a deploy applies it, and `changed` tells whether it has any steps.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.service_words import mode_of
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.canonical import (
    Names,
    canonical_network,
    canonical_service,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.revisions import (
    Choice,
    choose,
    revision_labels,
    revision_number,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.terms import Terms, compose_terms
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import belongs_to, labels_of, short_name
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.current import Current, network_ids
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.sensitive import NOT_FROM_VAULTS

Json = dict[str, Any]

CREATE = "create"
UPDATE = "update"
REMOVE = "remove"
UNCHANGED = "unchanged"

_PAUSED = ("paused", "rollback_paused")

NETWORK = "network"
CONFIG = "config"
SECRET = "secret"  # noqa: S105 (a kind of object, not a password)
SERVICE = "service"


class PlanError(UserError):
    """The cluster is not in a state in which the deploy is possible; nothing has been changed."""


@dataclass(frozen=True)
class Difference:
    """One field that changes: `key` in compose terms; `before` or `after` is None if the field is absent."""

    key: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Step:
    """One object and its change.

    Attributes:
        kind: `network`, `config`, `secret` or `service`.
        name: the object's full name.
        short: its name in the compose file.
        action: `create`, `update`, `remove` or `unchanged`.
        before, after: the object in compose terms, None if it does not exist.
        differences: the fields that change.
        body: what is sent to the engine; never shown.
        object_id: the id of the existing object.
        recreate: whether the object must be removed and created again, because it cannot be changed (a network, the
            mode of a service), or because it is attached to such a network (a service).
        again: whether a failed job runs again, even if its spec is the same.
    """

    kind: str
    name: str
    short: str
    action: str
    before: Terms | None = None
    after: Terms | None = None
    differences: tuple[Difference, ...] = ()
    body: Json | None = field(default=None, repr=False)
    object_id: str | None = None
    recreate: bool = False
    again: bool = False


@dataclass(frozen=True)
class Plan:
    """All steps of a deploy, in the order in which they are applied."""

    stack: str
    steps: tuple[Step, ...]
    warnings: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything is to be changed."""
        return any(step.action != UNCHANGED for step in self.steps)

    def having(self, action: str, kind: str | None = None) -> list[Step]:
        """The steps with this action, and with this kind if given."""
        return [step for step in self.steps if step.action == action and kind in (None, step.kind)]


def decide(
    wanted_networks: Mapping[str, Json],
    wanted_configs: Mapping[str, Json],
    wanted_secrets: Mapping[str, Json],
    wanted_services: Mapping[str, Json],
    current: Current,
    prune: bool = False,
    *,
    recreate_networks: bool = False,
    recreate_services: bool = False,
    keep: Collection[str] = (),
) -> Plan:
    """Plan the changes from the current to the desired state.

    Args:
        wanted_networks: Engine API bodies by full name; configs, secrets and services likewise. Other objects are
            referred to by name; images are already resolved (see compare/images.py).
        prune: remove services, networks, configs and secrets that are no longer in the file.
        recreate_networks: remove and create networks that differ, with all services on them.
        recreate_services: remove and create services whose mode differs.
        keep: ids of objects that must not be removed.

    Raises:
        PlanError: a network cannot be recreated.
    """
    warnings: list[str] = []
    networks = _network_steps(wanted_networks, current, recreate_networks, warnings)
    configs = {name: choose(name, current.configs, current.same_content) for name in wanted_configs}
    secrets = {name: choose(name, current.secrets, current.same_content) for name in wanted_secrets}
    chosen = {CONFIG: _names(configs), SECRET: _names(secrets)}
    services = _service_steps(wanted_services, current, chosen)
    if recreate_services:
        services = [_in_another_mode(step, current) for step in services]
    remade = [step for step in networks if step.recreate]
    if remade:
        services = [_recreated_with_network(step, remade, current) for step in services]
        _refuse_bystanders(remade, wanted_services, current, prune)
    kept = {
        SERVICE: wanted_services,
        NETWORK: wanted_networks,
        CONFIG: wanted_configs,
        SECRET: wanted_secrets,
    }
    removed = _removals(kept, current) if prune else []
    bystanders = [] if prune else [spec for name, spec in current.specs.items() if name not in wanted_services]
    retired = [
        *_retired(SECRET, secrets, current.secrets, current.stack),
        *_retired(CONFIG, configs, current.configs, current.stack),
    ]
    removed += [step for step in retired if not _is_used(step, bystanders)]
    return Plan(
        current.stack,
        (
            *networks,
            *_content_steps(SECRET, wanted_secrets, secrets, current),
            *_content_steps(CONFIG, wanted_configs, configs, current),
            *services,
            *(step for step in removed if step.object_id not in keep),
        ),
        tuple(warnings),
    )


def decide_absent(current: Current) -> Plan:
    """Plan the removal of all objects with the stack's label: services first, networks last."""
    steps = [_service_removal(service, current) for _name, service in sorted(current.services.items())]
    steps += [_content_removal(SECRET, item, current.stack) for item in current.own(current.secrets)]
    steps += [_content_removal(CONFIG, item, current.stack) for item in current.own(current.configs)]
    steps += [_content_removal(CONFIG, item, current.stack) for item in current.history]
    steps += [_network_removal(item, current.stack) for item in current.own(current.networks)]
    return Plan(current.stack, tuple(steps))


def replan_service(name: str, spec: Json, running: Json, names: Names, stack: str, given_up: bool = False) -> Step:
    """The step for one service whose references already have the chosen names."""
    before = canonical_service(running["Spec"], names)
    after = canonical_service(spec, names)
    differences = differences_between(before, after, stack) or _resumption(running)
    if given_up and not differences:
        differences = (Difference("job", "failed", "run again"),)
    terms = compose_terms(before, stack)
    return Step(
        SERVICE,
        name,
        short_name(name, stack),
        UPDATE if differences else UNCHANGED,
        before=terms,
        after=compose_terms(after, stack) if differences else terms,
        differences=differences,
        body=spec,
        object_id=running["ID"],
        again=given_up,
    )


def _resumption(running: Json) -> tuple[Difference, ...]:
    """A paused update continues only when the spec is submitted again, even if it is the same."""
    state = (running.get("UpdateStatus") or {}).get("State") or ""
    return (Difference("update", state.replace("_", " "), "resumed"),) if state in _PAUSED else ()


def differences_between(before: Json, after: Json, stack: str) -> tuple[Difference, ...]:
    """The differences between two canonical service specs, in compose terms; empty only if they are equal."""
    if before == after:
        return ()
    found = term_differences(compose_terms(before, stack), compose_terms(after, stack))
    return found or (Difference("spec", before, after),)


def term_differences(before: Terms, after: Terms) -> tuple[Difference, ...]:
    """The keys whose values differ, sorted."""
    return tuple(
        Difference(key, before.get(key), after.get(key))
        for key in sorted({*before, *after})
        if (key in before) != (key in after) or before.get(key) != after.get(key)
    )


# -- networks ------------------------------------------------------------------------------------


def _network_steps(wanted: Mapping[str, Json], current: Current, recreate: bool, warnings: list[str]) -> list[Step]:
    existing = {item["Name"]: item for item in current.networks if item.get("Scope") == "swarm"}
    steps = []
    for name, body in sorted(wanted.items()):
        short = short_name(name, current.stack)
        after = network_terms(body, body)
        found = existing.get(name)
        if found is None:
            steps.append(Step(NETWORK, name, short, CREATE, after=after, body={**body, "Name": name}))
            continue
        before = network_terms(found, body)
        differences = term_differences(before, after)
        if differences and recreate:
            new = {**body, "Name": name}
            steps.append(
                Step(NETWORK, name, short, UPDATE, before, after, differences, new, found["Id"], recreate=True)
            )
            continue
        warnings += [_network_warning(short, item) for item in differences]
        steps.append(Step(NETWORK, name, short, UNCHANGED, before=before, after=before, object_id=found["Id"]))
    return steps


def _in_another_mode(step: Step, current: Current) -> Step:
    """A service whose mode changes must be recreated: swarm does not allow to change the mode."""
    running = current.services.get(step.name)
    if running is None or step.body is None or mode_of(running["Spec"]) == mode_of(step.body):
        return step
    recreated = Difference("service", "", "recreated")
    return replace(step, recreate=True, differences=(*step.differences, recreated))


def _network_warning(short: str, item: Difference) -> str:
    there, wanted = (NOT_FROM_VAULTS.in_term("", item.key, value) for value in (item.before, item.after))
    return (
        f"network {short} differs from the file in {item.key} (it is {there}, in the file {wanted}); a network cannot "
        "be changed, only removed and created again with all services on it, which recreate_networks=true does"
    )


def _recreated_with_network(step: Step, remade: Iterable[Step], current: Current) -> Step:
    """A service on a network that is recreated must be recreated too."""
    running = current.services.get(step.name)
    attached = network_ids(running["Spec"]) if running is not None else set()
    found = [network for network in remade if network.object_id in attached]
    if not found:
        return step
    moves = tuple(Difference(f"networks.{network.short}", "", "recreated") for network in found)
    return replace(step, action=UPDATE, differences=(*step.differences, *moves), recreate=True)


def _refuse_bystanders(remade: Iterable[Step], wanted: Mapping[str, Json], current: Current, prune: bool) -> None:
    """A network cannot be removed while a service that is not part of this deploy uses it."""
    problems = [
        f"network {network.short} cannot be recreated: service {short_name(name, current.stack)} is on it and is not "
        "part of this deploy; deploy all services of the files, with prune=true"
        for network in remade
        for name, spec in sorted(current.specs.items())
        if name not in wanted and not prune and network.object_id in network_ids(spec)
    ]
    if problems:
        raise PlanError("; ".join(problems))


def network_terms(network: Json, wanted: Json) -> Terms:
    """A network in compose terms; subnets only if the desired one sets some."""
    canonical = canonical_network(network)
    terms: Terms = {"driver": canonical["Driver"]}
    terms.update({f"driver_opts.{key}": value for key, value in canonical["Options"].items()})
    terms.update({f"labels.{key}": value for key, value in canonical["Labels"].items()})
    for key, word in (("Internal", "internal"), ("Attachable", "attachable"), ("EnableIPv6", "enable_ipv6")):
        if canonical[key]:
            terms[word] = True
    if canonical["IpamDriver"] != "default":
        terms["ipam.driver"] = canonical["IpamDriver"]
    if canonical_network(wanted)["Subnets"]:
        terms["ipam.config"] = canonical["Subnets"]
    return terms


# -- configs and secrets -------------------------------------------------------------------------


def _names(choices: Mapping[str, Choice]) -> dict[str, str]:
    return {base: choice.name for base, choice in choices.items()}


def _content_steps(
    kind: str, wanted: Mapping[str, Json], choices: Mapping[str, Choice], current: Current
) -> list[Step]:
    return [_content_step(kind, base, wanted[base], choice, current.stack) for base, choice in sorted(choices.items())]


def _content_step(kind: str, base: str, spec: Json, choice: Choice, stack: str) -> Step:
    short = short_name(base, stack)
    labels = {**labels_of(spec), **revision_labels(base, choice.revision)}
    body = {**spec, "Name": choice.name, "Labels": labels}
    after = _content_terms(body)
    if choice.existing is None:
        rotated = (Difference("content", "", "rotated"),) if choice.replaces else ()
        return Step(kind, choice.name, short, CREATE, after=after, body=body, differences=rotated)
    before = _content_terms(choice.existing["Spec"])
    differences = term_differences(before, after)
    action = UPDATE if differences else UNCHANGED
    return Step(kind, choice.name, short, action, before, after, differences, body, choice.existing["ID"])


def _content_terms(spec: Json) -> Terms:
    """A config or secret in compose terms, without its content."""
    terms: Terms = {f"labels.{key}": value for key, value in labels_of(spec).items()}
    for key, word in (("Driver", "driver"), ("Templating", "template_driver")):
        if spec.get(key):
            terms[word] = spec[key].get("Name")
    return terms


def _retired(kind: str, choices: Mapping[str, Choice], items: Iterable[Json], stack: str) -> list[Step]:
    """Removal of the stack's own revisions that are no longer used."""
    items = list(items)
    return [
        _content_removal(kind, item, stack)
        for base, choice in sorted(choices.items())
        for item in items
        if revision_number(item, base) is not None
        and item["Spec"]["Name"] != choice.name
        and belongs_to(item["Spec"], stack)
    ]


def _is_used(step: Step, specs: Iterable[Json]) -> bool:
    """Whether any of these services refers to the config or secret of a step."""
    key = "Configs" if step.kind == CONFIG else "Secrets"
    return any(
        reference.get(f"{key[:-1]}ID") == step.object_id
        for spec in specs
        for reference in spec["TaskTemplate"]["ContainerSpec"].get(key) or []
    )


# -- services ------------------------------------------------------------------------------------


def _service_steps(wanted: Mapping[str, Json], current: Current, chosen: Mapping[str, Mapping[str, str]]) -> list[Step]:
    steps = []
    names = current.names
    bases = {name: base for kind in chosen.values() for base, name in kind.items() if name != base}
    names = Names(names.networks, names.configs, names.secrets, {**names.base, **bases})
    for name, spec in sorted(wanted.items()):
        body = _with_chosen_names(spec, chosen)
        running = current.services.get(name)
        if running is not None:
            given_up = name in current.given_up
            steps.append(replan_service(name, body, running, names, current.stack, given_up))
            continue
        after = compose_terms(canonical_service(body, names), current.stack)
        steps.append(Step(SERVICE, name, short_name(name, current.stack), CREATE, after=after, body=body))
    return steps


def _with_chosen_names(spec: Json, chosen: Mapping[str, Mapping[str, str]]) -> Json:
    """The spec with each config and secret referred to by the name of the current revision."""
    result = copy.deepcopy(spec)
    container = result["TaskTemplate"]["ContainerSpec"]
    for kind, key in ((CONFIG, "Config"), (SECRET, "Secret")):
        for item in container.get(f"{key}s") or []:
            item[f"{key}Name"] = chosen[kind].get(item[f"{key}Name"], item[f"{key}Name"])
    return result


# -- removals ------------------------------------------------------------------------------------


def _removals(kept: Mapping[str, Mapping[str, Json]], current: Current) -> list[Step]:
    """Removal of the stack's own objects that are no longer in the file."""
    steps = [
        _service_removal(service, current)
        for name, service in sorted(current.services.items())
        if name not in kept[SERVICE]
    ]
    for kind, items in ((SECRET, current.secrets), (CONFIG, current.configs)):
        steps += [
            _content_removal(kind, item, current.stack)
            for item in current.own(items)
            if all(revision_number(item, base) is None for base in kept[kind])
        ]
    steps += [
        _network_removal(item, current.stack)
        for item in current.own(current.networks)
        if item["Name"] not in kept[NETWORK]
    ]
    return steps


def _service_removal(service: Json, current: Current) -> Step:
    name = service["Spec"]["Name"]
    before = compose_terms(canonical_service(service["Spec"], current.names), current.stack)
    short = short_name(name, current.stack)
    return Step(SERVICE, name, short, REMOVE, before=before, object_id=service["ID"])


def _content_removal(kind: str, item: Json, stack: str) -> Step:
    name = item["Spec"]["Name"]
    before = _content_terms(item["Spec"])
    return Step(kind, name, short_name(name, stack), REMOVE, before=before, object_id=item["ID"])


def _network_removal(item: Json, stack: str) -> Step:
    name = item["Name"]
    before = network_terms(item, {})
    return Step(NETWORK, name, short_name(name, stack), REMOVE, before=before, object_id=item["Id"])
