"""When services count as converged, as still on their way, and as failed."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.judge import (
    CONVERGED,
    EXHAUSTED,
    FAILED,
    SETTLING,
    WAITING,
    failures,
    has_given_up,
    judge,
    rejected_by_stale_network,
    timestamp,
)

from tests.unit.stack.specs import NODES, service, service_spec, task

NOW = datetime(2026, 11, 20, 22, 1, 30, tzinfo=timezone.utc)


def of_mode(mode, **more):
    policy = more.pop("policy", None)
    spec = {**service_spec(), "Mode": mode, **more.pop("spec", {})}
    if policy is not None:
        spec["TaskTemplate"] = {**spec["TaskTemplate"], "RestartPolicy": policy}
    return service(spec, **more)


def replicated(replicas=2, **more):
    return of_mode({"Replicated": {"Replicas": replicas}}, **more)


def verdict(subject, tasks, submitted=True, known=(), now=NOW):
    return judge(subject, tasks, NODES, submitted=submitted, known=known, now=now)


TWO_RUNNING = [task("running", 1, slot=1), task("running", 2, slot=2)]


def test_all_replicas_running_have_to_stay_for_the_monitor_window():
    found = verdict(replicated(), TWO_RUNNING)
    assert (found.state, found.window, found.watched) == (SETTLING, 5.0, {"task1", "task2"})


def test_the_window_is_the_update_configs_monitor():
    assert verdict(replicated(spec={"UpdateConfig": {"Monitor": 20 * 10**9}}), TWO_RUNNING).window == 20.0


def test_an_untouched_service_that_has_run_long_enough_needs_no_watching():
    assert verdict(replicated(), TWO_RUNNING, submitted=False).state == CONVERGED


def test_an_untouched_service_that_has_just_started_is_watched():
    just_after = datetime(2026, 11, 20, 22, 1, 2, tzinfo=timezone.utc)
    assert verdict(replicated(), TWO_RUNNING, submitted=False, now=just_after).state == SETTLING


def test_no_replicas_wanted_is_converged_at_once():
    assert verdict(replicated(0), []).state == CONVERGED


def test_right_after_an_update_there_is_no_status_and_old_tasks_do_not_count():
    old = [{**item, "UpToDate": False} for item in TWO_RUNNING]
    found = verdict(replicated(), old)
    assert (found.state, found.running) == (WAITING, 0)


def test_an_update_under_way_is_waited_for_even_if_enough_tasks_run():
    assert verdict(replicated(UpdateStatus={"State": "updating"}), TWO_RUNNING).state == WAITING


def test_a_completed_update_is_judged_by_its_tasks():
    crashing = [task("running", 1, slot=1), task("failed", 2, slot=2), task("starting", 3, slot=2)]
    assert verdict(replicated(UpdateStatus={"State": "completed"}), crashing).state == WAITING


@pytest.mark.parametrize("state", ["paused", "rollback_started", "rollback_paused", "rollback_completed"])
def test_paused_and_rolled_back_updates_have_failed(state):
    found = verdict(replicated(UpdateStatus={"State": state, "Message": "task x failed"}), TWO_RUNNING)
    assert found.state == FAILED
    assert "task x failed" in found.reason


def test_a_former_rollback_of_a_service_that_was_not_submitted_is_history():
    subject = replicated(UpdateStatus={"State": "rollback_completed"})
    assert verdict(subject, TWO_RUNNING, submitted=False).state == CONVERGED


def test_a_service_left_paused_half_way_has_failed():
    half = [TWO_RUNNING[0], {**TWO_RUNNING[1], "UpToDate": False}]
    assert verdict(replicated(UpdateStatus={"State": "paused"}), half, submitted=False).state == FAILED


def test_tasks_on_nodes_that_are_down_do_not_count():
    lost = [task("running", 1, slot=1), task("running", 2, slot=2, NodeID="gone")]
    assert verdict(replicated(), lost).running == 1


def test_a_slots_replacement_counts_and_not_the_task_it_replaces():
    replaced = [task("running", 1, slot=1, desired="shutdown"), task("starting", 2, slot=1)]
    assert verdict(replicated(1), replaced).running == 0


def test_a_superfluous_slot_does_not_count():
    shrunk = [task("running", 1, slot=1), task("running", 2, slot=2, desired="shutdown")]
    assert verdict(replicated(1), shrunk).running == 1


def test_a_pending_task_is_waited_for():
    pending = [task("pending", 1, slot=1, err="no suitable node (scheduling constraints not satisfied on 3 nodes)")]
    assert verdict(replicated(1), pending).state == WAITING


def rejected(times):
    return [task("rejected", number, slot=1, err="No such image: x") for number in range(1, times + 1)]


def test_a_task_rejected_again_and_again_has_failed():
    assert verdict(replicated(1), rejected(2)).state == WAITING
    assert verdict(replicated(1), rejected(3)).state == FAILED


def test_rejections_from_before_the_deploy_do_not_count():
    assert verdict(replicated(1), rejected(3), known={"task1", "task2", "task3"}).state == WAITING


def test_a_crash_loop_is_never_settled():
    loop = [task("failed", 1), task("failed", 2), task("running", 3, Status={"State": "starting"})]
    assert verdict(replicated(1), loop).state == WAITING


@pytest.mark.parametrize("policy", [{"Condition": "none"}, {"Condition": "on-failure", "MaxAttempts": 2}])
def test_a_slot_that_is_not_restarted_any_more_is_exhausted(policy):
    found = verdict(replicated(1, policy=policy), [task("failed", 1, policy=policy)])
    assert (found.state, found.window) == (EXHAUSTED, 8.0)


def test_exhaustion_is_believed_only_after_the_restart_delay():
    policy = {"Condition": "on-failure", "MaxAttempts": 2, "Delay": 20 * 10**9}
    assert verdict(replicated(1, policy=policy), [task("failed", 1, policy=policy)]).window == 23.0


def test_unlimited_restarts_are_never_exhausted():
    assert verdict(replicated(1), [task("failed", 1)]).state == WAITING


@pytest.mark.parametrize(("condition", "state"), [("none", SETTLING), ("on-failure", SETTLING), ("any", WAITING)])
def test_an_exit_with_0_is_success_where_the_policy_leaves_it_so(condition, state):
    ended = [task("complete", 1, desired="shutdown", policy={"Condition": condition})]
    assert verdict(replicated(1, policy={"Condition": condition}), ended).state == state


GLOBAL = {"Global": {}}


def test_a_global_service_runs_on_each_node_that_has_a_task():
    tasks = [task("running", 1, slot=0), task("starting", 2, slot=0, NodeID="n2")]
    assert (verdict(of_mode(GLOBAL), tasks).running, verdict(of_mode(GLOBAL), tasks).desired) == (1, 2)
    tasks[1] = task("running", 2, slot=0, NodeID="n2")
    assert verdict(of_mode(GLOBAL), tasks).state == SETTLING


def placed(*constraints):
    return {"TaskTemplate": {**service_spec()["TaskTemplate"], "Placement": {"Constraints": list(constraints)}}}


def test_a_global_service_without_nodes_is_done_only_where_that_is_allowed():
    nowhere = of_mode(GLOBAL, spec=placed("node.labels.zone == nowhere"))
    assert verdict(nowhere, []).state == SETTLING
    found = judge(nowhere, [], NODES, submitted=True, allow_empty=False)
    assert (found.state, found.running, found.desired) == (FAILED, 0, 0)
    assert "no node satisfies its constraints" in found.reason


def test_a_global_service_waits_for_its_only_node_to_take_tasks():
    only = of_mode(GLOBAL, spec=placed("node.hostname == w3"))
    found = judge(only, [], NODES, submitted=True, allow_empty=False)
    assert (found.state, found.reason) == (WAITING, "its eligible nodes accept no tasks: w3 (down)")


@pytest.mark.parametrize("mode", [{"Global": {}}, {"GlobalJob": {}}])
def test_an_empty_global_service_of_any_kind(mode):
    nowhere = of_mode(mode, spec=placed("node.role == nobody"))
    assert judge(nowhere, [], NODES, submitted=False, allow_empty=False).state == FAILED


def test_a_global_service_is_to_be_on_all_nodes_that_are_fit_for_it():
    """One task at a time is updated: the others are not up to date, and yet they are to come."""
    assert verdict(of_mode(GLOBAL), []).reason == "0 of 2 running"
    assert verdict(of_mode(GLOBAL), [task("pending", 1, slot=0)]).desired == 2
    here = of_mode(GLOBAL, spec=placed("node.hostname == w1"))
    assert verdict(here, [task("running", 1, slot=0)]).state == SETTLING


def test_a_global_service_does_not_wait_for_nodes_that_are_down():
    tasks = [task("running", 1, slot=0), task("running", 2, slot=0, NodeID="n2")]
    tasks.append(task("running", 3, slot=0, NodeID="gone"))
    found = verdict(of_mode(GLOBAL), tasks)
    assert (found.state, found.desired) == (SETTLING, 2)


def job(completions=2, iteration=4, policy=None):
    mode = {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": completions}}
    return of_mode(mode, JobStatus={"JobIteration": {"Index": iteration}}, policy=policy or {})


def of_iteration(index, *args, **more):
    return task(*args, JobIteration={"Index": index}, **more)


def test_a_job_is_done_when_all_completions_of_this_run_are():
    tasks = [of_iteration(4, "complete", 1, slot=0), of_iteration(4, "complete", 2, slot=1)]
    assert verdict(job(), tasks).state == CONVERGED


def test_completions_of_a_former_run_do_not_count():
    tasks = [of_iteration(3, "complete", 1, slot=0), of_iteration(4, "complete", 2, slot=1)]
    assert verdict(job(), tasks).state == WAITING


def test_a_failed_job_is_exhausted_when_its_policy_ends_it():
    tasks = [of_iteration(4, "failed", 1, slot=0)]
    assert verdict(job(1, policy={"Condition": "none"}), tasks).state == EXHAUSTED
    assert verdict(job(1), tasks).state == WAITING


def test_a_job_that_failed_once_and_then_completed_is_done():
    tasks = [of_iteration(4, "failed", 1, slot=0), of_iteration(4, "complete", 2, slot=0)]
    assert verdict(job(1), tasks).state == CONVERGED


def test_a_global_job_is_done_on_all_its_nodes():
    subject = of_mode({"GlobalJob": {}}, JobStatus={"JobIteration": {"Index": 4}})
    tasks = [of_iteration(4, "complete", 1, slot=0), of_iteration(4, "running", 2, slot=0, NodeID="n2")]
    assert (verdict(subject, tasks).state, verdict(subject, tasks).desired) == (WAITING, 2)
    tasks[1] = of_iteration(4, "complete", 2, slot=0, NodeID="n2")
    assert verdict(subject, tasks).state == CONVERGED
    assert verdict(subject, []).state == SETTLING


def test_failures_tell_node_and_the_engines_words_once_a_slot():
    tasks = [
        task("rejected", 1, slot=1, err="first"),
        task("rejected", 2, slot=1, err="No such image: x"),
        task("pending", 3, slot=2, NodeID="", err="no suitable node"),
        task("running", 4, slot=3),
        task("failed", 5, slot=4, err="known before"),
    ]
    found = failures(replicated(), tasks, NODES, known={"task5"})
    assert [(item.slot, item.task, item.node, item.state, item.error) for item in found] == [
        (".1", "task2", "w1", "rejected", "No such image: x"),
        (".2", "task3", "", "pending", "no suitable node"),
    ]
    missing, pending = map(str, found)
    # What is likely behind an error stands after the engine's words.
    assert missing.startswith("shop_ui.1 (task2) on w1: rejected: No such image: x (the node could not pull it")
    assert pending == "shop_ui.2 (task3): pending: no suitable node"


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [("2026-11-20T22:14:11.123456789Z", 123456), ("2026-11-20T22:14:11.5Z", 500000), ("2026-11-20T22:14:11Z", 0)],
)
def test_timestamps(text, microsecond):
    assert timestamp(text) == datetime(2026, 11, 20, 22, 14, 11, microsecond, tzinfo=timezone.utc)


def attempt(state, number=1, iteration=4):
    return task(state, number, JobIteration={"Index": iteration})


@pytest.mark.parametrize(
    ("tasks", "given_up"),
    [
        ([attempt("failed")], True),
        ([attempt("failed"), attempt("rejected", 2)], True),
        ([attempt("failed"), attempt("running", 2)], False),
        ([attempt("failed"), attempt("ready", 2)], False),
        ([attempt("failed"), attempt("complete", 2)], False),
        ([attempt("complete")], False),
        ([attempt("failed", iteration=3), attempt("complete", 2)], False),
        ([attempt("failed", iteration=3)], False),
        ([], False),
    ],
)
def test_a_job_has_given_up_when_nothing_of_it_is_tried_any_more(tasks, given_up):
    assert has_given_up(job(1), tasks) is given_up


def test_nodes_that_still_have_an_older_network_of_the_name_are_waited_for():
    words = "invalid config for network shop_front: no configured subnet or ip-range contain the IP address 10.0.7.8"
    tasks = [task("rejected", number, err=words) for number in (1, 2, 3, 4)]
    assert verdict(of_mode({"Replicated": {"Replicas": 1}}), tasks).state == WAITING


OLDER_NETWORK = "invalid config for network shop_front: no configured subnet or ip-range contain the IP address"


@pytest.mark.parametrize(
    ("tasks", "again"),
    [
        ([task("rejected", err=OLDER_NETWORK, JobIteration={"Index": 4})], True),
        ([task("rejected", err=OLDER_NETWORK, JobIteration={"Index": 3})], False),
        ([task("rejected", err="No such image: x", JobIteration={"Index": 4})], False),
        ([task("failed", err=OLDER_NETWORK, JobIteration={"Index": 4})], False),
        ([task("complete", JobIteration={"Index": 4})], False),
        ([], False),
    ],
)
def test_only_what_never_ran_is_submitted_again(tasks, again):
    assert rejected_by_stale_network(job(1), tasks) is again


def test_an_update_that_lost_a_task_with_its_node_is_not_waited_for():
    """Swarm's updater waits for the lost task for ever; its replacement runs."""
    lost = task("running", 1, NodeID="gone", desired="shutdown")
    subject = of_mode({"Replicated": {"Replicas": 1}}, UpdateStatus={"State": "updating"})
    assert verdict(subject, [lost, task("running", 2)]).state == SETTLING
    assert verdict(subject, [task("running", 2)]).state == WAITING
