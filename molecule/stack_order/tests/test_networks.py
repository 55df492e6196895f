"""Networks cannot change: they are made again where that is asked for, and it does not race with what still ends."""

from __future__ import annotations

import pytest


@pytest.fixture
def front(engine):
    """The stack's network, as the engine inspects it."""
    return lambda stack: engine.get(f"/networks/{stack.name}_front")


def test_a_network_that_differs_is_told_and_left_alone(engine, story):
    story.deploy()
    before = engine.everything()
    story.edit("networks:\n  front:\n", "networks:\n  front:\n    driver_opts: {encrypted: ''}\n    attachable: true\n")
    result = story.deploy()
    assert not result["changed"]
    assert any("network front differs from the file in attachable" in text for text in result["warnings"])
    assert engine.everything() == before


def test_a_network_is_made_again_when_asked(engine, story, front):
    old, before = front(story)["Id"], engine.everything()
    shown = story.deploy(check=True, recreate_networks=True)["diff"][0]["prepared"].splitlines()
    assert "~ network front" in shown
    assert "    attachable             (added) true" in shown
    assert "    networks.front  recreated" in shown
    assert engine.everything() == before
    assert story.deploy(recreate_networks=True)["changed"]
    assert front(story)["Id"] != old
    assert front(story)["Attachable"] is True
    assert "encrypted" in front(story)["Options"]
    for name in ("log", "db", "api", "ui"):
        assert len(engine.running(f"{story.name}_{name}")) == 1
        attached = engine.service(f"{story.name}_{name}")["Spec"]["TaskTemplate"]["Networks"]
        assert [item["Target"] for item in attached] == [front(story)["Id"]]
    assert not story.deploy(recreate_networks=True)["changed"]
    assert not story.deploy(check=True, recreate_networks=True)["changed"]


def test_a_network_of_others_is_not_taken_from_them(host, story, front):
    host.check_output(f"docker service create --detach --name guest --network {story.name}_front registry:5000/box:1")
    try:
        before = front(story)["Id"]
        story.edit("    attachable: true\n", "")
        message = story.refused(recreate_networks=True)
        assert "network front cannot be made again: service guest, which is not part of the stack, is on it" in message
        assert front(story)["Id"] == before
    finally:
        host.check_output("docker service rm guest")


def test_what_docker_stack_rm_has_just_removed_can_be_deployed_at_once(host, engine, story):
    for _round in range(3):
        host.check_output(f"docker stack rm {story.name}")
        assert story.deploy()["changed"]
        for name in ("log", "db", "api", "ui"):
            assert len(engine.running(f"{story.name}_{name}")) == 1


def test_what_is_removed_is_gone_with_its_history(engine, story):
    assert story.deploy(state="absent")["changed"]
    assert engine.all_of_stack(story.name) == {
        "services": [],
        "networks": [],
        "configs": [],
        "secrets": [],
        "tasks": [],
    }
    assert not story.deploy(state="absent")["changed"]
