"""What is done to a unit, what is noted for later, and when a swarm can spare a node."""

from __future__ import annotations

import os
import sys

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError, MissingSdkError
from ansible_collections.dockyard.swarm.plugins.module_utils._host import engine_service as service
from ansible_collections.dockyard.swarm.plugins.module_utils._host import membership, pending, unit
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm import restart_safety as health

RUNS = unit.Unit(exists=True, active=True, enabled=True, started=100.0)


def decide(found, action="none", *, member=False, defer=True):
    return service.decide(found, action, ["mtu"], member=member, defer=defer)


@pytest.mark.parametrize(
    ("found", "action", "member", "verbs"),
    [
        (RUNS, "none", False, []),
        (unit.Unit(exists=True), "none", False, ["enable", "start"]),
        (unit.Unit(exists=True), "restart", False, ["enable", "start"]),
        (unit.Unit(exists=True, active=True, stale=True), "none", False, ["daemon-reload", "enable"]),
        (RUNS, "reload", False, ["reload"]),
        (RUNS, "reload", True, ["reload"]),
        (RUNS, "restart", False, ["restart"]),
        (RUNS, "restart", True, []),
    ],
)
def test_verbs(found, action, member, verbs):
    assert decide(found, action, member=member).verbs == verbs


def test_member_that_needs_a_restart_is_deferred_and_says_why():
    steps = decide(RUNS, "restart", member=True)
    assert steps.deferred
    assert steps.reasons == ["mtu"]
    assert decide(RUNS, "restart", member=True, defer=False).verbs == ["restart"]


def test_stopping_stops_only_what_runs():
    assert service.decide_stop(RUNS).verbs == ["disable", "stop"]
    assert service.decide_stop(unit.Unit()).verbs == []


def test_new_packages_take_containerd_and_the_socket_along():
    commands = service.commands("restart", ["package docker-ce"])
    assert commands[0] == ["systemctl", "stop", "docker.socket", "docker.service"]
    assert commands[1] == ["systemctl", "restart", "containerd.service"]
    assert commands[-1] == ["systemctl", "start", "docker.service"]


def test_new_configuration_leaves_containerd_alone():
    assert not any("containerd.service" in words for words in service.commands("restart", ["mtu"]))


@pytest.mark.parametrize("state", ["active", "pending", "locked", "error"])
def test_every_state_but_inactive_is_a_membership(state):
    assert membership.is_member(membership.swarm_state({"Swarm": {"LocalNodeState": state}}))


def test_engine_outside_of_a_swarm_is_no_member():
    assert not membership.is_member(membership.swarm_state({"Swarm": {"LocalNodeState": "inactive"}}))
    assert not membership.is_member(membership.swarm_state({}))


def test_managers_a_node_knows_are_told():
    info = {"Swarm": {"LocalNodeState": "active", "RemoteManagers": [{"NodeID": "b"}, {"NodeID": "a"}]}}
    assert membership.swarm_state(info)["managers"] == ["a", "b"]


def test_health_is_waited_for_and_its_lack_explained():
    answers = iter(
        [EngineError("no answer"), {"Swarm": {"LocalNodeState": "pending"}}, {"Swarm": {"LocalNodeState": "active"}}]
    )

    def read():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    info = service.wait_until_healthy(lambda _words: (0, "", ""), 60, read, member=True, sleep=lambda _seconds: None)
    assert info["Swarm"]["LocalNodeState"] == "active"


def test_health_that_does_not_come_ends_with_the_engines_words():
    def read():
        raise EngineError("connection refused")

    with pytest.raises(service.ServiceError, match=r"connection refused(.|\n)*bad flag"):
        service.wait_until_healthy(lambda _words: (0, "bad flag", ""), 0, read, member=False)


def test_note_is_kept_until_the_engine_is_started_again(tmp_path):
    path = str(tmp_path / "run" / "note.json")
    pending.write("reload", ["labels"], 100.0, path)
    pending.write("restart", ["mtu", "labels"], 100.0, path)
    assert pending.read(100.0, path) == ("restart", ["labels", "mtu"])
    os.utime(path, (200, 200))
    assert pending.read(150.0, path)[0] == "restart"
    assert pending.read(300.0, path) == ("none", [])
    pending.clear(path)
    assert pending.read(150.0, path) == ("none", [])


def test_stopped_engine_needs_no_note(tmp_path):
    path = str(tmp_path / "note.json")
    pending.write("restart", ["mtu"], None, path)
    assert not os.path.exists(path)


def test_damaged_note_is_no_note(tmp_path):
    path = tmp_path / "note.json"
    path.write_text("{")
    assert pending.read(1.0, str(path)) == ("none", [])


SHOWN = """LoadState=loaded
ActiveState=active
UnitFileState=enabled
MainPID=42
NeedDaemonReload=no
ExecStart={ path=/usr/sbin/dockerd ; argv[]=/usr/sbin/dockerd -H fd:// $DOCKER_OPTS ${MORE} ; ignore_errors=no }
Environment=MORE=--debug
EnvironmentFiles=/etc/default/docker (ignore_errors=yes)
"""


def test_unit_is_read_with_the_variables_of_its_files_put_in():
    found = unit.parse_show(SHOWN, lambda _pid: 100.0, lambda _path: '# old\nDOCKER_OPTS="--mtu 1460"\n')
    assert found == unit.Unit(
        exists=True,
        active=True,
        enabled=True,
        started=100.0,
        command_line="/usr/sbin/dockerd -H fd:// --mtu 1460 --debug",
    )


def test_unit_that_is_not_there():
    found = unit.parse_show(
        "LoadState=not-found\nActiveState=inactive\nMainPID=0\n", lambda _pid: 1.0, lambda _path: ""
    )
    assert found == unit.Unit()


def test_start_of_a_process_is_known():
    assert unit.started_at(os.getpid()) is not None
    assert unit.started_at(2**30) is None


def node(name, reachability=None, state="ready"):
    manager = {"ManagerStatus": {"Reachability": reachability}} if reachability else {}
    return {"ID": name, "Description": {"Hostname": name}, "Status": {"State": state}, **manager}


def task(name, where, of="web", state="running", desired="running"):
    return {"ID": name, "NodeID": where, "ServiceID": of, "DesiredState": desired, "Status": {"State": state}}


UP = "reachable"


@pytest.mark.parametrize(
    ("nodes", "restarting", "words"),
    [
        ([node("a", UP), node("b", UP), node("c", UP)], "a", None),
        ([node("a", UP), node("w")], "w", None),
        ([node("a", UP)], "a", None),
        ([node("a", UP), node("b", UP)], "a", "1 of 2 managers would remain reachable, and the quorum needs 2"),
        ([node("a", UP), node("b", UP), node("c", "unreachable")], "a", "1 of 3 managers would remain"),
        ([node("a", UP), node("b", UP), node("c", "unreachable")], "w", "no node w"),
        ([node("a", UP), node("b", UP), node("c", "unreachable"), node("w")], "w", "manager c (c) is not reachable"),
        ([node("a", UP), node("b", UP), node("c", "unreachable")], "c", None),
    ],
)
def test_when_a_swarm_can_spare_a_node(nodes, restarting, words):
    found = health.objections(nodes, restarting)
    assert (found == []) if words is None else any(words in objection for objection in found)


def test_tasks_from_before_do_not_count_as_running():
    """Right after a restart the managers still believe in containers that ended with the engine."""
    nodes, tasks = [node("a", UP), node("b")], [task("1", "a"), task("2", "b")]
    services = [{"ID": "web", "Spec": {"Name": "web"}, "ServiceStatus": {"DesiredTasks": 2}}]
    baseline = {"running": health.running(tasks), "tasks": health.tasks_on(tasks, "b")}
    assert health.shortfalls(nodes, services, tasks, "b", baseline) == ["service web runs 1 of 2 tasks"]
    recovered = [task("1", "a"), task("2", "b", state="failed", desired="shutdown"), task("3", "b")]
    assert health.shortfalls(nodes, services, recovered, "b", baseline) == []


def test_service_that_was_broken_before_is_not_waited_for():
    services = [{"ID": "web", "Spec": {"Name": "web"}, "ServiceStatus": {"DesiredTasks": 3}}]
    assert health.shortfalls([node("b")], services, [], "b", {"running": {}, "tasks": []}) == []


def test_service_scaled_down_meanwhile_is_not_waited_for():
    services = [{"ID": "web", "Spec": {"Name": "web"}, "ServiceStatus": {"DesiredTasks": 1}}]
    assert health.shortfalls([node("b")], services, [task("1", "a")], "b", {"running": {"web": 3}, "tasks": []}) == []


def test_node_that_is_not_back_is_named():
    found = health.shortfalls([node("b", "unreachable", "down")], [], [], "b", {"running": {}, "tasks": []})
    assert found == ["node b (b) is down", "manager b (b) is not reachable"]


def test_an_sdk_that_came_after_this_code_was_loaded_is_found(monkeypatch, tmp_path):
    with monkeypatch.context() as before:
        before.setitem(sys.modules, "docker", None)
        with pytest.raises(MissingSdkError, match="install python3-docker"):
            Engine.connect("tcp://10.0.0.1:2375")
    with pytest.raises(EngineError, match="no Docker Engine answers"):
        Engine.connect(f"unix://{tmp_path}/docker.sock")
