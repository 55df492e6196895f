"""The plan of a whole run: what each stage has registered becomes one page, and what nobody looked at is named."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.dockyard.swarm.plugins.action.membership import _first_plan
from ansible_collections.dockyard.swarm.plugins.action.run_plan import ActionModule
from ansible_collections.dockyard.swarm.plugins.plugin_utils._run_plan.collect import (
    Declared,
    collected,
    declared_stacks,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._run_plan.page import page, summary
from ansible_collections.dockyard.swarm.plugins.plugin_utils.plan_file import PlanFileError, plan_path
from ansible_collections.dockyard.swarm.plugins.plugin_utils.run import Run

DECLARED = Declared(("m1", "w1", "w2"), ("m1",), ("w1", "w2"))
SETTLED = {"docker_inspection": {"changed": False, "settled": True}, "swarm_host": {"changed": False}}
BARE = {
    "docker_inspection": {"changed": True, "settled": False},
    "__docker_packages": {
        "changed": True,
        "installed": {"docker.io": "26.1.5", "docker-cli": "26.1.5"},
        "removed": [],
        "diff": {"before": "", "after": "docker.io 26.1.5\n"},
    },
    "__docker_config": {"changed": True, "changed_keys": ["log-driver"]},
    "__docker_service": {"changed": True, "steps": ["enable", "start"]},
    "swarm_host": {"changed": False, "state": "inactive"},
}
STACK = {
    "stack": "shop",
    "summary": "stack shop: 1 to create",
    "steps": [
        {
            "kind": "service",
            "name": "shop_ui",
            "short": "ui",
            "action": "create",
            "before": None,
            "after": {"image": "ui:1"},
            "differences": [],
        }
    ],
    "unchanged": [],
}
NEW_SWARM = {"found": "m1", "join_managers": [], "join_workers": ["w1", "w2"], "changes": True}


def hosts(variables=SETTLED, **more):
    return {"localhost": {}, **{name: dict(variables) for name in ("m1", "w1", "w2")}, **more}


def plan(hostvars, check_mode=True):
    return collected(DECLARED, hostvars, check_mode)


def named(section):
    return {item["name"]: (item["action"], item["details"]) for item in section["changes"]}


def test_bare_hosts_in_full():
    member = {"swarm_membership": {"planned": NEW_SWARM}}
    found = plan(hosts({**BARE, **member}, m1={**BARE, **member, "stack_plans": [STACK]}))
    assert summary(found) == "engines: 3 to install; members: 3 to join; stack shop: 1 to create"
    text = page(found)
    assert text.startswith("# Plan: engines: 3 to install; members: 3 to join; stack shop: 1 to create\n")
    for words in (
        "Nothing was changed: this was a check.",
        "## engines: 3 to install",
        "**engine `w2`**",
        "- docker.io 26.1.5",
        "- configuration: log-driver",
        "- service: enable, start",
        "## members: 3 to join",
        "- founds the swarm, as its first manager",
        "- as a worker",
        "## stack shop: 1 to create",
        "| `image` | ui:1 |",
    ):
        assert words in text, words


def test_nothing_to_do_is_one_line():
    found = plan(hosts(), check_mode=False)
    assert summary(found) == "nothing changes"
    assert "## engines: 3 unchanged" in page(found)
    assert "## members: 3 unchanged" in page(found)
    assert "This was carried out." in page(found)


UPGRADE = {
    "changed": True,
    "installed": {"docker.io": "28.0"},
    "diff": {"before": "docker.io 26.1.5\ndocker.io (held)\n", "after": ""},
}


@pytest.mark.parametrize(
    ("registered", "action", "detail"),
    [
        ({"__docker_packages": UPGRADE}, "upgrade", "docker.io 26.1.5 → 28.0"),
        ({"__docker_service": {"changed": True, "steps": ["restart"]}}, "restart", "service: restart"),
        (
            {"__docker_restart_plan": {"restarts": [{"host": "m1"}]}},
            "restart",
            "service: restart, one member at a time",
        ),
        ({"__docker_config": {"changed": True, "changed_keys": ["mtu"]}}, "configure", "configuration: mtu"),
        ({"__docker_firewall": {"changed": True}}, "configure", "firewall"),
        ({"__docker_logins": {"changed": True}}, "configure", "registry logins"),
        ({"__docker_users": {"changed": True}}, "configure", "users of the group docker"),
        ({"__docker_prune": {"changed": True}}, "configure", "scheduled pruning"),
        ({"__docker_repository": {"changed": True}}, "configure", "package repository"),
        ({"__docker_packages": {"changed": True, "removed": ["docker-ce"]}}, "remove", "docker-ce removed"),
        (
            {"__docker_packages": {"changed": True, "installed": {"docker-compose": "2"}}},
            "configure",
            "docker-compose 2",
        ),
    ],
)
def test_what_becomes_of_an_engine(registered, action, detail):
    assert named(plan(hosts(m1={**SETTLED, **registered}))["engines"]) == {"m1": (action, [detail])}


MEMBERSHIP = {
    "leave": ["w1"],
    "join_workers": [],
    "promote": ["w2"],
    "demote": ["m1"],
    "stale_nodes": [{"id": "abc", "hostname": "w9", "role": "worker"}],
    "changes": True,
}


def test_what_becomes_of_members():
    found = plan(hosts({**SETTLED, "swarm_membership": {"planned": MEMBERSHIP}}))
    assert named(found["members"]) == {
        "m1": ("demote", ["manager → worker"]),
        "w1": ("leave", ["its membership is of no use"]),
        "w2": ("promote", ["worker → manager"]),
        "w9": ("remove", ["stale node abc, a worker"]),
    }
    assert summary(found) == "members: 1 to promote, 1 to demote, 1 to leave, 1 to remove"


def test_labels_and_settings_of_the_swarm():
    settings = {"changed": True, "diff": {"before": {"autolock": False, "x": 1}, "after": {"autolock": True, "x": 1}}}
    found = plan(hosts(m1={**SETTLED, "__swarm_settings": settings}, w1={**SETTLED, "__swarm_node": {"changed": True}}))
    assert named(found["members"]) == {
        "w1": ("configure", ["labels or availability"]),
        "": ("configure", ["autolock"]),
    }
    assert found["members"]["unchanged"] == 2


def test_hosts_that_come_change_and_go():
    changes = [
        {"kind": "host", "name": "w3", "action": "create", "details": ["create instance w3 (zone)"]},
        {"kind": "firewall rule", "name": "shop-ssh", "action": "change", "details": []},
    ]
    local = {"hosts_changes": changes, "hosts_surplus": ["w8", "w9"], "hosts_leaving": ["w9"]}
    found = plan(hosts(localhost=local))
    assert summary(found) == "hosts: 1 to create, 1 to change, 1 to delete"
    assert any("yet to be created is not in this plan" in note for note in found["notes"])
    assert "No longer declared, and they stay unless hosts_shrink=true: w8" in found["notes"]


def test_members_that_one_look_found_as_declared_count_as_seen():
    look = {"docker_inspection": {"changed": False, "settled": True, "membership": {}}}
    looked = dict.fromkeys(("m1", "w1", "w2"), look)
    found = collected(DECLARED, looked, True)
    assert found["members"] == {"changes": [], "unchanged": 3}
    assert found["notes"] == []


@pytest.mark.parametrize("gone", [{}, {"docker_inspection": {"unreachable": True}, "swarm_host": {"failed": True}}])
def test_what_was_not_looked_at_is_named(gone):
    found = plan(hosts(w1=gone))
    assert found["notes"] == ["Not looked at, so nothing is said of their engine: w1"]
    assert found["engines"]["unchanged"] == 2
    assert found["members"]["unchanged"] == 2
    assert "Not looked at" in page(found)


def test_a_stack_that_the_run_did_not_get_to_is_named():
    projects = [
        {"name": "shop"},
        {"name": "gone", "files": "{{ hostvars[host].x }}"},
        {"name": "{{ x }}"},
    ]
    names = declared_stacks({"stack_projects": projects, "swarm_stacks": {"monitoring": {}}})
    found = collected(replace(DECLARED, stacks=names), hosts(m1={**SETTLED, "stack_plans": [STACK]}), False)
    failed = "not planned, as the run failed before"
    assert summary(found) == f"stack shop: 1 to create; stack monitoring: {failed}; stack gone: {failed}"


@pytest.mark.parametrize("variables", [{}, {"stack_projects": "{{ x }}", "swarm_stacks": "{{ y }}"}])
def test_stacks_that_are_no_list_yet_are_left_out(variables):
    assert declared_stacks(variables) == ()


class HostVars(dict):
    """Variables of hosts, as Ansible gives them to actions."""

    raw_get = dict.get


def test_skipped_tasks_say_nothing():
    skipped = {"changed": True, "skipped": True}
    assert summary(plan(hosts({**SETTLED, "__docker_config": skipped, "__swarm_node": skipped}))) == "nothing changes"


# -- the file ------------------------------------------------------------------------------------------------------


@pytest.fixture
def write(monkeypatch, tmp_path):
    monkeypatch.setattr(ActionBase, "run", lambda _self, _tmp=None, _task_vars=None: {})
    monkeypatch.setattr(
        ActionModule,
        "validate_argument_spec",
        lambda self, argument_spec: (
            None,
            {**{key: spec.get("default") for key, spec in argument_spec.items()}, **self._task.args},
        ),
    )
    monkeypatch.chdir(tmp_path)

    def run(**args):
        action = ActionModule(SimpleNamespace(args=args, check_mode=True), None, None, None, None, None)
        groups = {"docker_hosts": ["m1", "w1", "w2"], "swarm_managers": ["m1"], "swarm_workers": ["w1", "w2"]}
        return action.run(None, {"groups": groups, "hostvars": HostVars(hosts(BARE))})

    return run


def test_the_page_begins_where_its_user_stands_and_is_for_its_owner_alone(write, tmp_path, capsys):
    result = write(path="plan.md")
    path = tmp_path / "plan.md"
    assert result["path"] == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().startswith(f"# Plan: {result['summary']}\n")
    assert f"Written to {path}" in capsys.readouterr().err


def test_a_run_that_stops_leaves_no_page_that_looks_like_a_plan(write, tmp_path):
    write(path="plan.md")
    write(path="plan.md", state="begun")
    text = (tmp_path / "plan.md").read_text()
    assert text.startswith("# Plan: not complete")
    assert "engine" not in text


def test_as_data(write, tmp_path):
    write(path="plan.json")
    data = json.loads((tmp_path / "plan.json").read_text())
    assert data["summary"] == "engines: 3 to install"
    assert len(data["engines"]["changes"]) == 3


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("plan.txt", "the name must end with .md or .json"),
        ("nowhere/plan.md", "does not exist"),
        ("/x/ansible_collections/dockyard/swarm/plan.md", "inside an installed collection"),
    ],
)
def test_where_no_plan_can_be(write, path, words):
    with pytest.raises(AnsibleActionFail, match=words):
        write(path=path)
    with pytest.raises(PlanFileError, match=words):
        plan_path(path, "plan_file")


def test_a_path_is_absolute_and_begins_at_the_working_directory(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert plan_path("plan.md", "plan_file") == Path(tmp_path / "plan.md")


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        ({}, "now"),
        ({"swarm_membership": {"planned": {"changes": False, "found": "before"}}}, "now"),
        ({"swarm_membership": {"planned": {"changes": True, "found": "before"}}}, "before"),
    ],
)
def test_what_there_was_to_do_is_kept_when_the_hosts_are_asked_again(before, kept):
    """Once the members have joined, the same hosts have nothing to do."""
    task_vars = {"ansible_play_batch": ["m1"], "hostvars": {"m1": before}}
    assert _first_plan(Run.of(task_vars), {"changes": False, "found": "now"})["found"] == kept
