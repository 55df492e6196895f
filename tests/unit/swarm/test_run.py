"""Which hosts a run is about, and what they answered, out of Ansible's variables."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils.run import Run

GROUPS = {"swarm_managers": ["m1", "m2"], "swarm_workers": ["w1", "w2"], "docker_hosts": ["m1", "m2", "w1", "w2", "x"]}


def run_of(hosts, alive=None, batch=None, hostvars=None, groups=GROUPS):
    alive = hosts if alive is None else alive
    return Run.of(
        {
            "groups": groups,
            "ansible_play_hosts_all": hosts,
            "ansible_play_hosts": alive,
            "ansible_play_batch": alive if batch is None else batch,
            "hostvars": {name: {} for name in ["m1", "m2", "w1", "w2", "x", "localhost"]} | (hostvars or {}),
        }
    )


def test_limit_leaves_declared_hosts_out_of_the_run_and_keeps_them_declared():
    run = run_of(["w1"])
    assert (run.managers, run.workers, run.selected) == (["m1", "m2"], ["w1", "w2"], ["w1"])


def test_a_host_that_failed_is_still_one_that_the_run_is_about():
    run = run_of(["m1", "m2", "w1"], alive=["m1", "w1"])
    assert (run.batch, run.failed, run.selected) == (["m1", "w1"], ["m2"], ["m1", "m2", "w1"])


def test_hosts_of_a_later_batch_are_not_selected_yet():
    run = run_of(["m1", "m2", "w1"], alive=["m1", "w1"], batch=["m1"])
    assert run.selected == ["m1", "m2"]


def test_nobody_is_left():
    run = run_of(["m1"], alive=[])
    assert (run.batch, run.selected, run.results("loop"), run.registered("host")) == ([], ["m1"], [], {})


def test_no_groups_declare_nobody():
    run = run_of(["localhost"], groups={})
    assert (run.managers, run.workers) == ([], [])


def test_what_hosts_registered_is_read_by_host():
    run = run_of(["m1", "w1"], hostvars={"m1": {"swarm_host": {"state": "active"}}, "w1": {"swarm_host": None}})
    assert run.registered("swarm_host") == {"m1": {"state": "active"}}


@pytest.mark.parametrize("value", [None, "text", {}, {"skipped": True}, {"results": []}])
def test_a_loop_that_was_not_run_brings_nothing(value):
    assert run_of(["m1"], hostvars={"m1": {"loop": value}}).looped("loop") == {}


def test_loops_are_read_from_the_first_host_of_the_batch():
    def loop(text):
        return {"loop": {"results": [{"item": "m2", "state": text}]}}

    run = run_of(["m1", "w1", "w2"], batch=["w1", "w2"], hostvars={"m1": loop("of the last batch"), "w1": loop("now")})
    assert run.looped("loop") == {"m2": {"item": "m2", "state": "now"}}
