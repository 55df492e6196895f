"""Services are touched only when what they depend on is where it has to be."""

from __future__ import annotations

import re


def _since(engine, stack, service):
    """When the service's tasks came into the state they are in; one text for each, which sort by time."""
    return min(task["Status"]["Timestamp"] for task in engine.get("/tasks", service=f"{stack.name}_{service}"))


def _touched(engine, stack, service):
    return engine.service(f"{stack.name}_{service}")["UpdatedAt"]


def _created(engine, stack, service):
    return engine.service(f"{stack.name}_{service}")["CreatedAt"]


def test_a_new_stack_comes_up_in_waves(engine, story):
    """db is healthy, then the job runs, then what needs the job's work, then what needs that; and it says so."""
    # At -vvv, where connections print what commands answer, nobody looks beside the run.
    result, said = story.outcome_of(story.begin(verbosity="-v"))
    assert result["changed"]
    assert re.search(rf"^stack {story.name}: waiting for \w+ \(\d/\d", said, re.MULTILINE)
    assert _since(engine, story, "db") <= _created(engine, story, "migrate")
    (job,) = engine.get("/tasks", service=f"{story.name}_migrate")
    assert job["Status"]["State"] == "complete"
    assert job["Status"]["Timestamp"] <= _created(engine, story, "api")
    assert _since(engine, story, "log") <= _created(engine, story, "api")
    assert _since(engine, story, "api") <= _created(engine, story, "ui")


def test_an_unchanged_deploy_touches_nothing_and_runs_no_job(engine, story):
    before, jobs = engine.everything(), engine.get("/tasks", service=f"{story.name}_migrate")
    assert not story.deploy()["changed"]
    assert not story.deploy(check=True)["changed"]
    assert engine.everything() == before
    assert [task["ID"] for task in engine.get("/tasks", service=f"{story.name}_migrate")] == [jobs[0]["ID"]]


def test_a_job_that_fails_leaves_its_dependants_untouched(engine, story):
    before = {name: _touched(engine, story, name) for name in ("api", "ui")}
    story.edit("exit 0", "exit 3")
    story.edit("LOG: info", "LOG: debug")
    result = story.run()
    assert result["failed"]
    assert "not touched, as they depend on what failed: api" in result["msg"]
    assert "task: non-zero exit (3)" in result["msg"]
    (failed,) = result["failed_tasks"]
    assert failed["service"] == f"{story.name}_migrate"
    assert {name: _touched(engine, story, name) for name in ("api", "ui")} == before
    assert "LOG=info" in engine.service(f"{story.name}_api")["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"]


def test_once_the_job_succeeds_they_move(engine, story):
    story.edit("exit 3", "exit 0 # mended")
    assert story.deploy()["changed"]
    (job,) = [
        task
        for task in engine.get("/tasks", service=f"{story.name}_migrate", **{"_up-to-date": "true"})
        if "mended" in task["Spec"]["ContainerSpec"]["Args"][-1]
    ]
    api = engine.service(f"{story.name}_api")
    assert job["Status"]["State"] == "complete"
    assert job["Status"]["Timestamp"] <= min(task["CreatedAt"] for task in engine.running(api["Spec"]["Name"]))
    assert "LOG=debug" in api["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"]


def test_a_job_that_failed_for_another_reason_runs_again(host, engine, story):
    """Its spec is the same, what it works on is mended: without a change of the files, the next deploy completes."""
    story.edit("sleep 2; exit 0 # mended", "cat /opt/repaired")
    story.edit(
        "      mode: replicated-job\n",
        "      mode: replicated-job\n      placement: {constraints: [node.role == manager]}\n",
    )
    story.edit("LOG: debug", "LOG: trace")
    assert "not touched, as they depend on what failed: api" in story.refused()
    host.check_output("touch /opt/repaired")
    shown = story.deploy(check=True)["diff"][0]["prepared"].splitlines()
    assert "    job  failed → run again" in shown
    assert story.deploy()["changed"]
    assert "LOG=trace" in engine.service(f"{story.name}_api")["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"]
    assert not story.deploy()["changed"]


def test_services_that_depend_on_a_new_failing_job_are_not_created(engine, stack):
    stack.edit("exit 0", "exit 3")
    assert "not touched, as they depend on what failed: api, ui" in stack.refused()
    assert engine.names(stack.name, "services") == ["db", "log", "migrate"]


def test_a_cycle_is_shown_and_nothing_is_created(engine, files):
    files.edit("  log:\n    image", "  log:\n    depends_on: [ui]\n    image")
    assert "services wait for each other: api -> log -> ui -> api" in files.refused()
    assert engine.names(files.name, "services") == []


def test_a_service_that_never_ends_cannot_be_waited_for_to_complete(engine, files):
    files.edit("      mode: replicated-job\n", "")
    assert "api waits for migrate to complete, which never ends" in files.refused()
    assert engine.names(files.name, "services") == []
