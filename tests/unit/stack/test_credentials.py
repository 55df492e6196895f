"""Which credentials go with which image: given ones first, then those of the host's Docker configuration."""

from __future__ import annotations

import base64
import json

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.credentials import finder

GIVEN = [{"registry": "registry:5000", "username": "ci", "password": "given"}]


@pytest.fixture
def host_config(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    auth = base64.b64encode(b"host:kept").decode()
    auths = {
        "registry:5000": {"auth": auth},
        "other:5000": {"auth": auth},
        "https://index.docker.io/v1/": {"auth": auth},
    }
    (tmp_path / "config.json").write_text(json.dumps({"auths": auths}))


def decoded(header):
    return json.loads(base64.urlsafe_b64decode(header)) if header else None


@pytest.mark.usefixtures("host_config")
@pytest.mark.parametrize(
    ("image", "user"),
    [("registry:5000/app:1", "ci"), ("other:5000/app", "host"), ("nginx", "host"), ("third:5000/app", None)],
)
def test_given_credentials_win_over_the_hosts(image, user):
    found = decoded(finder(GIVEN, from_host=True)(image))
    assert (found and (found.get("username") or found.get("Username"))) == user


@pytest.mark.usefixtures("host_config")
def test_the_hosts_are_left_alone_where_they_are_not_wanted():
    auth_for = finder([], from_host=False)
    assert auth_for("registry:5000/app") is None
    assert auth_for("nginx") is None


@pytest.mark.parametrize("name", ["docker.io", "index.docker.io", ""])
def test_docker_hub_has_several_names(name):
    auth_for = finder([{"registry": name, "username": "me", "password": "text"}], from_host=False)
    assert decoded(auth_for("org/app:2"))["serveraddress"] == "https://index.docker.io/v1/"
