"""What a deploy will do, decided from the file's specs and the cluster's objects alone."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.current import Current
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import PlanError, decide, decide_absent
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.plan_markdown import plan_as_markdown
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.plan_text import (
    plan_as_data,
    plan_as_diff,
    plan_as_text,
)

from tests.unit.stack.specs import STACK, content, network, service, service_spec

LABELS = {"com.docker.stack.namespace": STACK}
FRONT = {"shop_front": {"Driver": "overlay", "Labels": LABELS}}
KEY = {"shop_key": {"Name": "shop_key", "Labels": LABELS, "Data": "b25l"}}
REFERENCE = {"SecretName": "shop_key", "File": {"Name": "key", "UID": "0", "GID": "0", "Mode": 292}}


def current(services=(), networks=(), configs=(), secrets=(), same=()):
    return Current(
        STACK,
        {item["Spec"]["Name"]: item for item in services},
        list(networks),
        list(configs),
        list(secrets),
        frozenset(same),
    )


def running(spec):
    """A service as the engine tells it once it was created from a spec."""
    spec = copy.deepcopy(spec)
    spec["TaskTemplate"]["Networks"] = [{"Target": "id-of-shop_front", "Aliases": ["ui"]}]
    for item in spec["TaskTemplate"]["ContainerSpec"].get("Secrets", []):
        item["SecretID"] = f"id-of-{item['SecretName']}"
    return service(spec)


def plan(services=None, networks=None, configs=None, secrets=None, there=None, **options):
    return decide(networks or {}, configs or {}, secrets or {}, services or {}, there or current(), **options)


def told(found):
    return [(step.kind, step.name, step.action) for step in found.steps]


def test_in_an_empty_cluster_all_is_created_in_order_of_dependence():
    found = plan({"shop_ui": service_spec()}, FRONT, {"shop_conf": {"Name": "shop_conf"}}, KEY)
    assert told(found) == [
        ("network", "shop_front", "create"),
        ("secret", "shop_key", "create"),
        ("config", "shop_conf", "create"),
        ("service", "shop_ui", "create"),
    ]
    assert found.changed


def test_nothing_to_do_is_an_empty_plan():
    spec = service_spec(Secrets=[REFERENCE])
    there = current([running(spec)], [network("shop_front")], secrets=[content("shop_key")], same=["id-of-shop_key"])
    found = plan({"shop_ui": spec}, FRONT, {}, KEY, there)
    assert {step.action for step in found.steps} == {"unchanged"}
    assert not found.changed
    assert plan_as_diff(found) == []


def test_one_field_is_one_difference():
    there = current([running(service_spec())], [network("shop_front")])
    wanted = {**service_spec(), "Mode": {"Replicated": {"Replicas": 4}}}
    (step,) = plan({"shop_ui": wanted}, FRONT, there=there).having("update")
    assert [(item.key, item.before, item.after) for item in step.differences] == [("deploy.replicas", 2, 4)]


def test_a_forced_update_is_no_difference():
    forced = running(service_spec())
    forced["Spec"]["TaskTemplate"]["ForceUpdate"] = 5
    assert not plan({"shop_ui": service_spec()}, FRONT, there=current([forced], [network("shop_front")])).changed


@pytest.mark.parametrize(
    ("state", "action"), [("paused", "update"), ("rollback_paused", "update"), ("completed", "unchanged")]
)
def test_a_paused_update_is_submitted_again(state, action):
    paused = {**running(service_spec()), "UpdateStatus": {"State": state}}
    found = plan({"shop_ui": service_spec()}, FRONT, there=current([paused], [network("shop_front")]))
    assert found.steps[-1].action == action


def test_changed_content_makes_a_new_object_moves_services_and_removes_the_old_one_last():
    spec = service_spec(Secrets=[REFERENCE])
    there = current([running(spec)], [network("shop_front")], secrets=[content("shop_key")])
    found = plan({"shop_ui": spec}, FRONT, {}, KEY, there)
    assert [item for item in told(found) if item[2] != "unchanged"] == [
        ("secret", "shop_key.2", "create"),
        ("service", "shop_ui", "update"),
        ("secret", "shop_key", "remove"),
    ]
    created, updated = found.having("create")[0], found.having("update")[0]
    assert created.body["Name"] == "shop_key.2"
    assert created.body["Labels"]["dockyard.swarm.revision-of"] == "shop_key"
    assert updated.body["TaskTemplate"]["ContainerSpec"]["Secrets"][0]["SecretName"] == "shop_key.2"
    assert "    secrets.key  rotated" in plan_as_text(found).splitlines()


def test_an_object_of_somebody_else_is_never_retired():
    foreign = content("shop_key")
    foreign["Spec"]["Labels"] = {}
    found = plan({}, {}, {}, KEY, current(secrets=[foreign]))
    assert [step.name for step in found.having("remove")] == []


def test_an_adopted_object_gets_the_stacks_label():
    foreign = content("shop_key")
    foreign["Spec"]["Labels"] = {}
    found = plan({}, {}, {}, KEY, current(secrets=[foreign], same=["id-of-shop_key"]))
    (step,) = found.having("update")
    assert [item.key for item in step.differences] == ["labels.com.docker.stack.namespace"]


def everything_of_another_file():
    return current(
        [service(service_spec("legacy"))],
        [network("shop_old"), network("ingress", Labels={})],
        [content("shop_oldconf")],
        [content("shop_oldkey"), content("shop_oldkey.2", **{"dockyard.swarm.revision-of": "shop_oldkey"})],
    )


def test_what_the_file_no_longer_has_stays_without_prune():
    assert not plan(there=everything_of_another_file()).changed


def test_prune_removes_the_stacks_own_objects_only():
    found = plan(there=everything_of_another_file(), prune=True)
    assert told(found) == [
        ("service", "shop_legacy", "remove"),
        ("secret", "shop_oldkey", "remove"),
        ("secret", "shop_oldkey.2", "remove"),
        ("config", "shop_oldconf", "remove"),
        ("network", "shop_old", "remove"),
    ]


def test_absent_removes_all_with_the_label_and_nothing_else():
    there = everything_of_another_file()
    there.secrets.append(content("shopping_key"))
    there.secrets[-1]["Spec"]["Labels"] = {"com.docker.stack.namespace": "shopping"}
    found = decide_absent(there)
    assert {step.action for step in found.steps} == {"remove"}
    assert len(found.steps) == 5
    assert "shopping_key" not in plan_as_text(found)


@pytest.mark.parametrize(
    ("wanted", "key"),
    [
        ({"Driver": "overlay", "Labels": LABELS, "Options": {"encrypted": ""}}, "driver_opts.encrypted"),
        ({"Driver": "overlay", "Labels": LABELS, "Attachable": True}, "attachable"),
        ({"Driver": "overlay", "Labels": LABELS, "IPAM": {"Config": [{"Subnet": "10.9.0.0/24"}]}}, "ipam.config"),
    ],
)
def test_a_network_that_differs_is_told_and_left_alone(wanted, key):
    found = plan(networks={"shop_front": wanted}, there=current(networks=[network("shop_front")]))
    assert not found.changed
    (warning,) = found.warnings
    assert f"network front differs from the file in {key}" in warning


def on_front(name="ui"):
    return running(service_spec(name))


def test_a_network_is_made_again_with_the_services_on_it():
    wanted = {"shop_front": {**FRONT["shop_front"], "Attachable": True}}
    away = service_spec("away")
    away["TaskTemplate"]["Networks"] = []
    elsewhere = service(copy.deepcopy(away))
    there = current([on_front(), elsewhere], [network("shop_front")])
    found = plan({"shop_ui": service_spec(), "shop_away": away}, wanted, there=there, recreate_networks=True)
    assert [(step.name, step.action, step.recreate) for step in found.steps] == [
        ("shop_front", "update", True),
        ("shop_away", "unchanged", False),
        ("shop_ui", "update", True),
    ]
    assert "    networks.front  recreated" in plan_as_text(found).splitlines()
    assert "| `networks.front` | recreated |" in plan_as_markdown(plan_as_data(found)).splitlines()


def test_a_network_is_not_made_again_under_a_service_that_stays():
    wanted = {"shop_front": {**FRONT["shop_front"], "Attachable": True}}
    there = current([on_front("legacy")], [network("shop_front")])
    with pytest.raises(PlanError, match="front cannot be recreated: service legacy is on it"):
        plan({}, wanted, there=there, recreate_networks=True)
    assert plan({}, wanted, there=there, recreate_networks=True, prune=True).changed


def test_a_revision_that_a_service_outside_the_files_uses_stays():
    spec = service_spec(Secrets=[REFERENCE])
    legacy = running({**copy.deepcopy(spec), "Name": "shop_legacy"})
    there = current([running(spec), legacy], [network("shop_front")], secrets=[content("shop_key")])
    assert [step.name for step in plan({"shop_ui": spec}, FRONT, {}, KEY, there).having("remove")] == []
    pruned = plan({"shop_ui": spec}, FRONT, {}, KEY, there, prune=True)
    assert [step.name for step in pruned.having("remove")] == ["shop_legacy", "shop_key"]


def test_what_is_to_be_kept_is_not_removed():
    found = plan(there=everything_of_another_file(), prune=True, keep=["id-of-shop_oldkey", "id-of-shop_oldconf"])
    assert [step.name for step in found.steps] == ["shop_legacy", "shop_oldkey.2", "shop_old"]


def test_a_local_network_of_the_same_name_is_none_of_the_swarms():
    there = current(networks=[network("shop_front", Scope="local")])
    assert told(plan(networks=FRONT, there=there)) == [("network", "shop_front", "create")]


def test_the_text_is_a_summary_and_the_changed_objects():
    legacy = service(service_spec("legacy"))
    legacy["Spec"]["Mode"] = {"Replicated": {"Replicas": 1}}
    there = current([running(service_spec()), legacy], [network("shop_front")])
    wanted = service_spec(Env=["LOG=debug"], Image="registry:5000/ui:1@sha256:" + "b" * 64)
    networks = {**FRONT, "shop_back": {"Driver": "overlay", "Options": {"encrypted": ""}}}
    assert plan_as_text(plan({"shop_ui": wanted}, networks, there=there, prune=True)).splitlines() == [
        "stack shop: 1 to create, 1 to update, 1 to remove, 1 unchanged",
        "+ network back   overlay, encrypted",
        "~ service ui",
        "    environment.LOG  (added) debug",
        "    image            registry:5000/ui:1   (no digest → sha256:bbbbbbbbbbbb…)",
        "- service legacy   registry:5000/ui:1, 1 replica",
    ]


def test_the_markdown_is_what_a_reviewer_needs():
    legacy = service(service_spec("legacy"))
    there = current(
        [running(service_spec(Secrets=[REFERENCE])), legacy], [network("shop_front")], secrets=[content("shop_key")]
    )
    wanted = {**service_spec(Secrets=[REFERENCE]), "Mode": {"Replicated": {"Replicas": 4}}}
    networks = {**FRONT, "shop_back": {"Driver": "overlay", "Labels": LABELS, "Options": {"encrypted": "true"}}}
    found = plan_as_markdown(plan_as_data(plan({"shop_ui": wanted}, networks, {}, KEY, there, prune=True)))
    assert (
        found
        == """\
## stack shop: 2 to create, 1 to update, 2 to remove, 1 unchanged

### Created

**network `back`**

| field | change |
| --- | --- |
| `driver` | overlay |
| `driver_opts.encrypted` | true |

**secret `key`**

| field | change |
| --- | --- |
| `content` | rotated |

### Updated

**service `ui`**

| field | change |
| --- | --- |
| `deploy.replicas` | 2 → 4 |
| `secrets.key` | rotated |

### Removed

**service `legacy`** (registry:5000/ui:1, 2 replicas)

**secret `key`** (the former one)

1 object(s) are not changed.
"""
    )


def test_markdown_signs_in_values_are_no_markup():
    there = current([running(service_spec())], [network("shop_front")])
    found = plan_as_markdown(plan_as_data(plan({"shop_ui": service_spec(Env=["A=x|`y`*z*"])}, FRONT, there=there)))
    assert "| `environment.A` | (added) x\\|\\`y\\`\\*z\\* |" in found


def test_the_data_is_plain_and_holds_no_content():
    data = plan_as_data(plan({"shop_ui": service_spec(Secrets=[REFERENCE])}, FRONT, {}, KEY))
    assert data["summary"] == "stack shop: 3 to create"
    assert [step["name"] for step in data["steps"]] == ["shop_front", "shop_key", "shop_ui"]
    assert "b25l" not in repr(data)


def test_a_job_that_has_failed_runs_again():
    spec = {**service_spec("ui"), "Mode": {"ReplicatedJob": {}}}
    there = replace(current([running(spec)], [network("shop_front")]), given_up=frozenset({"shop_ui"}))
    found = plan({"shop_ui": spec}, FRONT, there=there)
    assert "    job  failed → run again" in plan_as_text(found).splitlines()
    assert found.having("update")[0].again
