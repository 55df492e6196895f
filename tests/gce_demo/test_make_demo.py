"""`make demo` as a newcomer types it: from an empty project to a URL, again, and away; in this order."""

from __future__ import annotations

import re

import requests

from sandbox.machine import PACKAGE_OF
from tests.gce_demo.conftest import FLEET, SANDBOX, Machine, Project, translations


def test_ends_with_a_url_that_answers_at_a_reserved_address(project: Project) -> None:
    assert sorted(project.instances()) == FLEET
    assert project.names_of_nodes() == FLEET
    assert project.leftovers()["addresses"] == FLEET
    assert project.url in {f"http://{project.address(name)}:8080/" for name in FLEET}
    seen = {tuple(sorted(requests.get(f"{project.url}whoami", timeout=10).json().items())) for _ in range(10)}
    assert len({dict(answer)["host"] for answer in seen}) >= 2


def test_ends_with_a_table_of_what_runs_where(project: Project) -> None:
    page = project.first_run.output[project.first_run.output.rindex("PLAY [") :]
    for word in (*FLEET, "gate", "ui", "post", "db", "2/2", "3/3"):
        assert word in page, f"{word!r} is not in the closing table:\n{page}"


def test_prints_neither_token_nor_password_nor_key(project: Project) -> None:
    password = (project.folder / "db_password").read_text().strip()
    assert re.search(r"^worker-1\s+: ok=\d+\s+changed=[1-9]", project.first_run.output, re.M), "nobody joined"
    for secret in ("SWMTKN", password, "PRIVATE KEY"):
        assert secret not in project.first_run.output


def test_again_changes_nothing(project: Project) -> None:
    again = project.checkout.make("demo")
    assert again.status == 0, again.output[-4000:]
    assert set(again.changed) == {"localhost", *FLEET}
    assert not any(again.changed.values()), again.output[-6000:]


def test_check_with_diff_predicts_no_change(project: Project) -> None:
    predicted = project.playbook("site.yml", "--check", "--diff")
    assert predicted.status == 0, predicted.output[-4000:]
    assert set(predicted.changed) == {"localhost", *FLEET}
    assert not any(predicted.changed.values()), predicted.output[-6000:]


def test_down_removes_all_of_it(project: Project) -> None:
    addresses = [project.address(name) for name in FLEET]
    assert project.traces()
    assert translations(addresses)
    down = project.checkout.make("demo-down", KEEP_IMAGES="1")
    assert down.status == 0, down.output
    assert project.traces() == []
    assert translations(addresses) == []
    again = project.checkout.make("demo-down", KEEP_IMAGES="1")
    assert again.status == 0, again.output
    assert f"sandbox {SANDBOX}: nothing to remove" in again.output


def test_what_stays_on_the_machine_is_what_readme_lists(project: Project) -> None:
    left, readme = Machine.now(), (project.checkout.folder / "README.md").read_text()
    listed = readme.partition("after <code>make demo-down</code>")[2].partition("</details>")[0]
    new = left.packages - project.before.packages
    # Packages come with those they need; each that was asked for is listed.
    assert {name for name in new & set(PACKAGE_OF.values()) if f"`{name}`" not in listed} == set()
    changed = {name for name, value in left.settings.items() if value != project.before.settings[name]}
    assert {name for name in changed if f"`{name}=" not in listed} == set()
    assert left.files - project.before.files == set(), "SSH keys and contexts are made by contexts.yml only"
