"""The last deployments are kept in the swarm, and a stack goes back to them on request."""

from __future__ import annotations

import base64
import getpass
import hashlib
import os
import socket
import zlib

import pytest

HISTORY = "dockyard.swarm.deployment"


@pytest.fixture(autouse=True)
def in_order(host):
    """Each test goes on where the one before ended; those that ask no host are otherwise put last."""
    del host


def kept(story):
    return story.info()["deployments"]


def image(engine, story):
    return engine.image(f"{story.name}_worker").removeprefix("registry:5000/")


def worker(story, tag):
    text = story.compose.read_text()
    head, tail = text.split("  worker:\n    image: registry:5000/box:")
    story.compose.write_text(f"{head}  worker:\n    image: registry:5000/box:{tag}{tail[1:]}")


def test_who_when_and_what_is_kept(story):
    story.deploy()
    (first,) = kept(story)
    assert (first["number"], first["outcome"], first["back_to"]) == (1, "succeeded", None)
    assert (first["user"], first["host"]) == (getpass.getuser(), socket.gethostname())
    digest = hashlib.sha256(story.compose.read_bytes()).hexdigest()
    assert first["files"] == [{"path": str(story.compose), "sha256": digest}]
    assert first["images"][f"{story.name}_worker"].startswith("registry:5000/box:1@sha256:")


def test_a_run_without_change_writes_nothing(engine, story):
    before = engine.everything()
    assert not story.deploy()["changed"]
    assert engine.everything() == before


def test_history_is_no_config_of_the_stack(engine, story):
    info = story.info()
    assert [item["name"] for item in info["configs"]] == [f"{story.name}_settings"]
    assert info["orphaned"] == {"networks": [], "configs": [], "secrets": []}
    before = engine.everything()
    assert not story.deploy(prune=True)["changed"]
    assert engine.everything() == before


def test_it_holds_no_secret(engine, story):
    kept_by = [item for item in engine.all_of_stack(story.name)["configs"] if HISTORY in item["Spec"]["Labels"]]
    assert kept_by
    for text in (b"not-a-real-key", base64.b64encode(b"not-a-real-key-1\n")):
        for item in kept_by:
            assert text not in _unpacked(item["Spec"]["Data"])


def _unpacked(data):
    return zlib.decompress(base64.b64decode(data))


def test_going_back_and_back_again(engine, story):
    worker(story, 2)
    (story.folder / "settings.conf").write_text("theme = dark\n")
    story.deploy()
    story.edit("LOG: info", "LOG: debug")
    story.deploy()
    assert [item["number"] for item in kept(story)] == [1, 2, 3]
    before = engine.everything()
    shown = story.deploy(check=True, state="rolled_back")
    assert "    environment.LOG  debug → info" in shown["diff"][0]["prepared"].splitlines()
    assert shown["deployment"] == 2
    assert engine.everything() == before
    assert story.deploy(state="rolled_back")["deployment"] == 2
    assert image(engine, story) == "box:2"
    assert story.deploy(state="rolled_back")["deployment"] == 1
    assert image(engine, story) == "box:1"
    settings = engine.of_stack(story.name)["configs"]
    assert [base64.b64decode(item["Spec"]["Data"]) for item in settings] == [b"theme = light\n"]
    assert [item["back_to"] for item in kept(story)] == [None, None, None, 2, 1]
    assert "no earlier deployment to restore" in story.refused(state="rolled_back")


def test_a_named_deployment_is_a_state_that_can_be_asked_for_twice(engine, story):
    assert story.deploy(check=True, state="rolled_back", deployment=3)["changed"]
    assert story.deploy(state="rolled_back", deployment=3)["changed"]
    assert image(engine, story) == "box:2"
    before = engine.everything()
    assert not story.deploy(state="rolled_back", deployment=3)["changed"]
    assert not story.deploy(check=True, state="rolled_back", deployment=3)["changed"]
    assert engine.everything() == before
    assert not story.deploy()["changed"]
    assert "deployment 99 is not kept; kept are: " in story.refused(state="rolled_back", deployment=99)


def test_a_secret_rotated_since_keeps_its_present_content(engine, story):
    (story.folder / "api_key").write_text("not-a-real-key-2\n")
    story.edit("LOG: debug", "LOG: info")
    story.deploy()
    result = story.deploy(state="rolled_back")
    assert any("secret api_key was rotated since; its present content stays" in text for text in result["warnings"])
    assert engine.names(story.name, "secrets") == ["api_key.2"]
    environment = engine.service(f"{story.name}_ui")["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"]
    assert environment == ["LOG=debug"]


def test_after_a_failed_deploy_it_goes_back_to_the_last_good_one(engine, story):
    story.deploy()
    good = kept(story)[-1]["number"]
    worker(story, "n")
    assert story.run(resolve_image="never")["failed"]
    worker(story, 2)
    assert kept(story)[-1]["outcome"] == "failed"
    assert story.deploy(state="rolled_back")["deployment"] == good
    assert image(engine, story) == "box:2"


def test_the_oldest_are_taken_out(story):
    worker(story, 1)
    story.deploy(keep_deployments=2)
    numbers = [item["number"] for item in kept(story)]
    assert len(numbers) == 2
    worker(story, 2)
    story.deploy(keep_deployments=0)
    assert kept(story) == []
    assert "kept are: none" in story.refused(state="rolled_back")


def test_large_deployments_fit(engine, story):
    """Contents that do not compress, of more than one config may hold."""
    blobs = ""
    for number in range(3):
        (story.folder / f"blob{number}").write_bytes(base64.b64encode(os.urandom(300_000)))
        blobs += f"  blob{number}:\n    file: ./blob{number}\n"
    story.edit("configs:\n  settings:\n", f"configs:\n{blobs}  settings:\n")
    story.deploy()
    parts = [item for item in engine.all_of_stack(story.name)["configs"] if HISTORY in item["Spec"]["Labels"]]
    assert len(parts) > 1
    assert [item["outcome"] for item in kept(story)] == ["found", "succeeded"]
    story.edit(blobs, "")
    story.deploy(prune=True)
    assert story.deploy(state="rolled_back")["changed"]
    assert {"blob0", "blob1", "blob2"} <= set(engine.names(story.name, "configs"))


def test_absent_takes_the_history_with_it(engine, story):
    assert story.deploy(state="absent")["changed"]
    assert not any(engine.all_of_stack(story.name).values())


@pytest.fixture(scope="module")
def by_cli(host, story):
    """The stack as `docker stack deploy` makes it."""
    host.check_output("mkdir -p /opt/by_cli")
    for path in story.folder.iterdir():
        if path.name in ("compose.yml", "settings.conf", "api_key"):
            content = base64.b64encode(path.read_bytes()).decode()
            host.check_output(f"echo {content} | base64 -d > /opt/by_cli/{path.name}")
    host.check_output(f"docker stack deploy --compose-file /opt/by_cli/compose.yml {story.name}")
    return story


def test_a_stack_of_the_cli_is_taken_over_without_a_trace(engine, by_cli):
    before = engine.everything()
    result = by_cli.deploy()
    assert not result["changed"], result["diff"]
    assert engine.everything() == before


def test_what_the_cli_deployed_can_be_gone_back_to(engine, by_cli):
    worker(by_cli, 1)
    by_cli.deploy()
    assert [(item["number"], item["outcome"]) for item in kept(by_cli)] == [(1, "found"), (2, "succeeded")]
    assert by_cli.deploy(state="rolled_back")["deployment"] == 1
    assert image(engine, by_cli) == "box:2"


def test_docker_stack_rm_takes_the_history_with_it(host, engine, by_cli):
    host.check_output(f"docker stack rm {by_cli.name}")
    assert engine.all_of_stack(by_cli.name)["configs"] == []
