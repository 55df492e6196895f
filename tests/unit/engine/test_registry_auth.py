"""Logins in the Docker CLI's configuration, and those its helpers tell."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine import registry_auth
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.registry_auth import HUB, CliConfig, CliConfigError


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def found(folder: Path, registry: str, **document: Any) -> dict[str, str] | None:
    (folder / "config.json").write_text(json.dumps(document))
    header = CliConfig.read().auth_for(registry)
    return json.loads(base64.urlsafe_b64decode(header)) if header else None


def helper(folder: Path, name: str, script: str) -> None:
    program = folder / f"docker-credential-{name}"
    program.write_text(f"#!/bin/sh\nread server\n{script}\n")
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("key", "registry", "server"),
    [
        ("registry:5000", "registry:5000", "registry:5000"),
        ("https://registry:5000", "registry:5000", "registry:5000"),
        ("https://gcr.io/v2/", "gcr.io", "gcr.io"),
        (HUB, "docker.io", HUB),
        ("docker.io", "docker.io", HUB),
    ],
)
def test_keys_are_names_or_addresses(folder: Path, key: str, registry: str, server: str) -> None:
    entry = {"auth": encoded("me:pass:word")}
    assert found(folder, registry, auths={key: entry}) == {
        "serveraddress": server,
        "username": "me",
        "password": "pass:word",
    }


@pytest.mark.parametrize("key", ["registry:5001", "registry", "other/registry:5000", "aregistry:5000"])
def test_another_registry_gets_nothing(folder: Path, key: str) -> None:
    assert found(folder, "registry:5000", auths={key: {"auth": encoded("me:x")}}) is None


@pytest.mark.parametrize(
    ("entry", "login"),
    [
        ({"username": "me", "password": "x"}, {"username": "me", "password": "x"}),
        ({"auth": encoded("me:x\0\0")}, {"username": "me", "password": "x"}),
        ({"auth": encoded("me:x"), "identitytoken": "t"}, {"identitytoken": "t"}),
        ({"registrytoken": "t"}, {"registrytoken": "t"}),
        ({}, None),
        ({"auth": "not base64!"}, None),
        ({"auth": encoded("")}, None),
        ("text", None),
    ],
)
def test_forms_of_an_entry(folder: Path, entry: Any, login: dict[str, str] | None) -> None:
    expected = {"serveraddress": "r:1", **login} if login else None
    assert found(folder, "r:1", auths={"r:1": entry}) == expected


def test_a_helper_tells_the_login_of_its_registry(folder: Path) -> None:
    helper(folder, "one", 'printf \'{"ServerURL": "%s", "Username": "me", "Secret": "for %s"}\' "$server" "$server"')
    helper(folder, "two", 'printf \'{"Username": "<token>", "Secret": "t"}\'')
    settings = {"credsStore": "two", "credHelpers": {"r:1": "one"}}
    assert found(folder, "r:1", **settings) == {"serveraddress": "r:1", "username": "me", "password": "for r:1"}
    assert found(folder, "docker.io", **settings) == {"serveraddress": HUB, "identitytoken": "t"}


def test_a_helper_is_asked_for_docker_hub_by_the_name_of_the_cli(folder: Path) -> None:
    helper(folder, "one", 'printf \'{"Username": "%s", "Secret": "x"}\' "$server"')
    assert (found(folder, "docker.io", credsStore="one") or {})["username"] == HUB


@pytest.mark.parametrize(
    "script",
    ["echo credentials not found in native keychain; exit 1", "echo no JSON", "echo '[]'", "echo '{\"Username\": 1}'"],
)
def test_a_helper_that_fails_leaves_what_the_file_has(folder: Path, script: str) -> None:
    helper(folder, "one", script)
    assert found(folder, "r:1", credsStore="one") is None
    kept = found(folder, "r:1", credsStore="one", auths={"r:1": {"auth": encoded("me:x")}})
    assert (kept or {})["username"] == "me"


def test_a_helper_that_is_missing_or_hangs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(folder, "r:1", credsStore="none") is None
    monkeypatch.setattr(registry_auth, "_HELPER_SECONDS", 0.2)
    helper(folder, "slow", "exec sleep 5")
    assert found(folder, "r:1", credsStore="slow") is None


def test_no_file_is_no_login(folder: Path) -> None:
    assert CliConfig.read().auth_for("r:1") is None


@pytest.mark.parametrize(("text", "words"), [("{", "is not JSON"), ("[]", "is not a JSON object")])
def test_a_damaged_file_is_named(folder: Path, text: str, words: str) -> None:
    (folder / "config.json").write_text(text)
    with pytest.raises(CliConfigError, match=rf"{folder}/config\.json {words}: repair or remove it"):
        CliConfig.read()
