"""A deploy that fails is taken back, and nobody who asks the service notices."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import testinfra

CLIENT = f"ansible://rollback-client.molecule?ansible_inventory={os.environ['MOLECULE_INVENTORY_FILE']}"
ASK = Path(os.environ["MOLECULE_SCENARIO_DIRECTORY"]) / "files" / "ask.py"
NODES = "rollback-m1.molecule rollback-w1.molecule rollback-w2.molecule"


@pytest.fixture(scope="module")
def deployed(story):
    story.deploy(wait_timeout=180)


@pytest.fixture
def load(deployed):
    """A client outside of the swarm that asks all the time; gives the lines of what it was answered."""
    del deployed
    client = testinfra.get_host(CLIENT)
    client.ansible("ansible.builtin.copy", f"src={ASK} dest=/usr/local/lib/ask.py", check=False)
    client.check_output(
        f"systemd-run --unit=ask --property=StandardOutput=file:/run/ask.log python3 /usr/local/lib/ask.py {NODES}"
    )

    def lines():
        return client.file("/run/ask.log").content_string.splitlines()

    yield lines
    client.run("systemctl stop ask; rm -f /run/ask.log")


def spec_of(engine, stack, service):
    return engine.service(f"{stack.name}_{service}")["Spec"]


def everything_of(engine, stack):
    """All that shall be again as it was: whole specs of services, and which other objects there are."""
    there = engine.of_stack(stack.name)
    return {
        "services": {item["Spec"]["Name"]: item["Spec"] for item in there["services"]},
        **{
            kind: sorted(item.get("ID") or item["Id"] for item in there[kind])
            for kind in ("networks", "configs", "secrets")
        },
    }


def versions(lines):
    return [line.removeprefix("answered registry:5000/") for line in lines if line.startswith("answered")]


def unanswered(lines):
    return [line for line in lines if line.startswith("unanswered")]


def test_a_first_deploy_that_fails_leaves_nothing(engine, files):
    files.edit("image: registry:5000/box:1\n    networks", "image: registry:5000/box:none\n    networks")
    result = files.run(on_failure="rollback", resolve_image="never")
    assert result["failed"]
    assert result["rolled_back"]
    assert "No such image: registry:5000/box:none" in result["msg"]
    assert "it was rolled back:" in result["msg"]
    assert not any(engine.all_of_stack(files.name).values())


def test_a_bad_image_under_load(engine, story, load):
    """Image, config, secret, a new service and a new network change at once, and the image does not exist."""
    before = everything_of(engine, story)
    while len(load()) < 20:
        time.sleep(0.5)
    original = story.compose.read_text()
    story.edit("box:1\n    command", "box:none\n    command")
    story.edit("LOG: info", "LOG: debug")
    story.edit("networks:\n  front:\n", "networks:\n  front:\n  back:\n")
    story.edit("  worker:\n", "  extra:\n    image: registry:5000/box:1\n    networks: [back]\n  worker:\n")
    (story.folder / "settings.conf").write_text("theme = dark\n")
    (story.folder / "api_key").write_text("not-a-real-key-2\n")
    asked = len(load())
    result = story.run(on_failure="rollback", resolve_image="never")
    lines = load()
    assert result["failed"]
    assert result["rolled_back"] is True
    assert "No such image: registry:5000/box:none" in result["msg"]
    assert "it was rolled back: ui runs as before; service extra, " in result["msg"]
    assert {item["service"] for item in result["failed_tasks"]} == {f"{story.name}_ui"}
    assert everything_of(engine, story) == before
    assert len(engine.running(f"{story.name}_ui")) == 3
    assert len(lines) - asked > 50
    assert unanswered(lines) == []
    assert set(versions(lines)) == {"box:1"}
    story.compose.write_text(original)
    (story.folder / "settings.conf").write_text("theme = light\n")
    (story.folder / "api_key").write_text("not-a-real-key-1\n")
    assert not story.deploy()["changed"]


def test_a_version_that_crashes_under_load(engine, story, load):
    """The image exists, starts, and ends: swarm's own word for it is a paused update."""
    before = everything_of(engine, story)
    story.edit("box:1\n    command: [httpd, -f", "box:2\n    command: [sh, -c, 'exit 7', -f")
    result = story.run(on_failure="rollback")
    story.edit("box:2\n    command: [sh, -c, 'exit 7', -f", "box:1\n    command: [httpd, -f")
    assert result["failed"]
    assert result["rolled_back"]
    assert "task: non-zero exit (7)" in result["msg"]
    assert everything_of(engine, story) == before
    assert unanswered(load()) == []
    assert set(versions(load())) == {"box:1"}


def test_a_good_version_under_load(engine, story, load):
    story.edit("box:1\n    command", "box:2\n    command")
    assert story.deploy(on_failure="rollback", wait_timeout=180)["changed"]
    assert engine.image(f"{story.name}_ui") == "registry:5000/box:2"
    while versions(load())[-1:] != ["box:2"]:
        time.sleep(0.5)
    assert unanswered(load()) == []
    assert not story.deploy(on_failure="rollback")["changed"]
    assert not story.deploy(on_failure="rollback", check=True)["changed"]


def test_going_back_under_load(engine, story, load):
    assert story.deploy(state="rolled_back", wait_timeout=180)["changed"]
    assert engine.image(f"{story.name}_ui") == "registry:5000/box:1"
    while versions(load())[-1:] != ["box:1"]:
        time.sleep(0.5)
    assert unanswered(load()) == []
    story.edit("box:2\n    command", "box:1\n    command")


def test_without_it_all_is_left_to_be_looked_at(engine, story):
    story.edit("box:1\n    networks", "box:none\n    networks")
    result = story.run(resolve_image="never")
    story.edit("box:none\n    networks", "box:1\n    networks")
    assert result["failed"]
    assert "rolled_back" not in result
    assert engine.image(f"{story.name}_worker") == "registry:5000/box:none"
    assert story.deploy(on_failure="rollback")["changed"]
    assert engine.image(f"{story.name}_worker") == "registry:5000/box:1"


def test_what_a_job_that_failed_had_changed_returns_and_the_job_goes(engine, story):
    before = everything_of(engine, story)
    text = story.compose.read_text()
    story.edit(
        "  worker:\n",
        "  migrate:\n    image: registry:5000/box:1\n    command: ['false']\n    deploy:\n"
        "      mode: replicated-job\n      restart_policy: {condition: none}\n  worker:\n",
    )
    story.edit("LOG: info", "LOG: debug")
    result = story.run(on_failure="rollback")
    story.compose.write_text(text)
    assert result["rolled_back"]
    assert "task: non-zero exit (1)" in result["msg"]
    assert everything_of(engine, story) == before


def test_waiting_is_part_of_it(files):
    assert "on_failure=rollback needs wait=true" in files.refused(on_failure="rollback", wait=False)
