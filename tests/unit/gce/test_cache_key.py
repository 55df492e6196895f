"""What one caller was answered is not served to another one: the inventory's cache key."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.credentials import Identity
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fetching import Request

NAMES = ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "GCE_METADATA_HOST", "CLOUDSDK_CONFIG")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def key(projects: tuple[str, ...] = ("p",), **identity: object) -> str:
    return Request(Identity(**identity), projects=projects).digest  # type: ignore[arg-type]


def test_the_same_caller_has_the_same_key() -> None:
    assert key(kind="accesstoken", access_token="a" * 20) == key(kind="accesstoken", access_token="a" * 20)


def test_other_credentials_in_the_options_have_another_key() -> None:
    kinds = {
        "access_token": "accesstoken",
        "service_account_contents": "serviceaccount",
        "service_account_email": "machineaccount",
        "impersonate": "application",
    }
    for option, kind in kinds.items():
        assert key(**{"kind": kind, option: "one"}) != key(**{"kind": kind, option: "two"}), option
    assert key(scopes=("a",)) != key(scopes=("b",))


@pytest.mark.parametrize("option", ["service_account_file", "credentials_file"])
def test_another_key_in_the_same_file_is_another_caller(tmp_path: Path, option: str) -> None:
    file = tmp_path / "key.json"
    identity = {"kind": "serviceaccount" if option == "service_account_file" else "application", option: str(file)}
    missing = key(**identity)
    file.write_text('{"client_email": "one"}')
    first = key(**identity)
    file.write_text('{"client_email": "two"}')
    assert len({missing, first, key(**identity)}) == 3


def test_application_default_credentials_are_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    default = tmp_path / ".config" / "gcloud" / "application_default_credentials.json"
    nobody = key()
    default.parent.mkdir(parents=True)
    default.write_text("one")
    one = key()
    named = tmp_path / "named.json"
    named.write_text("two")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(named))
    assert len({nobody, one, key()}) == 3


def test_the_default_project_counts_only_where_it_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    before, without = key(), key(projects=())
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "other")
    assert key() == before
    assert key(projects=()) != without


def test_a_key_holds_no_secret() -> None:
    secret = "ya29.secret"
    assert secret not in key(kind="accesstoken", access_token=secret)
    assert {field.name for field in dataclasses.fields(Identity)} >= {"access_token", "service_account_contents"}
