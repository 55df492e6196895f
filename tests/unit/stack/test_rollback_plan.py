"""The way back leads to exactly what was: by the very objects right after a deploy, by their contents later."""

from __future__ import annotations

import copy
import json

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.rollback import preferring, without_jobs
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.snapshot import (
    content_ids,
    desired_from_current,
    desired_from_snapshot,
    snapshot_of,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.current import Current
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import decide

from tests.unit.stack.specs import STACK, content, network, service, service_spec

REVISION = {"dockyard.swarm.revision-of": "shop_key", "dockyard.swarm.revision": "2"}


def running(name="ui", image="registry:5000/ui:1", secret="shop_key", mode=None):
    spec = service_spec(
        name,
        Image=image,
        Secrets=[{"SecretName": secret, "SecretID": f"id-of-{secret}", "File": {"Name": "key"}}],
        Configs=[{"ConfigName": "shop_conf", "ConfigID": "id-of-shop_conf", "File": {"Name": "conf"}}],
    )
    spec["TaskTemplate"]["Networks"] = [{"Target": "id-of-shop_front", "Aliases": [name]}]
    if mode:
        spec["Mode"] = {mode: {}}
    return service(spec)


def current(*services, secrets=("shop_key",), networks=("shop_front",), **more):
    conf = content("shop_conf")
    conf["Spec"]["Data"] = "eA=="
    labels = {"shop_key.2": REVISION}
    return Current(
        STACK,
        {item["Spec"]["Name"]: item for item in services},
        [network(name) for name in networks],
        [conf],
        [content(name, **labels.get(name, {})) for name in secrets],
        **more,
    )


def undo(before, now):
    wanted = desired_from_current(before)
    return decide(wanted.networks, {}, {}, wanted.services, now, True, recreate_networks=True, keep=content_ids(before))


def told(plan):
    return [(step.kind, step.name, step.action) for step in plan.steps if step.action != "unchanged"]


def test_nothing_happened_nothing_to_undo():
    assert not undo(current(running()), current(running())).changed


def test_changed_services_return_to_the_very_objects_and_new_ones_go():
    before = current(running())
    now = current(
        running(image="registry:5000/ui:2", secret="shop_key.2"),
        running("new"),
        secrets=("shop_key", "shop_key.2"),
        networks=("shop_front", "shop_new"),
    )
    plan = undo(before, now)
    assert told(plan) == [
        ("service", "shop_ui", "update"),
        ("service", "shop_new", "remove"),
        ("secret", "shop_key.2", "remove"),
        ("network", "shop_new", "remove"),
    ]
    (step,) = plan.having("update")
    assert step.body["TaskTemplate"]["ContainerSpec"]["Secrets"][0]["SecretName"] == "shop_key"
    assert step.body["TaskTemplate"]["ContainerSpec"]["Image"] == "registry:5000/ui:1"


def test_removed_services_come_back():
    assert told(undo(current(running()), current())) == [("service", "shop_ui", "create")]


def test_a_network_that_was_made_again_returns_with_its_subnet():
    now = current(running())
    now.networks[0]["Attachable"] = True
    plan = undo(current(running()), now)
    assert told(plan) == [("network", "shop_front", "update"), ("service", "shop_ui", "update")]
    assert plan.steps[0].body["IPAM"] == {"Config": [{"Subnet": "10.0.1.0/24"}]}


def test_jobs_are_not_run_again_by_going_back():
    before = current(running("migrate", mode="ReplicatedJob"), running())
    now = current(running("migrate", image="x:2", mode="ReplicatedJob"), running(image="x:2"))
    plan = without_jobs(undo(before, now))
    assert told(plan) == [("service", "shop_ui", "update")]
    assert plan.warnings == ("job migrate is not changed, because it would run again",)


def test_a_job_that_is_new_goes():
    plan = without_jobs(undo(current(), current(running("migrate", mode="GlobalJob"))))
    assert told(plan) == [("service", "shop_migrate", "remove")]


# -- deployments that were kept ---------------------------------------------------------------------


def kept(before, networks=None):
    return json.loads(json.dumps(snapshot_of(before, networks or {}, {})))


def back(state, now):
    wanted = desired_from_snapshot(copy.deepcopy(state))
    return decide(wanted.networks, wanted.configs, wanted.secrets, wanted.services, now, True, recreate_networks=True)


def test_going_back_to_what_runs_changes_nothing():
    there = current(running(secret="shop_key.2"), secrets=("shop_key.2",), same_content={"id-of-shop_conf"})
    state = kept(there)
    now = current(
        running(secret="shop_key.2"),
        secrets=("shop_key.2",),
        same_content={"id-of-shop_conf", "id-of-shop_key.2"},
    )
    assert told(back(state, now)) == []


def test_contents_of_configs_are_kept_those_of_secrets_never():
    state = kept(current(running()))
    assert state["configs"]["shop_conf"]["Data"] == "eA=="
    assert "Data" not in state["secrets"]["shop_key"]
    assert sorted(state["serving"]) == ["id-of-shop_conf", "id-of-shop_key"]


def test_subnets_that_the_engine_chose_are_its_to_choose_again():
    assert "IPAM" not in kept(current(running()))["networks"]["shop_front"]
    body = {"Driver": "overlay", "IPAM": {"Config": [{"Subnet": "10.9.0.0/24"}]}}
    assert kept(current(running()), {"shop_front": body})["networks"]["shop_front"] == body


def test_objects_that_are_gone_are_made_again_and_rotated_secrets_stay():
    state = kept(current(running()))
    now = current(
        running(image="registry:5000/ui:2", secret="shop_key.2"),
        secrets=("shop_key.2",),
        same_content={"id-of-shop_key.2"},
    )
    plan = back(state, now)
    assert told(plan) == [
        ("config", "shop_conf.2", "create"),
        ("service", "shop_ui", "update"),
        ("config", "shop_conf", "remove"),
    ]
    (step,) = plan.having("update")
    assert step.body["TaskTemplate"]["ContainerSpec"]["Secrets"][0]["SecretName"] == "shop_key.2"


def test_external_objects_are_known_as_such():
    one = running()
    one["Spec"]["TaskTemplate"]["Networks"].append({"Target": "outer"})
    one["Spec"]["TaskTemplate"]["ContainerSpec"]["Secrets"].append({"SecretName": "theirs", "SecretID": "t"})
    wanted = desired_from_snapshot(kept(current(one)))
    assert (wanted.external_networks, wanted.external_secrets) == ({"outer"}, {"theirs"})
    assert wanted.external_configs == set()


def test_the_revision_that_served_is_preferred():
    now = current(secrets=("shop_key", "shop_key.2"), same_content={"id-of-shop_key", "id-of-shop_key.2"})
    assert preferring(now, ["shop_key"], ["id-of-shop_key"]) == {"id-of-shop_key"}
    assert preferring(now, ["shop_key"], ["gone"]) == now.same_content
