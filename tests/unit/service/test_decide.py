"""What is to be done to a service, and what cannot be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._service.decide import (
    PRESENT,
    REFRESHED,
    RESTARTED,
    ROLLED_BACK,
    SPREAD,
    Change,
    Cluster,
    ServiceError,
    changed_spec,
    chosen,
    decide,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.canonical import Names
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import Difference

from tests.unit.service.test_balance import node, tasks


def service(name="shop_ui", mode=None, previous=None, force=None):
    spec = {
        "Name": name,
        "Labels": {"com.docker.stack.namespace": "shop"},
        "Mode": mode or {"Replicated": {"Replicas": 2}},
        "TaskTemplate": {"ContainerSpec": {"Image": "box:2"}, **({"ForceUpdate": force} if force else {})},
    }
    before = {"PreviousSpec": {**spec, "TaskTemplate": {"ContainerSpec": {"Image": previous}}}} if previous else {}
    return {"ID": "s", "Spec": spec, **before}


def cluster(*services, running=(), nodes=()):
    by_name = {item["Spec"]["Name"]: item for item in services}
    return Cluster(by_name, {"s": list(running)}, list(nodes), Names())


def test_scale():
    change = decide("shop_ui", PRESENT, 4, cluster(service()))
    assert change.differences == (Difference("deploy.replicas", 2, 4),)
    assert changed_spec(service(), change)["Mode"] == {"Replicated": {"Replicas": 4}}
    assert changed_spec(service(mode={"Replicated": {"Replicas": 4}}), change) is None


def test_as_many_as_wished_is_no_change():
    assert decide("shop_ui", PRESENT, 2, cluster(service())).differences == ()


@pytest.mark.parametrize("mode", [{"Global": {}}, {"ReplicatedJob": {}}, {"GlobalJob": {}}])
@pytest.mark.parametrize("wish", [PRESENT, SPREAD])
def test_only_replicas_can_be_scaled_and_spread(mode, wish):
    with pytest.raises(ServiceError, match="service shop_ui has no replicas to"):
        decide("shop_ui", wish, 2, cluster(service(mode=mode)))


def test_spread_only_what_is_uneven():
    nodes = [node("a"), node("b")]
    uneven = decide("shop_ui", SPREAD, None, cluster(service(), running=tasks(a=2), nodes=nodes))
    assert uneven.differences == (Difference("tasks", "a.lan 2, b.lan 0", "spread evenly"),)
    assert decide("shop_ui", SPREAD, None, cluster(service(), running=tasks(a=1, b=1), nodes=nodes)).differences == ()


def test_a_restart_is_always_a_change():
    change = decide("shop_ui", RESTARTED, None, cluster(service(mode={"Global": {}})))
    assert change.differences
    assert changed_spec(service(), change)["TaskTemplate"]["ForceUpdate"] == 1
    assert changed_spec(service(force=7), change)["TaskTemplate"]["ForceUpdate"] == 8


def test_a_roll_back_tells_what_changes():
    change = decide("shop_ui", ROLLED_BACK, None, cluster(service(previous="box:1")))
    assert change == Change("shop_ui", "s", ROLLED_BACK, (Difference("image", "box:2", "box:1"),))


def test_a_roll_back_of_a_restart_replaces_tasks():
    assert decide("shop_ui", ROLLED_BACK, None, cluster(service(previous="box:2"))).differences


def test_nothing_to_go_back_to():
    with pytest.raises(ServiceError, match="service shop_ui has no previous version"):
        decide("shop_ui", ROLLED_BACK, None, cluster(service()))


def test_credentials_are_refreshed_where_there_are_some():
    known = cluster(service())
    assert decide("shop_ui", REFRESHED, None, known).differences == ()
    known = replace(known, with_login=frozenset({"shop_ui"}))
    change = decide("shop_ui", REFRESHED, None, known)
    assert change.differences == (Difference("credentials", "as they were", "refreshed"),)
    assert changed_spec(service(), change) == service()["Spec"]


@pytest.mark.parametrize("mode", [{"ReplicatedJob": {}}, {"GlobalJob": {}}])
def test_a_job_would_run_again(mode):
    with pytest.raises(ServiceError, match="service shop_ui cannot be refreshed"):
        decide("shop_ui", REFRESHED, None, cluster(service(mode=mode)))


def test_all_are_those_that_the_wish_is_for():
    services = cluster(
        service(), service("shop_agent", {"Global": {}}), service("board_ui"), service("job", {"GlobalJob": {}})
    ).services
    assert chosen(["*"], SPREAD, services) == ["board_ui", "shop_ui"]
    assert chosen(["*"], REFRESHED, services) == ["board_ui", "shop_agent", "shop_ui"]
    with pytest.raises(ServiceError, match="list the services by name"):
        chosen(["*"], RESTARTED, services)


@pytest.mark.parametrize(
    ("name", "hint"),
    [("ui", "; did you mean board_ui or shop_ui?"), ("shop_iu", "; did you mean shop_ui?"), ("x", "")],
)
def test_a_name_that_is_none(name, hint):
    with pytest.raises(ServiceError) as fault:
        chosen([name], RESTARTED, cluster(service(), service("board_ui")).services)
    assert str(fault.value) == f"there is no service {name}{hint}"
