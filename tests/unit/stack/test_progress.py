"""What is shown while services are waited for."""

from __future__ import annotations

import time

from ansible_collections.dockyard.swarm.plugins.plugin_utils import progress

from tests.unit.stack.specs import NODES, STACK, service, service_spec, task


def unfinished(services, tasks=()):
    return progress.unfinished(STACK, progress.Seen(services, list(tasks), list(NODES.values())))


def told(name, running, wanted, state="", mode="Replicated", completed=0):
    spec = {**service_spec(name), "Mode": {mode: {}}}
    update = {"UpdateStatus": {"State": state}} if state else {}
    status = {"RunningTasks": running, "DesiredTasks": wanted, "CompletedTasks": completed}
    return service(spec, ServiceStatus=status, **update)


def test_services_that_are_not_there_yet_are_named_with_their_counts():
    found = [told("ui", 0, 3), told("post", 1, 2, "updating"), told("db", 1, 1)]
    assert unfinished(found) == "stack shop: waiting for post (1/2, updating), ui (0/3)"


def test_an_update_under_way_is_waited_for_with_all_tasks_running():
    assert unfinished([told("ui", 2, 2, "rollback_started")]).endswith("ui (2/2, rollback)")


def test_a_job_counts_what_it_has_completed():
    assert unfinished([told("job", 0, 1, mode="ReplicatedJob", completed=1)]) == ""


def test_nothing_is_said_where_all_run():
    assert unfinished([told("ui", 2, 2, "completed")]) == ""


def test_what_tasks_wait_for_is_told():
    services = [told("ui", 0, 2), told("post", 0, 1)]
    tasks = [
        task("preparing", 1, slot=1, ServiceID="id-of-shop_ui"),
        task("pending", 2, slot=2, NodeID="", err="no suitable node", ServiceID="id-of-shop_ui"),
    ]
    assert unfinished(services, tasks) == (
        "stack shop: waiting for post (0/1), ui (0/2: pending: no suitable node; preparing on w1: most likely the "
        "image is being pulled)"
    )


def test_a_long_list_is_cut():
    assert unfinished([told(f"s{number}", 0, 1) for number in range(9)]).endswith("s5 (0/1), 3 more")


def test_a_line_is_shown_when_it_changes_and_not_again():
    lines = iter(["a", "a", "", "a", "b"])
    shown = []
    with progress.shown(lambda: next(lines), shown.append, 0.01):
        time.sleep(0.5)
    assert shown == ["a", "a", "b"]


def test_a_look_that_fails_disturbs_nothing():
    def look():
        raise OSError("gone")

    with progress.shown(look, print, 0.01):
        time.sleep(0.1)
