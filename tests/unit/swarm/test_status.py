"""One page about a swarm."""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.status import (
    differences,
    names_of,
    problems,
    render,
    service_view,
)


def service(ports=(), **more):
    return {
        "ID": "s1",
        "Spec": {
            "Name": "demo_ui",
            "Mode": {"Replicated": {"Replicas": 2}},
            "TaskTemplate": {"ContainerSpec": {"Image": "registry:5000/ui:1@sha256:abc"}},
        },
        "ServiceStatus": {"RunningTasks": 1, "DesiredTasks": 2},
        "Endpoint": {"Ports": list(ports)},
        **more,
    }


def task(node_id, state="running", service_id="s1", desired="running"):
    return {"ServiceID": service_id, "NodeID": node_id, "Status": {"State": state}, "DesiredState": desired}


def test_service_counts_what_runs_and_where(make):
    nodes = {node["id"]: node for node in (make.node("w1"), make.node("w2"))}
    tasks = [
        task("id-w1"),
        task("id-w2", state="preparing"),
        task("id-w2", service_id="other"),
        task("id-w2", desired="shutdown"),
    ]
    view = service_view(service(), tasks, nodes)
    assert (view["running"], view["desired"], view["nodes"]) == (1, 2, ["w1"])
    assert (view["mode"], view["image"], view["update"]) == ("replicated", "registry:5000/ui:1", None)


def test_port_of_the_mesh_answers_on_every_ready_node(make):
    nodes = {node["id"]: node for node in (make.node("w1"), make.node("w2"), make.node("w3", state="down"))}
    mesh = {"PublishedPort": 80, "Protocol": "tcp", "PublishMode": "ingress"}
    host = {"PublishedPort": 81, "Protocol": "tcp", "PublishMode": "host"}
    view = service_view(service([mesh, host]), [task("id-w1")], nodes)
    assert [port["addresses"] for port in view["published"]] == [["addr-w1", "addr-w2"], ["addr-w1"]]


def test_port_is_told_at_the_address_where_people_reach_the_node(make):
    nodes = {node["id"]: node for node in (make.node("w1"), make.node("w2"), make.node("w3"))}
    mesh = {"PublishedPort": 80, "Protocol": "tcp", "PublishMode": "ingress"}
    view = service_view(service([mesh]), [], nodes, {"id-w1": "192.0.2.1", "id-w2": None, "gone": "192.0.2.9"})
    assert view["published"][0]["addresses"] == ["192.0.2.1", "addr-w2", "addr-w3"]


def test_task_that_waits_for_a_node_is_nowhere(make):
    waiting = {"ServiceID": "s1", "Status": {"State": "pending"}, "DesiredState": "running"}
    assert service_view(service(), [waiting], {"id-w1": make.node("w1")})["nodes"] == []


def test_plan_is_told_in_sentences():
    plan = {
        "found": None,
        "join_workers": ["w1"],
        "promote": ["w2"],
        "stale_nodes": [{"id": "g1", "hostname": "w3", "role": "worker"}],
    }
    assert differences(plan) == [
        "w1 must join as a worker",
        "w2 is a worker, and is declared as a manager",
        "w3 (g1) is down, while its host is now another node",
    ]
    assert differences({}) == []


def test_page_says_it_all(make):
    manager = {**make.node("m1", "manager", leader=True), "name": "first", "tasks": 0}
    worker = {**make.node("w1", labels={"a": "1"}), "name": None, "tasks": 2}
    port = {"port": 80, "protocol": "tcp", "mode": "host", "addresses": ["10.0.0.1", "10.0.0.2"]}
    page = render(
        {
            "cluster_id": "C",
            "quorum": "1 of 1 managers reachable, 1 needed",
            "nodes": [manager, worker],
            "services": [
                {
                    "name": "ui",
                    "mode": "replicated",
                    "image": "ui:1",
                    "running": 2,
                    "desired": 2,
                    "nodes": ["w1", "w1"],
                    "update": None,
                    "published": [port],
                }
            ],
            "lock": None,
            "differences": [],
        }
    ).splitlines()
    assert page[0] == "Cluster C: 1 of 1 managers reachable, 1 needed"
    assert page[3].split() == ["m1", "first", "leader", "ready", "active", "26.1.5", "addr-m1", "0"]
    assert page[4].split()[-2:] == ["2", "a=1"]
    assert "(not declared)" in page[4]
    assert page[7].split() == ["ui", "replicated", "2/2", "ui:1", "w1", "(2)"]
    assert page[page.index("Differences from the declared state:") + 1] == "  none"
    assert page[-1] == "  ui: http://10.0.0.1:80/"


def test_page_says_who_has_locked_the_swarm():
    status = {"cluster_id": "C", "quorum": "q", "nodes": [], "services": [], "differences": []}
    assert render({**status, "lock": "ada has had it. The lock expires in 0:10:00"}).splitlines()[1] == (
        "Locked: ada has had it. The lock expires in 0:10:00"
    )


def test_a_declared_host_that_is_down_is_no_stranger(make):
    nodes = [make.node("w1"), make.node("w2", state="down"), make.node("w3", state="down"), make.node("w9")]
    hosts = {"first": "id-w1", "second": None, "w3": None}
    names, silent = names_of(nodes, hosts, {"second": "addr-w2"}, {})
    assert names == {"id-w1": "first", "id-w2": "second", "id-w3": "w3"}
    assert silent == ["second", "w3"]
    told = problems(nodes, silent, [])
    assert told == [
        "node w2 (id-w2) is down",
        "node w3 (id-w3) is down",
        "second was left out of this run, or did not answer",
        "w3 was left out of this run, or did not answer",
    ]


def test_of_two_nodes_of_one_name_none_is_guessed(make):
    nodes = [make.node("w1", node_id="a", state="down"), make.node("w1", node_id="b", state="down", address="x")]
    assert names_of(nodes, {"w1": None}, {}, {})[0] == {}


def test_a_crash_loop_has_its_error_and_how_often(make):
    nodes = {"id-w1": make.node("w1")}
    crashed = [
        {
            **task("id-w1", state="failed", desired="shutdown"),
            "Status": {"State": "failed", "Timestamp": f"2026-01-01T00:00:0{second}Z", "Err": f"exit ({second})"},
        }
        for second in (2, 1)
    ]
    view = service_view(service(), crashed, nodes)
    assert (view["running"], view["failures"], view["error"]) == (0, 2, "on w1: exit (2)")
    assert problems([], [], [view]) == ["service demo_ui: 0 of 2 running; 2 failed, the last on w1: exit (2)"]


def test_tasks_that_a_lost_node_last_told_of_do_not_count(make):
    """Three running of two: the third is the one whose node is gone."""
    nodes = {"id-w1": make.node("w1"), "id-w2": make.node("w2", state="down")}
    full = service(ServiceStatus={"RunningTasks": 3, "DesiredTasks": 2})
    view = service_view(full, [task("id-w1"), task("id-w1"), task("id-w2")], nodes)
    assert (view["running"], view["desired"]) == (2, 2)
    assert problems([], [], [view]) == []


def test_a_paused_update_is_a_sentence(make):
    paused = service(UpdateStatus={"State": "paused", "Message": "update paused due to failure"})
    view = service_view(paused, [task("id-w1"), task("id-w1")], {"id-w1": make.node("w1")})
    assert problems([], [], [view]) == ["service demo_ui: its update is paused: update paused due to failure"]


def test_a_job_that_has_completed_misses_nothing(make):
    job = service()
    job["Spec"]["Mode"] = {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 1}}
    assert problems([], [], [service_view(job, [], {})]) == []


def test_a_host_that_is_to_join_has_answered(make):
    assert names_of([make.node("w1")], {"first": "id-w1", "w2": None}, {}, {"join_workers": ["w2"]})[1] == []
