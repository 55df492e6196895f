"""Whatever is killed in the middle of a deploy: it ends in success or in a clear error, and the next run completes."""

from __future__ import annotations

import base64
import getpass
import os
import signal
import time

import pytest
import testinfra
from stack_runs import Engine

LOCK = "dockyard.swarm.lock"


def manager(name):
    return testinfra.get_host(
        f"ansible://faults-{name}.molecule?ansible_inventory={os.environ['MOLECULE_INVENTORY_FILE']}"
    )


def letters(engine, stack):
    """Which deploy each object of the stack comes from."""
    there = engine.of_stack(stack.name)
    found = {
        item["Spec"]["Name"].removeprefix(f"{stack.name}_"): item["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"][0][-1]
        for item in there["services"]
    }
    configs = [base64.b64decode(item["Spec"]["Data"]).decode().strip()[-1] for item in there["configs"]]
    return {**found, "settings": "".join(sorted(configs))}


def all_of(letter):
    return {"first": letter, "second": letter, "settings": letter}


def locks(engine):
    return [item for item in engine.get("/configs") if LOCK in item["Spec"]["Labels"]]


def until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


def began(engine, stack, letter):
    """Whether a deploy is in its middle: the first service is changed, the second is not."""
    return letters(engine, stack).get("first") == letter


def with_letter(letter, **options):
    return {"environment": {"LETTER": letter}, "wait_timeout": 120, **options}


@pytest.fixture(scope="module", autouse=True)
def deployed(host, story):
    """Tests go on where the one before ended; those that ask no host are otherwise put last."""
    del host
    story.deploy(**with_letter("a"))


def test_of_two_deploys_at_once_one_waits(engine, story):
    runs = {letter: story.begin(**with_letter(letter)) for letter in "bc"}
    results = {letter: story.result_of(run) for letter, run in runs.items()}
    assert not any(result.get("failed") for result in results.values()), results
    assert letters(engine, story) in (all_of("b"), all_of("c"))
    assert locks(engine) == []
    last = story.info()["deployments"][-1]
    assert last["outcome"] == "succeeded"
    assert len(story.info()["deployments"]) == 3


def test_or_is_refused_where_it_does_not_want_to_wait(engine, story):
    run = story.begin(**with_letter("d"))
    until(lambda: began(engine, story, "d"))
    message = story.refused(**with_letter("e", lock_timeout=0))
    assert f"another deploy of stack {story.name} is running: " in message
    assert f"for a deploy of stack {story.name}" in message
    assert story.result_of(run)["changed"]
    assert letters(engine, story) == all_of("d")
    assert story.info()["deploying"] is None
    assert not story.deploy(**with_letter("d"))["changed"]


def test_what_a_deploy_waits_for_is_told_meanwhile(story):
    run = story.begin(**with_letter("k"))
    until(lambda: f"{story.name}_first: " in (story.info()["deploying"] or {}).get("progress", ""))
    assert story.info()["deploying"]["user"] == getpass.getuser()
    assert story.result_of(run)["changed"]
    assert story.info()["deploying"] is None


def test_a_controller_that_is_killed(engine, story):
    run = story.begin(**with_letter("e"))
    until(lambda: began(engine, story, "e"))
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    story.deploy(**with_letter("e"))
    assert letters(engine, story) == all_of("e")
    assert locks(engine) == []


def kill_the_module(host):
    host.check_output("kill -KILL $(pgrep '^python3')")


def test_a_module_that_is_killed_leaves_a_lock_that_ends_by_itself(host, engine, story):
    run = story.begin(**with_letter("f"))
    until(lambda: began(engine, story, "f"))
    kill_the_module(host)
    run.communicate()
    assert len(locks(engine)) == 1
    assert letters(engine, story)["second"] == "e"
    began_at = time.monotonic()
    assert story.deploy(**with_letter("f"))["changed"]
    assert time.monotonic() - began_at > 25
    assert letters(engine, story) == all_of("f")
    assert locks(engine) == []


def test_from_a_deploy_that_was_killed_a_stack_goes_back_to_the_last_good_one(host, engine, story):
    good = story.info()["deployments"][-1]["number"]
    run = story.begin(**with_letter("g"))
    until(lambda: began(engine, story, "g"))
    kill_the_module(host)
    run.communicate()
    assert story.deploy(state="rolled_back")["deployment"] == good
    assert letters(engine, story) == all_of("f")


def test_the_leader_is_killed(engine, story):
    """Its engine comes back by itself; the deploy through another manager goes on as soon as there is a leader."""
    run = story.begin(hosts="faults-m2.molecule", **with_letter("h"))
    until(lambda: began(engine, story, "h"))
    manager("m1").check_output("systemctl kill --signal=KILL docker.service")
    result = story.result_of(run)
    assert not result.get("failed"), result
    assert letters(Engine(manager("m2")), story) == all_of("h")


def test_the_managers_own_engine_is_killed_and_comes_back(engine, story):
    until(lambda: manager("m1").run("docker node ls").rc == 0)
    run = story.begin(**with_letter("i"))
    until(lambda: began(engine, story, "i"))
    manager("m1").check_output("systemctl kill --signal=KILL docker.service")
    result = story.result_of(run)
    if result.get("failed"):
        # Swarm pauses an update whose task it lost together with the engine.
        assert "update paused due to failure" in result["msg"] or "Run it again" in result["msg"]
    story.deploy(hosts="faults-m2.molecule", **with_letter("i"))
    assert letters(Engine(manager("m2")), story) == all_of("i")


def test_the_managers_own_engine_is_stopped_for_good(host, engine, story):
    until(lambda: manager("m1").run("docker node ls").rc == 0)
    run = story.begin(**with_letter("j"))
    until(lambda: began(engine, story, "j"))
    host.check_output("systemctl stop docker.socket docker.service")
    try:
        result = story.result_of(run)
        assert result["failed"]
        assert "Run it again, on another manager if this engine does not come back" in result["msg"]
        other = Engine(manager("m2"))
        story.deploy(hosts="faults-m2.molecule", **with_letter("j"))
        assert letters(other, story) == all_of("j")
        assert locks(other) == []
        assert not story.deploy(hosts="faults-m2.molecule", **with_letter("j"))["changed"]
    finally:
        host.check_output("systemctl start docker.service")
        until(lambda: host.run("docker node ls").rc == 0)
