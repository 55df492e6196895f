"""Which run of which controller this is."""

from __future__ import annotations

import os
import subprocess

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils.controller import has_ended, this_run


def test_a_process_is_told_from_all_others_and_from_itself_by_nothing():
    own = this_run(os.getpid())
    assert own == this_run(os.getpid())
    assert own != this_run(os.getppid())


def test_a_run_that_goes_on_is_not_over():
    assert not has_ended(this_run(os.getpid()))


def test_a_run_whose_process_has_ended_is_over():
    with subprocess.Popen(["sleep", "60"]) as child:
        run = this_run(child.pid)
        assert not has_ended(run)
        child.kill()
    assert has_ended(run)


def test_a_run_whose_process_id_was_given_again_is_over():
    machine, _colon, _began = this_run(os.getpid()).rpartition(":")
    assert has_ended(f"{machine}:1")


@pytest.mark.parametrize("run", ["", "job-77", "controller-7:1", "0000-boot:pid:[1]:99999999:1", "a:b:c"])
def test_of_runs_elsewhere_nothing_is_known(run):
    assert not has_ended(run)


def test_of_runs_in_another_container_of_the_machine_nothing_is_known():
    boot, _namespace, rest = this_run(os.getpid()).partition(":pid:")
    assert not has_ended(f"{boot}:pid:[1]:99999999:1")
    assert rest


def test_where_processes_cannot_be_looked_at_nothing_is_known(tmp_path):
    run = this_run(12, tmp_path)
    assert run.endswith(":12")
    assert not has_ended(run, tmp_path)


@pytest.fixture
def hidden(tmp_path):
    """/proc as another user sees it where it is mounted with hidepid=2: only what belongs to that user."""
    (tmp_path / "sys/kernel/random").mkdir(parents=True)
    (tmp_path / "sys/kernel/random/boot_id").write_text("b00t\n")
    (tmp_path / "self/ns").mkdir(parents=True)
    (tmp_path / "self/ns/pid").symlink_to("pid:[1]")
    return tmp_path


RUN = "b00t:pid:[1]:4711:99"


def test_a_process_that_proc_hides_but_that_exists_is_not_over(hidden):
    assert not has_ended(RUN, hidden, exists=lambda pid: pid == 4711)


def test_a_process_that_nobody_has_is_over(hidden):
    assert has_ended(RUN, hidden, exists=lambda _pid: False)


def test_of_a_process_whose_beginning_must_not_be_read_nothing_is_known(hidden):
    (hidden / "4711").mkdir()
    assert not has_ended(RUN, hidden, exists=lambda _pid: True)


@pytest.mark.parametrize(
    ("refused", "over"), [(PermissionError(1, "no"), False), (ProcessLookupError(3, "none"), True), (None, False)]
)
def test_the_kernel_is_asked_whether_there_is_such_a_process(hidden, monkeypatch, refused, over):
    asked = []

    def kill(pid, signal):
        asked.append((pid, signal))
        if refused:
            raise refused

    monkeypatch.setattr(os, "kill", kill)
    assert has_ended(RUN, hidden) is over
    assert asked == [(4711, 0)]
