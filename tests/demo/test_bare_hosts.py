"""`site.yml --check` on three bare hosts shows all that would be, as output and as a page, and changes nothing."""

from __future__ import annotations

import stat

from tests.demo.conftest import HOSTS, SANDBOX, Bare


def test_the_check_ends_well(bare: Bare) -> None:
    assert bare.check.status == 0, bare.check.output[-6000:]
    assert set(bare.check.changed) >= set(HOSTS)


def test_nothing_was_installed_and_nothing_below_etc_was_touched(bare: Bare) -> None:
    for host in HOSTS:
        assert "docker.io" not in bare.before[host], f"{host} was not bare"
        assert bare.after[host] == bare.before[host]


def test_the_page_sums_the_run_up_in_its_first_line(bare: Bare) -> None:
    first = bare.page.splitlines()[0]
    assert first == "# Plan: engines: 3 to install; members: 3 to join; stack demo: 8 to create"
    assert "Nothing was changed: this was a check." in bare.page


def test_every_engine_and_every_member_is_planned(bare: Bare) -> None:
    for host in HOSTS:
        assert f"**engine `{host}`**" in bare.page
        assert f"**member `{host}`**" in bare.page
    assert bare.page.count("- docker.io") == len(HOSTS)
    assert bare.page.count("- founds the swarm, as its first manager") == 1
    assert bare.page.count("- as a worker") == len(HOSTS) - 1


def test_everything_of_the_stack_is_planned_as_created(bare: Bare) -> None:
    created = bare.page[bare.page.index("## stack demo") :]
    assert "### Created" in created
    assert "### Updated" not in created
    assert "### Removed" not in created
    for thing in (
        "network `front`",
        "network `back`",
        "config `gate`",
        "secret `db_password`",
        "service `gate`",
        "service `ui`",
        "service `post`",
        "service `db`",
    ):
        assert f"**{thing}**" in created, thing
        assert f"+ {thing.replace('`', '')}" in bare.check.output, thing


def test_the_page_is_for_its_owner_alone_and_no_password_is_told(bare: Bare) -> None:
    password = (bare.checkout.folder / ".sandbox" / SANDBOX / "db_password").read_text().strip()
    assert stat.S_IMODE(bare.page_mode) == 0o600
    assert password not in bare.page
    assert password not in bare.check.output
    assert f"Written to {bare.checkout.folder}/plan.md" in bare.check.output
