"""What the exporter says of a swarm, from answers of the Engine API as they are."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parents[3] / "stacks" / "monitoring" / "exporter" / "swarm_exporter.py"
_spec = importlib.util.spec_from_file_location("swarm_exporter", SOURCE)
assert _spec is not None
assert _spec.loader is not None
exporter = importlib.util.module_from_spec(_spec)
sys.modules["swarm_exporter"] = exporter
_spec.loader.exec_module(exporter)


def node(name: str, role: str = "worker", state: str = "ready", reachability: str = "", leader: bool = False) -> Any:
    manager = {"ManagerStatus": {"Reachability": reachability, "Leader": leader}} if role == "manager" else {}
    return {
        "ID": f"id-{name}",
        "Spec": {"Role": role, "Availability": "active"},
        "Description": {"Hostname": name, "Engine": {"EngineVersion": "26.1.5"}},
        "Status": {"State": state},
        **manager,
    }


def service(name: str, mode: Any, **more: Any) -> Any:
    return {"ID": f"id-{name}", "Spec": {"Name": name, "Labels": {exporter.STACK_LABEL: "shop"}, "Mode": mode}, **more}


def task(
    key: str, owner: str, state: str = "running", desired: str = "running", where: str = "w1", **status: Any
) -> Any:
    return {
        "ID": key,
        "ServiceID": f"id-{owner}",
        "NodeID": f"id-{where}",
        "DesiredState": desired,
        "Status": {"State": state, **status},
    }


def lines(nodes: Any = (), services: Any = (), tasks: Any = (), failures: Any = None) -> list[str]:
    metrics = exporter.cluster_metrics(list(nodes), list(services), list(tasks), failures or exporter.Failures())
    return [line for line in metrics.text().splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(
    ("reachable", "margin"),
    [([True, True, True], 1), ([True, True, False], 0), ([True, False, False], -1), ([True], 0), ([True] * 5, 2)],
)
def test_quorum_margin_is_what_can_still_be_lost(reachable: list[bool], margin: int) -> None:
    nodes = [
        node(f"m{index}", "manager", reachability="reachable" if there else "unreachable")
        for index, there in enumerate(reachable)
    ]
    assert f"swarm_quorum_margin {margin}" in lines(nodes)


def test_tasks_of_a_node_that_is_down_do_not_run() -> None:
    found = lines(
        [node("w1", state="down"), node("w2")],
        [service("shop_ui", {"Replicated": {"Replicas": 2}})],
        [task("a", "shop_ui", where="w1"), task("b", "shop_ui", where="w2")],
    )
    assert 'swarm_service_replicas_running{stack="shop",service="shop_ui"} 1' in found
    assert 'swarm_service_replicas_desired{stack="shop",service="shop_ui"} 2' in found


def test_a_task_on_its_way_out_is_not_a_replica() -> None:
    """An update has both for a moment: `3 of 2` would be nonsense."""
    found = lines(
        [node("w1")],
        [service("shop_ui", {"Replicated": {"Replicas": 1}})],
        [task("old", "shop_ui", desired="shutdown"), task("new", "shop_ui")],
    )
    assert 'swarm_service_replicas_running{stack="shop",service="shop_ui"} 1' in found


def test_a_global_service_is_to_have_what_the_managers_say() -> None:
    found = lines([node("w1"), node("w2")], [service("shop_agent", {"Global": {}}, ServiceStatus={"DesiredTasks": 2})])
    assert 'swarm_service_replicas_desired{stack="shop",service="shop_agent"} 2' in found


def test_a_job_has_no_replicas_to_miss() -> None:
    assert not [line for line in lines([], [service("shop_job", {"ReplicatedJob": {}})]) if "replicas" in line]


def test_failures_are_counted_once_and_by_reason() -> None:
    failures = exporter.Failures()
    old = task("old", "shop_ui", "failed", "shutdown", ContainerStatus={"ExitCode": 1})
    lines([], [service("shop_ui", {"Replicated": {"Replicas": 1}})], [old], failures)
    assert not failures.counts, "it failed before anybody counted"
    new = [
        task("n1", "shop_ui", "failed", "shutdown", ContainerStatus={"ExitCode": 3}),
        task("n2", "shop_ui", "failed", "shutdown", ContainerStatus={"ExitCode": 137}),
        task("n3", "shop_ui", "rejected", "shutdown", Err="no such image"),
        task("n4", "shop_ui", "failed", "shutdown", Err="task: unhealthy container"),
    ]
    for _look in range(3):
        found = lines([], [service("shop_ui", {"Replicated": {"Replicas": 1}})], [old, *new], failures)
    for reason in ("exit_3", "killed", "rejected", "unhealthy"):
        assert f'swarm_service_task_failures_total{{stack="shop",service="shop_ui",reason="{reason}"}} 1' in found


def test_a_task_that_swarm_forgets_stays_counted() -> None:
    failures = exporter.Failures()
    failures.see([])
    failures.see([task("a", "shop_ui", "failed", ContainerStatus={"ExitCode": 1})])
    failures.see([])
    failures.see([task("b", "shop_ui", "failed", ContainerStatus={"ExitCode": 1})])
    assert failures.counts == {("id-shop_ui", "exit_1"): 2}


def test_exactly_one_update_state_is_one() -> None:
    found = lines([], [service("shop_ui", {"Replicated": {}}, UpdateStatus={"State": "paused"})])
    states = [line for line in found if line.startswith("swarm_service_update_state")]
    assert len(states) == len(exporter.UPDATE_STATES)
    assert [line for line in states if line.endswith(" 1")] == [
        'swarm_service_update_state{stack="shop",service="shop_ui",state="paused"} 1'
    ]


def test_labels_are_escaped() -> None:
    assert exporter.escaped('a"b\\c\nd') == r"a\"b\\c\nd"


CONTAINER = "c" * 64


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


@pytest.mark.parametrize("name", [CONTAINER, f"docker-{CONTAINER}.scope"])
def test_usage_with_version_2_of_control_groups(tmp_path: Path, name: str) -> None:
    write(
        tmp_path / "system.slice" / name,
        cpu__stat="usage_usec 1500000\nuser_usec 1\n",
        memory__current="1000\n",
        memory__stat="anon 1\ninactive_file 300\n",
        memory__max="max\n",
        memory__events="low 0\noom_kill 2\n",
    )
    folders = exporter.CgroupFolders(tmp_path).of([CONTAINER])
    usage = exporter.usage_in(folders[CONTAINER])
    assert (usage.cpu_seconds, usage.memory_bytes, usage.memory_limit, usage.oom_kills) == (1.5, 700, None, 2)


def test_usage_with_version_1_of_control_groups(tmp_path: Path) -> None:
    write(tmp_path / "cpu,cpuacct" / "docker" / CONTAINER, cpuacct__usage="2500000000\n", cpu__stat="nr_periods 0\n")
    write(
        tmp_path / "memory" / "docker" / CONTAINER,
        memory__usage_in_bytes="1000\n",
        memory__stat="total_inactive_file 100\n",
        memory__limit_in_bytes="67108864\n",
        memory__oom_control="oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
    )
    usage = exporter.usage_in(exporter.CgroupFolders(tmp_path).of([CONTAINER])[CONTAINER])
    assert (usage.cpu_seconds, usage.memory_bytes, usage.memory_limit, usage.oom_kills) == (2.5, 900, 67108864, 1)


def test_a_container_that_has_just_gone_has_no_usage(tmp_path: Path) -> None:
    write(tmp_path / CONTAINER, memory__current="1000\n", cpu__stat="usage_usec 1\n")
    assert exporter.usage_in([tmp_path / CONTAINER]) is None


def test_only_tasks_of_this_node_that_run_are_looked_at() -> None:
    mine = task("a", "shop_ui", where="w1", ContainerStatus={"ContainerID": "x"})
    others = [
        task("b", "shop_ui", where="w2", ContainerStatus={"ContainerID": "y"}),
        task("c", "shop_ui", "failed", where="w1", ContainerStatus={"ContainerID": "z"}),
        task("d", "shop_ui", "pending", where="w1"),
    ]
    assert exporter.containers_of([mine, *others], "id-w1") == {"x": mine}
