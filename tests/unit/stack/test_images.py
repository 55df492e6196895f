"""References become tagged and pinned as the Docker CLI does it, each registry is asked once, no failure is hidden."""

from __future__ import annotations

import threading

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare import images

from tests.unit.stack.specs import service_spec

DIGEST = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("nginx", "nginx:latest"),
        ("nginx:1.27", "nginx:1.27"),
        ("docker.io/library/nginx", "nginx:latest"),
        ("docker.io/org/app:2", "org/app:2"),
        ("library/nginx", "nginx:latest"),
        ("org/app", "org/app:latest"),
        ("registry:5000/app", "registry:5000/app:latest"),
        ("localhost/app", "localhost/app:latest"),
        ("registry:5000/app:2", "registry:5000/app:2"),
        (f"nginx@{DIGEST}", f"nginx@{DIGEST}"),
        (f"docker.io/library/nginx:1@{DIGEST}", f"nginx:1@{DIGEST}"),
        ("c" * 64, "c" * 64),
    ],
)
def test_tagged(image, expected):
    assert images.tagged(image) == expected


@pytest.mark.parametrize(
    ("image", "registry"),
    [
        ("nginx", "docker.io"),
        ("org/app:1", "docker.io"),
        ("registry:5000/app", "registry:5000"),
        ("registry.example.com/org/app@" + DIGEST, "registry.example.com"),
        ("localhost/app", "localhost"),
    ],
)
def test_registry_of(image, registry):
    assert images.registry_of(image) == registry


def test_pinned_keeps_a_digest_it_has():
    assert images.pinned("nginx", DIGEST) == f"nginx:latest@{DIGEST}"
    assert images.pinned(f"nginx@{DIGEST}", OTHER) == f"nginx@{DIGEST}"


def test_platforms_are_told_once_without_unknown_ones_and_arm_without_variant():
    answer = {
        "Platforms": [
            {"architecture": "amd64", "os": "linux"},
            {"architecture": "arm", "os": "linux", "variant": "v7"},
            {"architecture": "arm", "os": "linux", "variant": "v6"},
            {"architecture": "unknown", "os": "unknown"},
            {"architecture": "amd64", "os": "linux"},
        ]
    }
    assert images.platforms(answer) == [{"Architecture": "amd64", "OS": "linux"}, {"OS": "linux"}]


def running(image="registry:5000/ui:1", pin=DIGEST):
    spec = service_spec()
    spec["Labels"]["com.docker.stack.image"] = image
    spec["TaskTemplate"]["ContainerSpec"]["Image"] = f"{image}@{pin}"
    spec["TaskTemplate"]["Placement"] = {"Platforms": [{"Architecture": "amd64", "OS": "linux"}]}
    return spec


@pytest.mark.parametrize(
    ("policy", "current", "asked"),
    [
        ("always", running(), {"registry:5000/ui:1"}),
        ("changed", running(), set()),
        ("changed", running("registry:5000/ui:0"), {"registry:5000/ui:1"}),
        ("changed", None, {"registry:5000/ui:1"}),
        ("never", None, set()),
    ],
)
def test_which_references_are_asked_for(policy, current, asked):
    there = {"shop_ui": current} if current else {}
    assert images.references_to_ask({"shop_ui": service_spec()}, there, policy) == asked


ANSWER = {"Descriptor": {"digest": OTHER}, "Platforms": [{"architecture": "arm64", "os": "linux"}]}


@pytest.mark.parametrize(
    ("policy", "current", "image", "platforms"),
    [
        ("always", running(), f"registry:5000/ui:1@{OTHER}", ["arm64"]),
        ("changed", running(), f"registry:5000/ui:1@{DIGEST}", ["amd64"]),
        ("changed", running("registry:5000/ui:0"), f"registry:5000/ui:1@{OTHER}", ["arm64"]),
        ("never", running(), f"registry:5000/ui:1@{DIGEST}", ["amd64"]),
        ("never", running("registry:5000/ui:0"), "registry:5000/ui:1", []),
        ("never", None, "registry:5000/ui:1", []),
    ],
)
def test_which_image_a_service_runs(policy, current, image, platforms):
    there = {"shop_ui": current} if current else {}
    pinned = images.pin_services({"shop_ui": service_spec()}, there, {"registry:5000/ui:1": ANSWER}, policy)
    task = pinned["shop_ui"]["TaskTemplate"]
    assert task["ContainerSpec"]["Image"] == image
    assert [item["Architecture"] for item in task["Placement"].get("Platforms", [])] == platforms


def test_each_reference_is_asked_once_and_several_at_the_same_time():
    both_there = threading.Barrier(2, timeout=10)
    asked = []

    def ask(reference):
        asked.append(reference)
        both_there.wait()
        return ANSWER

    assert set(images.look_up(["a", "b", "a"], ask)) == {"a", "b"}
    assert sorted(asked) == ["a:latest", "b:latest"]


def test_every_failed_lookup_is_told():
    def ask(reference):
        if reference.startswith("good"):
            return ANSWER
        raise EngineError(f"manifest unknown of {reference}", 404)

    with pytest.raises(images.UnresolvedImagesError) as caught:
        images.look_up(["good", "bad", "worse"], ask)
    assert set(caught.value.reasons) == {"bad", "worse"}
    assert "manifest unknown of worse:latest" in str(caught.value)
