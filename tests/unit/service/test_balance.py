"""Whether replicas lie evenly, and on which nodes they may lie."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._service.balance import counts, is_even, is_fit


def node(name, availability="active", state="ready", role="worker", **labels):
    return {
        "ID": name,
        "Spec": {"Availability": availability, "Role": role, "Labels": labels},
        "Status": {"State": state, "Addr": "10.0.0.5"},
        "Description": {
            "Hostname": f"{name}.lan",
            "Platform": {"OS": "linux", "Architecture": "x86_64"},
            "Engine": {"Labels": {"disk": "ssd"}},
        },
    }


def service(**placement):
    return {"ID": "s", "Spec": {"Name": "web", "TaskTemplate": {"Placement": placement}}}


def tasks(**numbers):
    return [
        {"NodeID": name, "DesiredState": "running", "ServiceID": "s"}
        for name, number in numbers.items()
        for _ in range(number)
    ]


@pytest.mark.parametrize(
    ("numbers", "even"),
    [
        ({"a": 1, "b": 1, "c": 1}, True),
        ({"a": 2, "b": 1, "c": 1}, True),
        ({"a": 2, "b": 2, "c": 0}, False),
        ({"a": 1, "b": 0, "c": 0}, True),
        ({"a": 2, "b": 0, "c": 0}, False),
        ({}, True),
    ],
)
def test_even(numbers, even):
    nodes = [node("a"), node("b"), node("c")]
    assert is_even(service(), counts(service(), tasks(**numbers), nodes), nodes) is even


def test_only_nodes_that_may_have_tasks_count():
    nodes = [node("a"), node("b", availability="drain"), node("c", state="down"), node("d", availability="pause")]
    assert counts(service(), tasks(a=3, b=1), nodes) == {"a": 3}


def test_tasks_that_are_to_end_do_not_count():
    ending = [{"NodeID": "a", "DesiredState": "shutdown", "ServiceID": "s"}]
    assert counts(service(), tasks(a=1) + ending, [node("a")]) == {"a": 1}


@pytest.mark.parametrize(
    ("constraint", "fit"),
    [
        ("node.role == manager", False),
        ("node.role==worker", True),
        ("node.role != WORKER", False),
        ("node.hostname == n.lan", True),
        ("node.id != n", False),
        ("node.labels.rack == moon", True),
        ("node.labels.rack != moon", False),
        ("node.labels.other != moon", True),
        ("node.labels.other == moon", False),
        ("engine.labels.disk == ssd", True),
        ("node.platform.arch == x86_64", True),
        ("node.platform.os == windows", False),
        ("node.ip == 10.0.0.0/24", True),
        ("node.ip != 10.0.0.5", False),
        ("node.ip == nowhere", False),
        ("node.colour == blue", False),
        ("nonsense", False),
    ],
)
def test_constraints(constraint, fit):
    assert is_fit(service(Constraints=[constraint]), node("n", rack="moon")) is fit


@pytest.mark.parametrize(
    ("platforms", "fit"),
    [
        ([{"OS": "linux", "Architecture": "amd64"}], True),
        ([{"OS": "linux", "Architecture": "arm64"}], False),
        ([{"OS": "linux", "Architecture": "arm64"}, {"OS": "linux"}], True),
        ([{"OS": "windows", "Architecture": "amd64"}], False),
    ],
)
def test_platforms(platforms, fit):
    assert is_fit(service(Platforms=platforms), node("n")) is fit


def test_preferences_are_for_groups_first():
    nodes = [node("a", zone="x"), node("b", zone="y"), node("c", zone="y")]
    wanted = service(Preferences=[{"Spread": {"SpreadDescriptor": "node.labels.zone"}}])
    assert is_even(wanted, counts(wanted, tasks(a=2, b=1, c=1), nodes), nodes)
    assert not is_even(wanted, counts(wanted, tasks(a=2, b=2, c=0), nodes), nodes)
    assert not is_even(wanted, counts(wanted, tasks(a=0, b=1, c=1), nodes), nodes)
    assert is_even(service(), counts(service(), tasks(a=2, b=1, c=1), nodes), nodes)


def test_a_preference_that_swarm_does_not_know_has_no_effect():
    nodes = [node("a"), node("b")]
    wanted = service(Preferences=[{"Spread": {"SpreadDescriptor": "node.id"}}])
    assert not is_even(wanted, counts(wanted, tasks(a=2), nodes), nodes)
