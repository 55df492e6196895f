"""The cache: served, refreshed, not mixed up, not poisoned."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def cached(cloud: Any) -> Any:
    """A configuration with a cache on disk: `cached(projects, **options)`."""

    def config(projects: list[str], **options: Any) -> dict[str, Any]:
        kept = {"cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(cloud.folder / "cache")}
        return cloud.config(projects, cache=True, **kept, **options)

    return config


def test_a_second_run_asks_nobody(cloud: Any, run: Any, cached: Any) -> None:
    project = cloud.project({"name": "a", "labels": {"swarm-role": "manager"}, "tags": ["t"]})
    options = {"keyed_groups": [{"key": "labels"}, {"key": "tags['items']", "prefix": "tag"}]}
    fresh = run(cached([project], **options))
    cloud.simulator.clear_requests()
    again = run(cached([project], **options))
    assert cloud.simulator.requests() == []
    assert again == fresh


def test_refreshing_rewrites_the_cache(cloud: Any, run: Any, cached: Any) -> None:
    project = cloud.project({"name": "a"})
    run(cached([project]))
    cloud.add(project, {"name": "b"})
    assert set(run(cached([project])).hosts) == {"a"}
    assert set(run(cached([project]), cache=False).hosts) == {"a", "b"}
    cloud.simulator.clear_requests()
    assert set(run(cached([project])).hosts) == {"a", "b"}
    assert cloud.simulator.requests() == []


@pytest.mark.parametrize("change", [{"filters": ["name = b"]}, {"zones": ["us-central1-a"]}, {"variables": ["id"]}])
def test_a_changed_configuration_asks_anew(cloud: Any, run: Any, cached: Any, change: dict[str, Any]) -> None:
    project = cloud.project({"name": "a"}, {"name": "b"})
    run(cached([project]))
    cloud.simulator.clear_requests()
    result = run(cached([project], **change))
    assert cloud.simulator.requests() != []
    assert "b" in result.hosts


def test_what_only_shapes_hosts_is_served_from_the_cache(cloud: Any, run: Any, cached: Any) -> None:
    project = cloud.project({"name": "a"})
    run(cached([project]))
    cloud.simulator.clear_requests()
    assert set(run(cached([project], name_suffix=".x")).hosts) == {"a.x"}
    assert cloud.simulator.requests() == []


def test_an_incomplete_answer_is_not_kept(cloud: Any, run: Any, cached: Any) -> None:
    project = cloud.project({"name": "a"}, {"name": "far", "zone": "europe-west1-b"})
    cloud.simulator.faults({"kind": "unreachable_zone", "zone": "europe-west1-b"})
    assert set(run(cached([project])).hosts) == {"a"}
    cloud.simulator.faults()
    assert set(run(cached([project])).hosts) == {"a", "far"}


def test_no_secret_is_in_the_cache(cloud: Any, run: Any, cached: Any) -> None:
    project = cloud.project({"name": "a"})
    run(cached([project]))
    files = list((cloud.folder / "cache").iterdir())
    assert files
    for file in files:
        assert "private_key" not in file.read_text() + file.name
        assert "ya29" not in file.read_text() + file.name


def test_images_are_cached_too(cloud: Any, run: Any, cached: Any) -> None:
    project = cloud.project({"name": "a"})
    run(cached([project], retrieve_image_info=True))
    cloud.simulator.clear_requests()
    assert run(cached([project], retrieve_image_info=True)).hosts["a"]["gce_image_family"] == "debian-13"
    assert cloud.simulator.requests() == []
