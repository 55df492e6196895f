"""Three projects, one forbidden, one with a zone that does not answer, under each policy."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleParserError


@pytest.fixture
def three(cloud: Any) -> tuple[str, str, str]:
    """(healthy, forbidden, with an unreachable zone)."""
    healthy = cloud.project({"name": "healthy"})
    forbidden = cloud.project({"name": "hidden"})
    partial = cloud.project({"name": "near", "zone": "us-central1-a"}, {"name": "far", "zone": "europe-west1-b"})
    return healthy, forbidden, partial


def break_them(cloud: Any, three: tuple[str, str, str]) -> None:
    cloud.simulator.faults(
        {"kind": "forbidden", "project": three[1], "permission": "compute.instances.list"},
        {"kind": "unreachable_zone", "project": three[2], "zone": "europe-west1-b"},
    )


def test_all_healthy(cloud: Any, run: Any, three: tuple[str, str, str]) -> None:
    assert set(run(cloud.config(list(three))).hosts) == {"healthy", "hidden", "near", "far"}


def test_fail_is_the_default_for_a_project(cloud: Any, run: Any, three: tuple[str, str, str]) -> None:
    break_them(cloud, three)
    with pytest.raises(AnsibleParserError, match=rf"project {three[1]} cannot be listed.*compute.instances.list"):
        run(cloud.config(list(three)))


def test_warn_goes_on_and_names_what_is_missing(cloud: Any, run: Any, three: tuple[str, str, str]) -> None:
    break_them(cloud, three)
    result = run(cloud.config(list(three), on_project_error="warn"))
    assert set(result.hosts) == {"healthy", "near"}
    assert len(result.warnings) == 2
    assert three[1] in result.warnings[0]
    assert "403 forbidden" in result.warnings[0]
    assert "europe-west1-b" in result.warnings[1]
    assert cloud.tokens == 1
    # A missing permission is not asked for again.
    assert len(cloud.calls("aggregatedList")) == 3


def test_ignore_is_silent_about_the_project(cloud: Any, run: Any, three: tuple[str, str, str]) -> None:
    break_them(cloud, three)
    result = run(cloud.config(list(three), on_project_error="ignore"))
    assert set(result.hosts) == {"healthy", "near"}
    assert len(result.warnings) == 1
    assert "europe-west1-b" in result.warnings[0]


def test_no_project_at_all_fails_under_every_policy(cloud: Any, run: Any, three: tuple[str, str, str]) -> None:
    break_them(cloud, three)
    for policy in ("fail", "warn", "ignore"):
        with pytest.raises(AnsibleParserError, match="cannot be listed"):
            run(cloud.config([three[1]], on_project_error=policy))


def test_an_unreachable_zone_can_fail_the_run(cloud: Any, run: Any, three: tuple[str, str, str]) -> None:
    break_them(cloud, three)
    with pytest.raises(AnsibleParserError, match="no answer from europe-west1-b"):
        run(cloud.config([three[2]], on_unreachable_zone="fail"))


def test_an_unreachable_zone_can_be_served_from_the_cache(cloud: Any, run: Any, three: tuple[str, str, str]) -> None:
    options = {
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(cloud.folder / "cache"),
        "on_unreachable_zone": "cache",
    }
    config = cloud.config([three[2]], **options)
    assert set(run(config).hosts) == {"near", "far"}
    cloud.add(three[2], {"name": "new", "zone": "us-central1-a"})
    break_them(cloud, three)
    result = run(config, cache=False)
    assert set(result.hosts) == {"near", "far", "new"}
    assert "are taken from the cache" in result.warnings[0]


def test_without_an_earlier_answer_the_zone_is_missing(cloud: Any, run: Any, three: tuple[str, str, str]) -> None:
    break_them(cloud, three)
    options = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(cloud.folder / "c")}
    result = run(cloud.config([three[2]], on_unreachable_zone="cache", **options))
    assert set(result.hosts) == {"near"}
    assert "its hosts are missing" in result.warnings[0]


def test_listing_by_zone_finds_the_same_hosts(cloud: Any, run: Any, three: tuple[str, str, str]) -> None:
    whole = run(cloud.config(list(three)))
    by_zone = run(cloud.config(list(three), per_zone=True))
    assert by_zone.hosts.keys() == whole.hosts.keys()
    assert by_zone.groups == whole.groups


def test_listing_by_zone_sees_an_unreachable_zone(cloud: Any, run: Any, three: tuple[str, str, str]) -> None:
    break_them(cloud, three)
    result = run(cloud.config([three[2]], per_zone=True, retries=0))
    assert set(result.hosts) == {"near"}
    assert "europe-west1-b" in result.warnings[0]


def test_named_zones_are_asked_one_by_one(cloud: Any, run: Any, three: tuple[str, str, str]) -> None:
    result = run(cloud.config([three[2]], zones=["europe-west1-b"]))
    assert set(result.hosts) == {"far"}
    assert [entry["path"].split("/")[-2] for entry in cloud.calls("instances.list")] == ["europe-west1-b"]


def test_a_project_that_does_not_exist(cloud: Any, run: Any) -> None:
    with pytest.raises(AnsibleParserError, match=r"404 notFound.*Check the project's id"):
        run(cloud.config(["no-such-project"]))


def test_the_projects_of_a_folder(cloud: Any, run: Any, through_proxy: None) -> None:
    cloud.project({"name": "inside"}, folder="123456")
    cloud.project({"name": "outside"})
    assert set(run(cloud.config([], folders=["123456"])).hosts) == {"inside"}
