"""The production source, from a source image's family to hosts that start from the result.

Packer, the roles and `gce_instances` are the real ones; Google's API is simulated, and its instances are containers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox import images, machine
from tests.packer import packer
from tests.packer.packer import ROOT, Build

NAME = "dockyard-packer-gce"
PORT = 8597
PROJECT = "dockyard"
FAMILY = "docker-host"
ANSIBLE_VARS = {
    "docker_source": "distribution",
    # Instances of the simulated API are containers, whose data folder is a volume.
    "image_engine_data": "archive",
}


@dataclass(frozen=True)
class Project:
    """An empty project at the simulated API."""

    folder: Path

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{PORT}/compute/v1"

    @property
    def environment(self) -> dict[str, str]:
        """How Ansible reaches it."""
        return {
            "GOOGLE_APPLICATION_CREDENTIALS": str(self.folder / "credentials.json"),
            "GCP_COMPUTE_ENDPOINT": self.endpoint,
            "GCP_PROJECT": PROJECT,
        }

    @property
    def packer_environment(self) -> dict[str, str]:
        """How Packer 1.6.6 reaches it, which cannot be told another address."""
        ready = json.loads((self.folder / "compute_api" / "ready.json").read_text())
        return {
            "GOOGLE_APPLICATION_CREDENTIALS": str(self.folder / "credentials.json"),
            "HTTPS_PROXY": ready["proxy"],
            "SSL_CERT_FILE": ready["ca"],
        }

    def bake(self, folder: Path, ansible_vars: dict[str, Any]) -> Build:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "vars.yml").write_text(yaml.safe_dump(ansible_vars))
        return packer.run(
            "build",
            "-only=googlecompute.host",
            "-color=false",
            folder=folder,
            environment=self.packer_environment,
            ansible_vars=str(folder / "vars.yml"),
            google_project=PROJECT,
            google_access="internal",
        )

    def play(self, playbook: str, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run a playbook against it."""
        return subprocess.run(
            [str(Path(sys.executable).parent / "ansible-playbook"), f"playbooks/{playbook}", "-e", json.dumps(extra)],
            cwd=ROOT,
            env={**os.environ, **self.environment, "ANSIBLE_NOCOLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def items(self, collection: str) -> list[dict[str, Any]]:
        """What the API lists, asked past everything under test."""
        credentials = json.loads((self.folder / "credentials.json").read_text())
        from google.auth.transport.requests import Request
        from google.oauth2 import service_account

        account = service_account.Credentials.from_service_account_info(
            credentials, scopes=["https://www.googleapis.com/auth/compute"]
        )
        account.refresh(Request())
        url = f"{self.endpoint}/projects/{PROJECT}/{collection}"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {account.token}"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            found = json.loads(answer.read()).get("items", [])
        if isinstance(found, dict):
            kind = collection.rpartition("/")[2]
            return [item for scope in found.values() for item in scope.get(kind, [])]
        return found

    def image(self, name: str) -> dict[str, Any]:
        return next(image for image in self.items("global/images") if image["name"] == name)

    def leftovers(self) -> list[str]:
        """Instances and disks that are still there."""
        found = self.items("aggregated/instances") + self.items("aggregated/disks")
        return [item["name"] for item in found]


def _sandbox(command: str, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "sandbox", command, "--name", NAME, *arguments], cwd=ROOT, check=True, timeout=300
    )


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    client = machine.engine(ROOT / ".sandbox" / "dockerd.log")
    images.ensure_host(client, "trixie", engine=False)
    _sandbox("down")
    try:
        _sandbox("gce-up", "--port", str(PORT))
        yield Project(ROOT / ".sandbox" / NAME)
    finally:
        _sandbox("down")


@pytest.fixture(scope="module")
def built(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Build:
    build = project.bake(tmp_path_factory.mktemp("gce"), ANSIBLE_VARS)
    assert build.status == 0, build.output[-6000:]
    return build


@pytest.fixture(scope="module")
def name(project: Project, built: Build) -> str:
    (image,) = project.items("global/images")
    return image["name"]


def test_image_is_named_and_labelled_and_in_no_family_yet(project, name):
    image = project.image(name)
    assert name.startswith("dockyard-debian-13-docker-newest-2")
    assert image["labels"] == {
        "docker-ready": "untested",
        "engine-version": "newest",
        "revision": "unknown",
        "source-image": "debian-13",
    }
    assert not image.get("family")


def test_nothing_but_the_image_is_left(project, name):
    assert project.leftovers() == []


def test_image_that_passes_becomes_what_its_family_means(project, built, name):
    tried = project.play(
        "image_test.yml",
        image_test_on="gce",
        image_test_image=name,
        image_test_family=FAMILY,
        image_test_vars=str(built.folder / "vars.yml"),
        image_test_address="none",
        image_test_name=f"{NAME}-try",
        image_test_labels={"engine-version": built.manifest_of("googlecompute")["engine"]["Engine"].split("+")[0]},
    )
    assert tried.returncode == 0, tried.stdout[-6000:]
    image = project.image(name)
    assert image["family"] == FAMILY
    assert image["labels"]["docker-ready"] == "tested"
    assert image["labels"]["engine-version"] == "26-1-5"
    assert project.leftovers() == []


def test_failed_build_leaves_no_instance_disk_or_image(project, tmp_path, name):
    build = project.bake(tmp_path, {**ANSIBLE_VARS, "docker_version": "99.99"})
    assert build.status != 0
    _, _, rest = build.output.rpartition("TASK [")
    assert "Install the engine" in rest.splitlines()[0]
    assert "99.99" in rest
    assert project.leftovers() == []
    assert [image["name"] for image in project.items("global/images")] == [name]


def test_image_that_fails_is_deprecated_with_the_reason(project, tmp_path, name):
    """Baked with other variables than its hosts get, so that the role would change them."""
    (tmp_path / "vars.yml").write_text(yaml.safe_dump({**ANSIBLE_VARS, "docker_daemon": {"debug": True}}))
    tried = project.play(
        "image_test.yml",
        image_test_on="gce",
        image_test_image=name,
        image_test_family=FAMILY,
        image_test_vars=str(tmp_path / "vars.yml"),
        image_test_address="none",
        image_test_name=f"{NAME}-fail",
    )
    assert tried.returncode != 0
    image = project.image(name)
    assert image["deprecated"]["state"] == "DEPRECATED"
    assert image["labels"]["docker-ready"] == "failed"
    assert image["description"] == "Failed its test: Apply the role docker, which must change nothing"
    assert project.leftovers() == []


def test_what_failed_goes_with_the_older_images(project, name):
    pruned = project.play("image_prune.yml", image_prune_family=FAMILY, image_prune_older="delete")
    assert pruned.returncode == 0, pruned.stdout[-6000:]
    assert name not in [image["name"] for image in project.items("global/images")]
