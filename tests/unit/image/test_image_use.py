"""Which steps make an image used, unused, or one of the last few."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce import image_use
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import DeclarationError


def image(name: str, **more) -> dict:
    return {"name": name, "creationTimestamp": f"2026-11-{name[-2:]}T00:00:00.000-08:00", **more}


def deprecated(name: str) -> dict:
    return image(name, deprecated={"state": "DEPRECATED"})


def actions(plan) -> list[str]:
    return [f"{step.action} {step.name}" for step in plan.steps]


def test_tested_image_is_labelled_before_its_family_means_it():
    plan = image_use.decide_tested(image("a-01"), "docker-host", {"engine-version": "27.5.1"})
    assert actions(plan) == ["label_image a-01", "patch_image a-01"]
    assert plan.steps[0].detail == {"engine-version": "27-5-1", "docker-ready": "tested"}
    assert plan.steps[1].detail == {"family": "docker-host"}


def test_tested_image_needs_nothing_again():
    done = image("a-01", family="docker-host", labels={"docker-ready": "tested"})
    assert not image_use.decide_tested(done, "docker-host", {}).changed


def test_deprecated_image_cannot_be_used():
    with pytest.raises(DeclarationError, match="a-01 is DEPRECATED"):
        image_use.decide_tested(deprecated("a-01"), "docker-host", {})


def test_failed_image_is_taken_out_of_use_with_the_reason():
    plan = image_use.decide_failed(image("a-01"), "no engine")
    assert actions(plan) == ["label_image a-01", "patch_image a-01", "deprecate_image a-01"]
    assert plan.steps[1].detail == {"description": "Failed its test: no engine"}


def test_failed_image_needs_nothing_again():
    done = {**deprecated("a-01"), "labels": {"docker-ready": "failed"}, "description": "Failed its test: no engine"}
    assert not image_use.decide_failed(done, "no engine").changed


def test_newest_images_stay():
    plan = image_use.decide_prune([image("a-01"), image("a-03"), image("a-02")], 2, "deprecate")
    assert actions(plan) == ["deprecate_image a-01"]


def test_deprecated_image_does_not_count_as_kept():
    plan = image_use.decide_prune([image("a-01"), image("a-02"), deprecated("a-03")], 2, "deprecate")
    assert actions(plan) == []


def test_deletion_takes_deprecated_images_too():
    plan = image_use.decide_prune([image("a-01"), image("a-02"), deprecated("a-03")], 1, "delete")
    assert sorted(actions(plan)) == ["delete_image a-01", "delete_image a-03"]


def test_images_in_use_are_told_newest_first():
    assert image_use.in_use([image("a-01"), deprecated("a-03"), image("a-02")]) == ["a-02", "a-01"]
