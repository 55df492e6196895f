"""What the sandbox takes for its own images."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sandbox import images


def engine_with(*tags_of_each: list[str]) -> Any:
    """An engine that lists as the real one does: images with a tag in the repository, with all the tags they have."""

    def listed(name: str) -> list[Any]:
        return [SimpleNamespace(tags=tags) for tags in tags_of_each if any(tag.startswith(f"{name}:") for tag in tags)]

    return SimpleNamespace(images=SimpleNamespace(list=listed))


def test_tags_that_an_image_has_elsewhere_are_not_a_repositorys_own():
    engine = engine_with(["dockyard-host:trixie", "test-image:bare"], ["test-image:baked"])
    assert images.tags_of(engine, "test-image") == ["test-image:bare", "test-image:baked"]


def test_repository_behind_a_registry_with_a_port_is_told_from_its_tag():
    assert images.tags_of(engine_with(["registry:5000/shop/web:1"]), "registry:5000/shop/web") == [
        "registry:5000/shop/web:1"
    ]
