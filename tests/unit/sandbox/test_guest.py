from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from sandbox.compute_api import fleet
from sandbox.compute_api.control import declare_project
from sandbox.compute_api.guest_metadata import GuestMetadata
from sandbox.compute_api.metadata import MetadataServer
from sandbox.compute_api.store import Store
from sandbox.compute_api.tokens import Tokens
from sandbox.guest.agent import keys_of
from sandbox.instances import guest_files


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", {}),
        ("ann:ssh-ed25519 A ann\nbob:ssh-rsa B", {"ann": ["ssh-ed25519 A ann"], "bob": ["ssh-rsa B"]}),
        ("ann:ssh-ed25519 A\n\n  ann:ssh-rsa C", {"ann": ["ssh-ed25519 A", "ssh-rsa C"]}),
        ("no colon\n:no user\nnokey:", {}),
    ],
)
def test_keys_by_user(text: str, keys: dict[str, list[str]]) -> None:
    assert keys_of(text) == keys


@pytest.fixture
def metadata(tmp_path: Path) -> GuestMetadata:
    store = Store(tmp_path / "state.sqlite")
    declare_project(store, "p", {"metadata": {"team": "a"}})
    bodies = [
        fleet.instance("p", "europe-west1-b", f"vm-{number}", number, labels={"swarm-role": role})
        for number, role in ((1, "manager"), (2, "worker"))
    ]
    fleet.store_instances(store, "p", bodies)
    return GuestMetadata(store, MetadataServer(store, Tokens(store), "p"), "p")


def test_each_guest_sees_itself(metadata: GuestMetadata) -> None:
    first, second = "10.128.0.1", "10.128.0.2"
    assert metadata.look_up(first, "/computeMetadata/v1/instance/name") == "vm-1"
    assert metadata.look_up(second, "/computeMetadata/v1/instance/name") == "vm-2"
    assert metadata.look_up(second, "/computeMetadata/v1/instance/labels/swarm-role") == "worker"
    assert metadata.look_up(first, "/computeMetadata/v1/instance/attributes/enable-oslogin") == "TRUE"
    assert metadata.look_up(first, "/computeMetadata/v1/instance/network-interfaces/0/ip") == first
    assert metadata.look_up(first, "/computeMetadata/v1/project/attributes/team") == "a"


def test_strangers_and_wrong_paths_see_nothing(metadata: GuestMetadata) -> None:
    assert metadata.look_up("10.9.9.9", "/computeMetadata/v1/instance/name") is None
    for path in ("instance/nonesuch", "instance/name/deeper", "instance/network-interfaces/7/ip"):
        assert metadata.look_up("10.128.0.1", f"/computeMetadata/v1/{path}") is None


def test_only_an_instance_with_an_account_gets_a_token(metadata: GuestMetadata) -> None:
    path = "/computeMetadata/v1/instance/service-accounts/default/token"
    assert metadata.look_up("10.9.9.9", path) is None, "this machine's users reach that address too"
    assert metadata.look_up("10.128.0.1", path)["access_token"]


def test_a_host_gets_what_makes_it_a_guest() -> None:
    with tarfile.open(fileobj=io.BytesIO(guest_files("10.213.0.1:8480", "42"))) as archive:
        assert archive.getmember("usr/local/sbin/sandbox-guest").mode == 0o755
        settings = archive.extractfile("etc/sandbox-metadata")
        assert settings is not None
        assert settings.read() == b"SANDBOX_METADATA=10.213.0.1:8480\nSANDBOX_INSTANCE=42\n"
        links = {name for name in archive.getnames() if ".wants/" in name}
    assert len(links) == 3
