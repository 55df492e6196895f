"""The one action that decides for the role: it collects what hosts registered, and says what stands against."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.dockyard.swarm.plugins.action.decision import ActionModule


def node(name, leader=False):
    return {
        "id": f"id-{name}",
        "hostname": name,
        "address": f"addr-{name}",
        "role": "manager",
        "state": "ready",
        "reachability": "reachable",
        "leader": leader,
    }


NODES = [node("m1", leader=True), node("m2"), node("m3")]


def answer(name):
    return {
        "item": name,
        "state": "active",
        "role": "manager",
        "node_id": f"id-{name}",
        "cluster_id": "C",
        "nodes": NODES,
        "quorum": {"held": True, "managers": 3},
        "encrypted": False,
        "data_root": f"/srv/{name}",
        "addresses": [f"addr-{name}"],
    }


@pytest.fixture
def decide(monkeypatch):
    monkeypatch.setattr(ActionBase, "run", lambda _self, _tmp=None, _task_vars=None: {})
    monkeypatch.setattr(
        ActionModule,
        "validate_argument_spec",
        lambda self, argument_spec: (
            None,
            {**{key: spec.get("default") for key, spec in argument_spec.items()}, **self._task.args},
        ),
    )

    def run(batch, hostvars, check_mode=False, **args):
        action = ActionModule(SimpleNamespace(args=args, check_mode=check_mode), None, None, None, None, None)
        task_vars = {
            "groups": {"swarm_managers": ["m1", "m2", "m3"], "swarm_workers": ["w1"]},
            "ansible_play_hosts_all": batch,
            "ansible_play_hosts": batch,
            "ansible_play_batch": batch,
            "hostvars": {name: {} for name in ["m1", "m2", "m3", "w1", "localhost"]} | hostvars,
        }
        return action.run(None, task_vars)

    return run


@pytest.mark.parametrize(
    ("batch", "chosen"), [(["w1"], "m1"), (["localhost"], "m1"), (["m1"], "m2"), (["m1", "m2"], "m3")]
)
def test_current_manager(decide, batch, chosen):
    asked = {"__swarm_managers": {"results": [answer(name) for name in ("m1", "m2", "m3")]}}
    assert decide(batch, {batch[0]: asked}, about="current_manager")["current_manager"] == chosen


def test_a_manager_that_cannot_be_reached_is_passed_over(decide):
    lost = {"item": "m1", "unreachable": True, "msg": "no route"}
    found = decide(["w1"], {"w1": {"__swarm_managers": {"results": [lost, answer("m2")]}}}, about="current_manager")
    assert (found["current_manager"], found["silent"]) == ("m2", {"m1": "no route"})


def test_no_manager_is_an_error_with_reasons(decide):
    lost = {"item": "m1", "unreachable": True, "msg": "no route"}
    with pytest.raises(AnsibleActionFail, match="m1: no route"):
        decide(["w1"], {"w1": {"__swarm_managers": {"results": [lost]}}}, about="current_manager")


def test_what_each_host_registered_counts_where_a_name_is_given(decide):
    own = {"m1": {"__stack_cluster": {"msg": "no engine"}}, "m2": {"__stack_cluster": answer("m2")}}
    asked = {"about": "current_manager", "registered": "__stack_cluster"}
    assert decide(["m1", "m2"], own, **asked)["current_manager"] == "m2"
    nobody = {"m1": own["m1"]}
    with pytest.raises(AnsibleActionFail, match="m1: no engine"):
        decide(["m1"], nobody, **asked)
    assert decide(["m1"], nobody, required=False, **asked)["current_manager"] is None


def test_what_the_look_at_each_host_told_of_its_swarm_counts_too(decide):
    own = {name: {"docker_inspection": {"settled": True, "membership": answer(name)}} for name in ("m1", "m2")}
    found = decide(["m1", "m2"], own, about="current_manager", registered="docker_inspection")
    assert found["current_manager"] == "m1"


def test_stacks_that_were_deferred_are_those_of_the_host_that_deploys(decide):
    results = [
        {"stack_project_index": 0, "changed": False},
        {"stack_project_index": 1, "deferred": True},
        {"stack_project_index": 2, "skipped": True},
        {"stack_project_index": 3, "deferred": True},
    ]
    own = {"m1": {"__stack_deploys": {"results": results}}, "m2": {"__stack_deploys": {"skipped": True}}}
    asked = {"about": "deferred_stacks", "host": "m1"}
    assert decide(["m1", "m2"], own, **asked)["stacks"] == [1, 3]
    # A host that has failed is in no batch any more, and one without projects has no results.
    assert decide(["m2"], own, **asked)["stacks"] == []
    assert decide(["m1"], {"m1": {}}, **asked)["stacks"] == []


def test_backup_goes_through_another_manager_and_from_the_engines_own_folder(decide):
    asked = {"m1": {"__swarm_managers": {"results": [answer(name) for name in ("m1", "m2", "m3")]}}}
    found = decide(["m1", "m2", "m3"], asked, about="backup")
    assert (found["source"], found["data_root"], found["node_id"]) == ("m2", "/srv/m2", "id-m2")
    assert found["current_manager"] != "m2"


def test_a_lock_is_refused_with_what_was_taken_by_then(decide):
    results = [
        {"item": "m1", "held": True, "place": "host", "holder": {"expires": 4_000_000_000}},
        {"item": "m2", "held": False, "msg": "the swarm is locked: ada"},
    ]
    found = decide(["m1"], {"m1": {"__swarm_lock": {"results": results}}}, about="lock")
    assert found["failed"]
    assert "the swarm is locked: ada" in found["msg"]
    assert [each["host"] for each in found["release"]] == ["m1"]


def test_a_lock_of_an_earlier_play_over_other_hosts_is_known(decide):
    held = {"held": [{"host": "m1", "place": "swarm"}], "renew_after": 4_000_000_000, "as_of": 1.0}
    after = decide(["localhost"], {"m2": {"swarm_lock": held}}, about="lock")
    assert [each["host"] for each in after["release"]] == ["m1", "m2", "m3"]


def test_a_lock_that_was_released_is_known_to_be(decide):
    held = {"held": [{"host": "m1", "place": "swarm"}], "renew_after": 4_000_000_000, "as_of": 1.0}
    released = decide(["m1"], {"m1": {"swarm_lock": held}}, about="released")
    assert (released["held"], released["release"]) == ([], [])
    known = {"m1": {"swarm_lock": held, "__swarm_lock_released": released}, "m2": {"swarm_lock": held}}
    assert decide(["m1"], known, about="lock")["held"] == []


@pytest.mark.parametrize("path", sorted((Path(__file__).resolve().parents[3] / "roles/swarm/tasks").glob("*.yml")))
def test_what_knows_the_lock_is_never_skipped(path):
    """A task that is skipped forgets what it has registered before."""
    tasks = [task for task in yaml.safe_load(path.read_text()) if task.get("register") == "swarm_lock"]
    assert [task["name"] for task in tasks if "when" in task] == []
    assert bool(tasks) == (path.name == "take_lock_now.yml")
