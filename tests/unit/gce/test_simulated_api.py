"""Parts of the simulated Compute API that need no server: filters, field masks, faults, schemas, routes."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.compute_api import catalogue, description, fields, filters
from sandbox.compute_api.errors import ApiError
from sandbox.compute_api.faults import Fault, Faults
from sandbox.compute_api.fleet import invent
from sandbox.compute_api.quotas import RateQuota
from sandbox.compute_api.schemas import SchemaError

RESOURCE = {
    "name": "web-1",
    "status": "RUNNING",
    "labels": {"env": "prod", "empty": ""},
    "tags": {"items": ["web", "ssh"]},
    "scheduling": {"automaticRestart": True},
    "id": "42",
    "disks": [{"boot": True, "sizeGb": "10"}, {"boot": False, "sizeGb": "20"}],
}


@pytest.mark.parametrize(
    ("expression", "kept"),
    [
        ("name = web-1", True),
        ('name = "web-1"', True),
        ("name != web-1", False),
        ("name = web-*", True),
        ("labels.env:*", True),
        ("labels.owner:*", False),
        ("labels:env", True),
        ("tags.items = ssh", True),
        ("scheduling.automaticRestart = true", True),
        ("scheduling.automaticRestart = false", False),
        ("id > 41", True),
        ("id <= 41", False),
        ("disks.sizeGb = 20", True),
        ("name eq web-.*", True),
        ("name eq web", False),
        ("name ne 'web.*'", False),
        ("(name = web-1) (status = RUNNING)", True),
        ("name = web-1 AND status = STOPPED", False),
        ("status = STOPPED OR name = web-1", True),
        ("status = STOPPED OR name = web-1 AND labels.env = dev", False),
        ("NOT status = STOPPED", True),
        ("NOT (status = RUNNING OR name = x)", False),
    ],
)
def test_filters(expression: str, kept: bool) -> None:
    assert filters.parse(expression)(RESOURCE) is kept


@pytest.mark.parametrize("expression", ["name =", "= x", "(name = x", "name = x)", "name", "name eq '['", "AND"])
def test_filters_that_are_wrong(expression: str) -> None:
    with pytest.raises(ApiError) as caught:
        filters.parse(expression)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("mask", "kept"),
    [
        ("name", {"name": "web-1"}),
        ("labels/env,id", {"labels": {"env": "prod"}, "id": "42"}),
        ("disks(sizeGb)", {"disks": [{"sizeGb": "10"}, {"sizeGb": "20"}]}),
        ("disks/boot,disks/sizeGb", {"disks": RESOURCE["disks"]}),
        (
            "*/env",
            {**{key: value for key, value in RESOURCE.items() if isinstance(value, str)}, "labels": {"env": "prod"}},
        ),
        ("absent", {}),
    ],
)
def test_masks(mask: str, kept: dict[str, Any]) -> None:
    masked = fields.apply(fields.parse(mask), RESOURCE)
    if mask.startswith("*"):
        masked = {key: value for key, value in masked.items() if key in kept}
    assert masked == kept


@pytest.mark.parametrize("mask", ["a(b", "a,", "(a)", "a)b", "a//b"])
def test_masks_that_are_wrong(mask: str) -> None:
    with pytest.raises(ApiError):
        fields.parse(mask)


def test_faults_strike_as_often_as_declared() -> None:
    faults = Faults()
    faults.declare([Fault.parse({"kind": "drop", "method": "*.list", "after": 1, "times": 2})])
    struck = [bool(faults.strike("compute.instances.list", "p")) for _ in range(5)]
    assert struck == [False, True, True, False, False]
    assert not faults.strike("compute.instances.get", "p")


def test_a_call_has_one_answer() -> None:
    faults = Faults()
    faults.declare([Fault.parse({"kind": kind, "times": 1}) for kind in ("latency", "drop", "rate_limit")])
    assert [fault.kind for fault in faults.strike("m", "p")] == ["latency", "drop"]
    assert [fault.kind for fault in faults.strike("m", "p")] == ["rate_limit"]


def test_unknown_faults_are_refused() -> None:
    with pytest.raises(ValueError, match="no fault of kind 'fire'"):
        Fault.parse({"kind": "fire"})


def test_routes_with_fixed_words_come_before_names() -> None:
    api = description.load()
    base = "/compute/v1/projects/p"
    assert api.find("GET", f"{base}/global/images/family/debian-13")[0].id == "compute.images.getFromFamily"
    assert api.find("GET", f"{base}/global/images/one")[0].id == "compute.images.get"
    assert api.find("POST", f"{base}/zones/us-central1-a/instances/a/stop")[1]["instance"] == "a"
    with pytest.raises(ApiError) as caught:
        api.find("PUT", f"{base}/zones")
    assert caught.value.status == 405


def test_every_implemented_method_exists_at_google() -> None:
    from sandbox.compute_api import resources
    from sandbox.compute_api.calls import HANDLERS

    assert resources
    assert len(HANDLERS) > 70
    assert set(HANDLERS) <= set(description.load().methods)


def test_what_is_invented_obeys_googles_schemas() -> None:
    schemas = description.load().schemas
    for body in invent("p", 50, seed=1):
        schemas.check("Instance", body)
    for _, image in catalogue.public_images():
        schemas.check("Image", image)
    for zone in catalogue.ZONES:
        schemas.check("Zone", catalogue.zone("p", zone))
    for region in catalogue.REGIONS:
        schemas.check("Region", catalogue.region("p", region))


def test_required_properties_are_required_by_the_method_only() -> None:
    schemas = description.load().schemas
    schemas.check("Instance", {})
    with pytest.raises(SchemaError, match="name"):
        schemas.check("Instance", {}, "compute.instances.insert")


def test_a_rate_quota_slides() -> None:
    now = [0.0]
    quota = RateQuota(clock=lambda: now[0])
    record = {"rate": {"requests": 2, "seconds": 10}}
    quota.spend("p", record)
    now[0] = 6
    quota.spend("p", record)
    quota.spend("q", record)
    with pytest.raises(ApiError) as caught:
        quota.spend("p", record)
    assert (caught.value.status, caught.value.reason) == (403, "rateLimitExceeded")
    now[0] = 10
    quota.spend("p", record)
