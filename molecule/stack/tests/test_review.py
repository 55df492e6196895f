"""A change is written down for whoever has to approve it, and what was written is what is then done."""

from __future__ import annotations

import re

from conftest import FILES

ACCEPTED = FILES / "review.md"


def test_a_reviewer_sees_the_whole_change_in_the_plan(engine, story):
    story.deploy()
    text = story.compose.read_text()
    start, end = text.index("  agent:"), text.index("  migrate:")
    story.compose.write_text(text[:start] + text[end:])
    story.edit("image: registry:5000/box:1\n    command: [httpd", "image: registry:5000/box:2\n    command: [httpd")
    story.edit("        aliases: [web]\n", "        aliases: [web]\n      back: {}\n")
    story.edit("  front:\n\nconfigs:", '  front:\n  back:\n    driver_opts:\n      encrypted: ""\n\nconfigs:')
    story.edit("LOG: info", "LOG: debug")
    (story.folder / "settings.conf").write_text("theme = dark\n")
    change = {"environment": {"REPLICAS": 4}, "prune": True}

    before = engine.everything()
    written = story.folder / "review.md"
    assert story.deploy(check=True, plan_file=str(written), **change)["changed"]
    assert _comparable(written.read_text(), story.name) == ACCEPTED.read_text()
    assert engine.everything() == before

    done = story.folder / "done.md"
    assert story.deploy(plan_file=str(done), **change)["changed"]
    assert _comparable(done.read_text(), story.name) == ACCEPTED.read_text()
    assert engine.names(story.name, "services") == ["migrate", "ui"]
    assert engine.names(story.name, "networks") == ["back", "front"]
    assert len(engine.running(f"{story.name}_ui")) == 4
    assert not story.deploy(**change)["changed"]


def _comparable(plan: str, stack: str) -> str:
    """The stack's name and the images' digests differ from run to run."""
    digests = iter(["a" * 12, "b" * 12])
    return re.sub(r"(?<=sha256:)[0-9a-f]{12}", lambda _: next(digests), plan.replace(stack, "shop"))
