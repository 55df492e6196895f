"""What the roles and playbooks promise each other, read from their files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

TOP = Path(__file__).resolve().parents[3]
ROLES = sorted(path.name for path in (TOP / "roles").iterdir() if path.is_dir())
SWARM = TOP / "roles" / "swarm"
SPECS = yaml.safe_load((SWARM / "meta" / "argument_specs.yml").read_text())["argument_specs"]
PLAYBOOKS = sorted((TOP / "playbooks").glob("*.yml"))
_NAME = re.compile(r"(?<![\w.])_{1,2}(" + "|".join(ROLES) + r")_\w+")


def tasks_of(path: Path) -> Iterator[dict[str, Any]]:
    """All tasks of a file, those in blocks included."""
    waiting = list(yaml.safe_load(path.read_text()) or [])
    while waiting:
        task = waiting.pop(0)
        yield task
        for part in ("block", "rescue", "always", "tasks", "pre_tasks", "post_tasks"):
            waiting += task.get(part) or []


def files_of(role: str) -> list[Path]:
    return sorted(path for path in (TOP / "roles" / role).rglob("*.yml"))


@pytest.mark.parametrize("role", ROLES)
def test_roles_do_not_read_each_others_private_variables(role):
    foreign = {
        f"{path.relative_to(TOP)}: {found.group()}"
        for path in files_of(role)
        for found in _NAME.finditer(path.read_text())
        if found.group(1) != role
    }
    assert foreign == set()


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda path: path.stem)
def test_playbooks_read_no_private_variables(playbook):
    assert [found.group() for found in _NAME.finditer(playbook.read_text())] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [("{{ _swarm_plan }}", True), ("{{ __docker_packages }}", True), ("swarm_plan", False), ("a._swarm_x", False)],
)
def test_private_variables_are_found(text, found):
    assert bool(_NAME.search(text)) is found


def test_the_lock_is_taken_and_released_around_tasks_in_one_place():
    around = [
        path.relative_to(TOP)
        for path in [*PLAYBOOKS, *(path for role in ROLES for path in (TOP / "roles" / role / "tasks").glob("*.yml"))]
        for task in tasks_of(path)
        if any("release_lock" in str(each) for each in task.get("always") or [])
    ]
    assert list(map(str, around)) == ["roles/swarm/tasks/under_lock.yml"]


#: Entry points that change nothing in a swarm, or are the lock itself.
WITHOUT_LOCK = {"find_manager", "release_lock", "status", "take_lock", "target", "upgrade_order", "which_node"}


@pytest.mark.parametrize("entry_point", sorted(SPECS))
def test_an_entry_point_that_changes_the_swarm_runs_under_the_lock(entry_point):
    files = [task.get("ansible.builtin.import_tasks") for task in tasks_of(SWARM / "tasks" / f"{entry_point}.yml")]
    assert ("under_lock.yml" in files) is (entry_point not in WITHOUT_LOCK)


def test_other_roles_that_change_members_run_under_the_lock():
    used = {
        (path.stem, task[f"ansible.builtin.{how}"]["name"])
        for path in PLAYBOOKS
        for task in tasks_of(path)
        for how in ("import_role", "include_role")
        if f"ansible.builtin.{how}" in task
        # It only asks.
        and task[f"ansible.builtin.{how}"].get("tasks_from") != "inspect.yml"
    }
    # Its role takes the lock itself, once a stack is to be changed.
    used.remove(("stacks", "dockyard.swarm.ready_stacks"))
    changing = {"dockyard.swarm.docker", "dockyard.swarm.stack", "dockyard.swarm.ready_stacks"}
    assert {(playbook, role) for playbook, role in used if role in changing} == set()


def test_stacks_are_changed_under_the_lock():
    (play,) = yaml.safe_load((TOP / "playbooks" / "stacks.yml").read_text())
    assert play["vars"] == {"stack_deploy_lock": True}
    look, deferred, locked = list(tasks_of(TOP / "roles" / "stack" / "tasks" / "main.yml"))[-3:]
    # The first time changes nothing; see the module's option.
    assert look["ansible.builtin.include_tasks"] == "deploy.yml"
    assert deferred["dockyard.swarm.decision"]["about"] == "deferred_stacks"
    variables = yaml.safe_load((TOP / "roles" / "stack" / "vars" / "main.yml").read_text())
    assert variables["_stack_defers"] == "{{ stack_deploy_lock | bool and not ansible_check_mode }}"
    (deploy,) = [
        task for task in tasks_of(TOP / "roles" / "stack" / "tasks" / "deploy.yml") if "dockyard.swarm.stack" in task
    ]
    assert deploy["dockyard.swarm.stack"]["defer_changes"] == "{{ _stack_defers }}"
    assert locked["ansible.builtin.include_role"] == {"name": "dockyard.swarm.swarm", "tasks_from": "run_locked.yml"}
    assert (locked["vars"]["swarm_locked_role"], locked["vars"]["_stack_defers"]) == ("dockyard.swarm.stack", False)


def test_site_keeps_one_lock_for_all_that_changes_the_swarm():
    plays = yaml.safe_load((TOP / "playbooks" / "site.yml").read_text())
    without = (None, "validate.yml", "provision.yml", "inspect.yml")
    under = [play for play in plays if play.get("import_playbook") not in without]
    assert under[0]["import_playbook"] == "take_lock.yml"
    assert under[-1]["import_playbook"] == "release_lock.yml"
    assert all(play["vars"]["swarm_lock_kept"] is True for play in under[1:-1])
    assert [play["import_playbook"] for play in under[1:-1]] == ["docker.yml", "swarm.yml", "stacks.yml", "spread.yml"]


def test_a_backup_asks_for_the_quorum_again_between_its_drain_and_the_stop_of_the_engine():
    asked = [
        "quorum" if (task.get("dockyard.swarm.node") or {}).get("maintenance") is True else "stop"
        for task in tasks_of(SWARM / "tasks" / "backup_host.yml")
        if (task.get("dockyard.swarm.node") or {}).get("maintenance") is True
        or (task.get("ansible.builtin.systemd_service") or {}).get("state") == "stopped"
    ]
    assert asked == ["quorum", "quorum", "stop"]


@pytest.mark.parametrize("entry_point", sorted(SPECS))
def test_every_entry_point_is_there(entry_point):
    assert (SWARM / "tasks" / f"{entry_point}.yml").exists()


@pytest.mark.parametrize("entry_point", sorted(SPECS))
def test_every_variable_of_an_entry_point_has_the_roles_name_and_its_default(entry_point):
    defaults = yaml.safe_load((SWARM / "defaults" / "main.yml").read_text())
    for name, option in (SPECS[entry_point].get("options") or {}).items():
        assert name.startswith("swarm_")
        assert ("default" in option) == (name in defaults), name
        if "default" in option and "{{" not in str(defaults[name]):
            assert defaults[name] == option["default"], name


def test_playbooks_use_documented_entry_points():
    used = {
        str(task["ansible.builtin." + how].get("tasks_from", "main")).removesuffix(".yml")
        for path in PLAYBOOKS
        for task in tasks_of(path)
        for how in ("import_role", "include_role")
        if task.get("ansible.builtin." + how, {}).get("name") == "dockyard.swarm.swarm"
    }
    assert used - set(SPECS) == set()
    assert "backup" in used


def test_tokens_and_keys_reach_hosts_through_the_connection_alone():
    """Without pipelining Ansible writes a module with its arguments into a file on the host."""
    secret = {"join_token", "unlock_key"}
    tasks = [
        (path.name, task)
        for path in (SWARM / "tasks").glob("*.yml")
        for task in tasks_of(path)
        if secret & set(task.get("dockyard.swarm.member") or {})
    ]
    assert len(tasks) >= 3
    assert [name for name, task in tasks if (task.get("vars") or {}).get("ansible_pipelining") is not True] == []


CARRIERS = {"stack", "engine_host", "engine_config", "engine_logins"}


def test_passwords_and_keys_of_other_roles_reach_hosts_through_the_connection_alone():
    """What is removed (absent.yml) carries none."""
    tasks = [
        (path.name, task)
        for role in ("docker", "stack")
        for path in (TOP / "roles" / role / "tasks").glob("*.yml")
        for task in tasks_of(path)
        for module in CARRIERS
        if f"dockyard.swarm.{module}" in task and path.name != "absent.yml"
    ]
    assert len(tasks) == 4
    assert [name for name, task in tasks if (task.get("vars") or {}).get("ansible_pipelining") is not True] == []
