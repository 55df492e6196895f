"""A part of a stack is deployed, and the rest stays exactly as it is."""

from __future__ import annotations


def test_a_part_needs_what_it_depends_on(engine, files):
    assert "service ui depends on api, not deployed yet; name it in only" in files.refused(only=["ui"])
    assert "the files have no service uo; they have api, db, log, migrate, ui" in files.refused(only=["uo"])
    assert "only and prune cannot be combined" in files.refused(only=["ui"], prune=True)
    assert engine.names(files.name, "services") == []


def test_one_service_is_deployed_with_what_it_uses(engine, story):
    assert story.deploy(check=True, only=["log"])["changed"]
    assert engine.names(story.name, "networks") == []
    story.deploy(only=["log"])
    assert engine.names(story.name, "services") == ["log"]
    assert engine.names(story.name, "networks") == ["front"]
    assert engine.names(story.name, "configs") == ["settings"]
    assert engine.names(story.name, "secrets") == []
    assert not story.deploy(only=["log"])["changed"]
    assert not story.deploy(check=True, only=["log"])["changed"]


def test_the_others_stay_as_they_are(engine, story):
    story.deploy()
    before = engine.everything()["services"]
    story.edit("image: registry:5000/box:1", "image: registry:5000/box:2")
    assert [step["short"] for step in story.deploy(only=["ui"])["plan"]["steps"]] == ["ui"]
    assert engine.image(f"{story.name}_ui") == "registry:5000/box:2"
    after = engine.everything()["services"]
    ui = engine.service(f"{story.name}_ui")["ID"]
    assert {key: value for key, value in after.items() if key != ui} == {
        key: value for key, value in before.items() if key != ui
    }


def test_a_config_that_another_service_still_uses_stays(engine, story):
    story.edit("image: registry:5000/box:2", "image: registry:5000/box:1")
    (story.folder / "settings.conf").write_text("theme = dark\n")
    story.deploy(only=["log"])
    assert engine.names(story.name, "configs") == ["settings", "settings.2"]
    story.deploy()
    assert engine.names(story.name, "configs") == ["settings.2"]


def test_a_service_that_the_files_no_longer_have_keeps_its_config(engine, story):
    text = story.compose.read_text()
    start, end = text.index("  ui:\n"), text.index("networks:\n  front:")
    story.compose.write_text(text[:start] + text[end:])
    story.edit("services:\n", "services:\n  lost:\n    image: registry:5000/box:1\n    configs: [settings]\n")
    story.deploy()
    story.edit("  lost:\n    image: registry:5000/box:1\n    configs: [settings]\n", "")
    (story.folder / "settings.conf").write_text("theme = none\n")
    story.deploy()
    assert engine.names(story.name, "configs") == ["settings.2", "settings.3"]
    story.deploy(prune=True)
    assert engine.names(story.name, "configs") == ["settings.3"]
    assert engine.names(story.name, "services") == ["api", "db", "log", "migrate"]
