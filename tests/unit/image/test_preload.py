"""Which images are pulled, and from where."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._image import preload

DIGEST = "sha256:" + "a" * 64


class Engine:
    """An engine that has some images, and a registry behind it that has others."""

    def __init__(self, present: set[str], offered: set[str]) -> None:
        self.present = present
        self.offered = offered
        self.logins: list[str | None] = []

    def image(self, name: str) -> dict[str, str]:
        if name not in self.present:
            raise EngineError(f"No such image: {name}", 404)
        return {"Id": name}

    def image_pull(self, reference: str, registry_auth: str | None = None) -> None:
        self.logins.append(registry_auth)
        if reference not in self.offered:
            raise EngineError("manifest unknown")
        self.present.add(reference)


@pytest.mark.parametrize("reference", ["web", "web:1", "registry:5000/web:1@sha256:abc", f"web@{DIGEST}0", ""])
def test_reference_without_a_digest_is_refused(reference):
    with pytest.raises(preload.PreloadError, match="by digest"):
        preload.check([reference])


def test_reference_with_a_digest_is_accepted():
    preload.check([f"web@{DIGEST}", f"registry:5000/shop/web:1@{DIGEST}"])


def test_only_missing_images_are_pulled():
    plan = preload.read([f"a@{DIGEST}", f"b@{DIGEST}"], Engine({f"a@{DIGEST}"}, set()))
    assert (plan.pull, plan.present) == ([f"b@{DIGEST}"], [f"a@{DIGEST}"])


def test_engine_that_cannot_be_asked_is_not_an_engine_without_the_image():
    class Broken(Engine):
        def image(self, name: str) -> dict[str, str]:
            raise EngineError("driver failed", 500)

    with pytest.raises(EngineError, match="driver failed"):
        preload.read([f"a@{DIGEST}"], Broken(set(), set()))


def test_failed_pull_names_the_image_and_the_reason():
    with pytest.raises(preload.PreloadError, match=r"b@sha256:a+ could not be pulled: manifest unknown"):
        preload.apply(preload.Plan(pull=[f"b@{DIGEST}"]), Engine(set(), set()), {})


def test_login_is_used_for_its_registry_only():
    references = [f"registry:5000/b@{DIGEST}", f"other.example/b@{DIGEST}"]
    engine = Engine(set(), set(references))
    preload.apply(preload.Plan(pull=references), engine, {"registry:5000": {"username": "u", "password": "p"}})
    assert [login is None for login in engine.logins] == [False, True]


@pytest.mark.parametrize(
    ("reference", "registry"),
    [
        ("web@x", "docker.io"),
        ("library/web@x", "docker.io"),
        ("registry:5000/web@x", "registry:5000"),
        ("localhost/web@x", "localhost"),
        ("ghcr.io/a/web@x", "ghcr.io"),
    ],
)
def test_registry_of_a_reference(reference, registry):
    assert preload.registry_of(reference) == registry
