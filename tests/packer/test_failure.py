"""A build that fails says why and leaves nothing behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import docker
import pytest
from docker.errors import ImageNotFound, NotFound

from tests.packer.conftest import NAME, REPOSITORY
from tests.packer.packer import bake

CONTAINER = f"bake-{REPOSITORY}-broken"
UNKNOWN = "registry:5000/shop/payload@sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("change", "task", "reason"),
    [
        ({"docker_version": "99.99"}, "Install the engine", "99.99"),
        ({"image_preload": [UNKNOWN]}, "Preload container images", UNKNOWN),
    ],
    ids=["engine", "image"],
)
def test_error_names_the_task_and_leaves_nothing(client, baked, ansible_vars, tmp_path, change, task, reason):
    with _events(client) as events:
        build = bake(
            tmp_path,
            {**ansible_vars, **change},
            docker_source_image=f"{REPOSITORY}:two",  # has the packages already, which saves time
            docker_network=NAME,
            docker_repository=REPOSITORY,
            docker_tag="broken",
        )
    assert build.status != 0
    # The last task that was begun, and the words of the failure after it.
    _, _, rest = build.output.rpartition("TASK [")
    assert task in rest.splitlines()[0], build.output[-4000:]
    assert reason in rest
    with pytest.raises(ImageNotFound):
        client.images.get(f"{REPOSITORY}:broken")
    assert _disappears(lambda: client.containers.get(CONTAINER))
    volumes = _volumes_of(CONTAINER, events)
    assert len(volumes) == 2, "the engine's data stood on volumes of its own"
    for volume in volumes:
        assert _disappears(lambda volume=volume: client.volumes.get(volume))


@contextmanager
def _events(client: docker.DockerClient) -> Iterator[list[dict[str, Any]]]:
    """What the engine tells while something runs; it remembers only the latest by itself."""
    seen: list[dict[str, Any]] = []
    stream = client.events(decode=True, filters={"type": ["container", "volume"], "event": ["create", "mount"]})
    thread = threading.Thread(target=lambda: seen.extend(stream), daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        stream.close()
        thread.join(timeout=10)


def _volumes_of(container: str, events: list[dict[str, Any]]) -> set[str]:
    actors = [event["Actor"] for event in events]
    ids = {actor["ID"] for actor in actors if actor["Attributes"].get("name") == container}
    return {actor["ID"] for actor in actors if actor["Attributes"].get("container") in ids}


def _disappears(get: Callable[[], object]) -> bool:
    """The engine removes a killed container by itself, a moment after Packer has ended."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            get()
        except NotFound:
            return True
        time.sleep(0.2)
    return False
