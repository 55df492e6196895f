"""`image_test` from the installed collection: nothing outside of it is needed, and its options are checked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import yaml

from sandbox.compute_api.process import Simulator
from tests.integration.providers.conftest import PROJECT, ROOT, Done

Playbook = Callable[..., Done]


def test_an_image_has_to_be_named(playbook: Playbook) -> None:
    done = playbook("dockyard.swarm.image_test")
    assert done.status != 0
    assert "Set the image to test: -e image_test_image=NAME" in done.errors


def test_the_sandbox_needs_a_checkout_and_that_is_told(playbook: Playbook, tmp_path: Path) -> None:
    done = playbook("dockyard.swarm.image_test", "-e", "image_test_image=a:b")
    assert done.status != 0
    assert f"{tmp_path}/work is not a checkout of the project" in done.errors
    assert "-e image_test_on=gce" in done.errors


def test_options_are_checked(playbook: Playbook) -> None:
    done = playbook("dockyard.swarm.image_test", "-e", "image_test_image=a", "-e", "image_test_on=aws")
    assert done.status != 0
    assert "image_test_on must be one of: sandbox, gce" in done.errors


def test_a_failed_start_deprecates_the_image_and_leaves_nothing_but_tells_where_it_worked(
    playbook: Playbook, simulator: Simulator, tmp_path: Path
) -> None:
    key = simulator.key_file("images@dockyard.iam.gserviceaccount.com", PROJECT, tmp_path / "images.json")
    google = {
        "GCP_PROJECT": PROJECT,
        "GCP_AUTH_KIND": "serviceaccount",
        "GCP_SERVICE_ACCOUNT_FILE": str(key),
        "GCP_COMPUTE_ENDPOINT": f"{simulator.http}/compute/v1",
    }
    done = playbook(
        "dockyard.swarm.image_test", "-e", "image_test_image=none-such", "-e", "image_test_on=gce", **google
    )
    assert done.status != 0
    assert f"stores its key and inventory in {tmp_path}/work/.sandbox/image-test" in done.errors
    assert not (tmp_path / "work/.sandbox/image-test").exists()


def test_nothing_that_is_not_shipped_is_needed() -> None:
    unshipped = yaml.safe_load((ROOT / "galaxy.yml").read_text())["build_ignore"]
    assert {"tests", "sandbox"} <= set(unshipped)
    for file in (ROOT / "roles/image").rglob("*.yml"):
        text = file.read_text()
        assert "tests/" not in text
        assert "playbook_dir" not in text
    assert not (ROOT / "playbooks/image_test").exists()
