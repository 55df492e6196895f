"""What the module `service` does to services that run."""

from __future__ import annotations

import pytest
from runs import done, module, playbook

WEB = """
services:
  web:
    image: registry:5000/box:{version}
    stop_grace_period: 1s
    deploy:
      replicas: {replicas}
      endpoint_mode: dnsrr
      update_config: {{parallelism: 1, order: start-first, monitor: 1s}}
      rollback_config: {{parallelism: 0, monitor: 1s}}
  agent:
    image: registry:5000/box:1
    stop_grace_period: 1s
    deploy: {{mode: global, endpoint_mode: dnsrr, update_config: {{monitor: 1s}}}}
"""


@pytest.fixture
def web(stack):
    stack.write(WEB.format(version=1, replicas=2))
    stack.deploy()
    return f"{stack.name}_web"


def test_scale(cluster, web):
    before = cluster.service(web)["Version"]["Index"]
    wish = {"names": [web], "replicas": 4}
    (told,) = done("service", wish, check=True)["services"]
    assert told["differences"] == [{"key": "deploy.replicas", "before": 2, "after": 4}]
    assert cluster.service(web)["Version"]["Index"] == before
    result = done("service", wish)
    assert result["changed"]
    assert result["diff"][0]["prepared"] == f"~ service {web}\n    deploy.replicas  2 → 4\n"
    assert len(cluster.running(web)) == 4
    assert not done("service", wish)["changed"]
    assert not done("service", wish, check=True)["changed"]
    assert done("service", {"names": [web], "replicas": 0})["changed"]
    assert cluster.running(web) == []


def test_restart_replaces_every_task(cluster, web):
    before = {task["ID"] for task in cluster.running(web)}
    assert done("service", {"names": [web], "state": "restarted"}, check=True)["changed"]
    assert {task["ID"] for task in cluster.running(web)} == before
    assert done("service", {"names": [web], "state": "restarted"})["changed"]
    after = {task["ID"] for task in cluster.running(web)}
    assert len(after) == 2
    assert not after & before


def test_a_restart_is_no_difference_to_the_next_deploy(stack, web):
    done("service", {"names": [web], "state": "restarted"})
    assert not stack.deploy()["changed"]


def test_roll_back_one_service(cluster, stack, web):
    agent = f"{stack.name}_agent"
    before = cluster.service(agent)["Version"]["Index"]
    first = image_of(cluster, web)
    stack.write(WEB.format(version=2, replicas=3))
    stack.deploy()
    second = image_of(cluster, web)
    wish = {"names": [web], "state": "rolled_back"}
    (told,) = done("service", wish, check=True)["services"]
    assert {"key": "image", "before": second, "after": first} in told["differences"]
    assert image_of(cluster, web) == second
    assert done("service", wish)["changed"]
    assert image_of(cluster, web) == first
    images = {task["Spec"]["ContainerSpec"]["Image"] for task in cluster.running(web)}
    assert (len(cluster.running(web)), images) == (2, {first})
    assert cluster.service(agent)["Version"]["Index"] == before
    (step,) = stack.deploy(check=True)["plan"]["steps"]
    assert step["short"] == "web"


def image_of(cluster, name):
    return cluster.service(name)["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"]


def test_a_new_node_gets_its_share(cluster, web):
    node = next(node["ID"] for node in cluster.get("/nodes") if node["Description"]["Hostname"] == "w1")
    cluster.run(f"docker node update --availability drain {node}")
    try:
        done("service", {"names": [web], "replicas": 4})
        assert cluster.places(web) == {"m1": 2, "w1": 0, "w2": 2}
    finally:
        cluster.run(f"docker node update --availability active {node}")
    wish = {"names": [web], "state": "spread"}
    (told,) = done("service", wish, check=True)["services"]
    assert told["differences"] == [{"key": "tasks", "before": "m1 2, w1 0, w2 2", "after": "spread evenly"}]
    assert cluster.places(web)["w1"] == 0
    assert done("service", wish)["changed"]
    assert sorted(cluster.places(web).values()) == [1, 1, 2]
    assert not done("service", wish)["changed"]
    assert not done("service", wish, check=True)["changed"]


def test_the_playbook_spreads_what_is_uneven_and_leaves_the_rest_alone(cluster, web):
    node = next(node["ID"] for node in cluster.get("/nodes") if node["Description"]["Hostname"] == "w2")
    others = {
        item["Spec"]["Name"]: item["Version"]["Index"]
        for item in cluster.get("/services")
        if item["Spec"]["Name"] != web
    }
    # None at all, as the one that is left could be on the very node.
    done("service", {"names": [web], "replicas": 0})
    cluster.run(f"docker node update --availability pause {node}")
    try:
        done("service", {"names": [web], "replicas": 6})
        assert cluster.places(web) == {"m1": 3, "w1": 3, "w2": 0}
    finally:
        cluster.run(f"docker node update --availability active {node}")
    output, status = playbook("dockyard.swarm.spread")
    assert status == 0, output
    assert "changed=1" in output
    assert cluster.places(web) == {"m1": 2, "w1": 2, "w2": 2}
    output, status = playbook("dockyard.swarm.spread")
    assert status == 0, output
    assert "changed=0" in output
    now = {item["Spec"]["Name"]: item["Version"]["Index"] for item in cluster.get("/services")}
    assert {name: now[name] for name in others} == others


def test_wishes_that_cannot_be(cluster, stack, web):
    before = {item["ID"]: item["Version"]["Index"] for item in cluster.get("/services")}
    agent = f"{stack.name}_agent"
    for wish, message in (
        ({"names": ["web"], "replicas": 1}, "there is no service web; did you mean dev_web or stage_web or "),
        ({"names": [agent], "replicas": 1}, f"service {agent} has no replicas to set: its mode is global"),
        ({"names": [agent], "state": "rolled_back"}, f"service {agent} has no previous version"),
        ({"names": [web], "state": "spread", "replicas": 1}, "replicas can only be set with state present"),
        ({"names": [web]}, "state is present but all of the following are missing: replicas"),
    ):
        result = module("service", wish).result
        assert result["failed"]
        assert message in result["msg"]
    assert {item["ID"]: item["Version"]["Index"] for item in cluster.get("/services")} == before


def test_a_worker_is_told_to_ask_a_manager(web):
    result = module("service", {"names": [web], "replicas": 1}, hosts="swarm_workers").result
    assert "this host is no swarm manager" in result["msg"]


def test_a_service_that_does_not_arrive_is_told_with_its_tasks_errors(cluster, web):
    cluster.run(f"docker service update --detach --constraint-add node.labels.rack==moon --replicas 0 {web}")
    result = module("service", {"names": [web], "replicas": 2, "wait_timeout": 15}).result
    assert result["failed"]
    assert f"service {web} has not converged within 15 s" in result["msg"]
    assert {item["error"].split(" (")[0] for item in result["failed_tasks"]} == {"no suitable node"}
