"""Which images may be used: check -> apply -> apply again -> check again, seen through the API."""

from __future__ import annotations

import pytest

from tests.integration.gce_hosts.conftest import Cloud, Json

SOURCE = "projects/debian-cloud/global/images/family/debian-13"
FAMILY = "docker-host"
NAMES = ["baked-1", "baked-2", "baked-3", "baked-4"]


def images(cloud: Cloud) -> dict[str, Json]:
    return {item["name"]: item for item in cloud.ask("global/images").get("items", [])}


def in_use(cloud: Cloud) -> list[str]:
    return sorted(name for name, image in images(cloud).items() if "deprecated" not in image)


@pytest.fixture
def baked(cloud: Cloud) -> Cloud:
    """Four images of a family, each newer than the one before, and one of another family."""
    for name in images(cloud):
        cloud.ask(f"global/images/{name}", "DELETE")
    for name in NAMES:
        cloud.ask("global/images", "POST", {"name": name, "sourceImage": SOURCE, "family": FAMILY})
    cloud.ask("global/images", "POST", {"name": "of-others", "sourceImage": SOURCE, "family": "others"})
    return cloud


@pytest.mark.parametrize(
    ("older", "there"),
    [("deprecate", [*NAMES, "of-others"]), ("delete", ["baked-3", "baked-4", "of-others"])],
)
def test_the_last_few_stay_in_use(baked: Cloud, older: str, there: list[str]) -> None:
    options = {"state": "pruned", "family": FAMILY, "keep": 2, "older": older}
    before = images(baked)
    predicted = baked.module("gce_image", check=True, **options)
    assert predicted.changed
    assert images(baked) == before

    done = baked.module("gce_image", **options)
    assert done.changed
    assert done["steps"] == predicted["steps"]
    assert done["kept"] == ["baked-4", "baked-3"]
    assert sorted(images(baked)) == there
    assert in_use(baked) == ["baked-3", "baked-4", "of-others"]

    assert not baked.module("gce_image", **options).changed
    assert not baked.module("gce_image", check=True, **options).changed
    assert baked.ask(f"global/images/family/{FAMILY}")["name"] == "baked-4"


def test_those_deprecated_before_can_be_deleted_later(baked: Cloud) -> None:
    baked.module("gce_image", state="pruned", family=FAMILY, keep=1)
    assert baked.module("gce_image", state="pruned", family=FAMILY, keep=1, older="delete").changed
    assert sorted(images(baked)) == ["baked-4", "of-others"]


def test_a_family_is_never_left_without_an_image(baked: Cloud) -> None:
    assert "at least one" in baked.module("gce_image", state="pruned", family=FAMILY, keep=0).msg
    assert in_use(baked) == [*NAMES, "of-others"]


def test_an_image_that_was_tried_becomes_what_its_family_means(baked: Cloud) -> None:
    options = {"name": "of-others", "state": "tested", "family": FAMILY, "labels": {"engine-version": "27.5.1"}}
    assert baked.module("gce_image", check=True, **options).changed
    assert images(baked)["of-others"]["family"] == "others"
    assert baked.module("gce_image", **options).changed
    image = images(baked)["of-others"]
    assert image["family"] == FAMILY
    assert image["labels"] == {"docker-ready": "tested", "engine-version": "27-5-1"}
    assert not baked.module("gce_image", **options).changed
    assert not baked.module("gce_image", check=True, **options).changed


def test_an_image_that_failed_is_out_of_use_with_the_reason(baked: Cloud) -> None:
    options = {"name": "baked-4", "state": "failed", "reason": "it does not boot"}
    assert baked.module("gce_image", **options).changed
    image = images(baked)["baked-4"]
    assert image["deprecated"]["state"] == "DEPRECATED"
    assert image["description"] == "Failed its test: it does not boot"
    assert baked.ask(f"global/images/family/{FAMILY}")["name"] == "baked-3"
    assert not baked.module("gce_image", **options).changed
    assert "bake a new one" in baked.module("gce_image", name="baked-4", state="tested", family=FAMILY).msg


def test_an_image_that_is_not_there_is_named(baked: Cloud) -> None:
    assert "no-such-image" in baked.module("gce_image", name="no-such-image", state="tested", family=FAMILY).msg
